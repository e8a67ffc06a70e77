using RandomChat.Application.Screening;

namespace RandomChat.Web.Realtime;

/// <summary>Asks classifiers about delivered messages, beside everything else.</summary>
public sealed class ScreeningLoop(LaterScreening screening) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A classifier works where it is called: not on the thread that starts the server.
        await Task.Yield();
        await screening.Run(stoppingToken);
    }
}
