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

    private int failures;

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
            var isDone = await sweep.Run(ct);
            failures = 0;
            return isDone;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // At the first start of all there are no read models for a moment: told once, where it is still so a minute later.
            if (++failures == 2)
            {
                LogMessages.PreservedCasesUnknown(log, e);
            }

            return false;
        }
    }
}
