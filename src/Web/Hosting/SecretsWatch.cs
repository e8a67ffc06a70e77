using RandomChat.Infrastructure.Secrets;

namespace RandomChat.Web.Hosting;

/// <summary>Takes up what <c>keys</c> on the command line, or another node, changed: keys of tokens, and generations of the pepper.</summary>
public sealed class SecretsWatch(ServerSecrets secrets, TokenKeyRing tokens, TimeProvider clock, ILogger<SecretsWatch> log) : BackgroundService
{
    /// <summary>Much shorter than the time between the making of a key and its use.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var failing = false;
        try
        {
            do
            {
                try
                {
                    Look();
                    failing = false;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // Whatever it is: what is known goes on to be used, and nobody is put out because a file was written by another
                    // user or is just being replaced. Said once: readiness names whatever is away.
                    if (!failing)
                    {
                        LogMessages.SecretsNotRead(log, e);
                    }

                    failing = true;
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The planned end.
        }
    }

    private void Look()
    {
        if (tokens.Refresh())
        {
            LogMessages.TokenKeysChanged(log);
        }

        if (secrets.Refresh())
        {
            LogMessages.PepperChanged(log);
        }
    }
}
