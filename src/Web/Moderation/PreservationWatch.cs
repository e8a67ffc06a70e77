using RandomChat.Application.Moderation;

namespace RandomChat.Web.Moderation;

/// <summary>
/// Runs <see cref="PreservationSweep"/> at the start and then calmly, since evidence is kept for months; sooner where
/// something was left undone. Several nodes may do the same.
/// </summary>
public sealed class PreservationWatch(PreservationSweep sweep, TimeProvider clock, ILogger<PreservationWatch> log) : BackgroundService
{
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(await IsDone(stoppingToken) ? BetweenSweeps : RetryAfter, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The planned end.
        }
    }

    private async Task<bool> IsDone(CancellationToken ct)
    {
        try
        {
            return await sweep.Run(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogMessages.PreservedCasesUnknown(log, e);
            return false;
        }
    }
}
