using RandomChat.Application.Bots;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Screening;

namespace RandomChat.Web.Realtime;

/// <summary>
/// Lets time pass in the lobby and in live matches: patience, timeouts, graces, leases, typing. Each has a loop of its
/// own, so that what waits for the log holds up nothing else.
/// </summary>
public sealed class MatchmakingLoop(
    Matchmaker matchmaker, LiveMatches matches, Departures departures, EndedTickets endedTickets, Verdicts verdicts, SkipHabits skips, Suspicion suspicion,
    TimeProvider clock,
    IHostApplicationLifetime lifetime, ILogger<MatchmakingLoop> log)
    : BackgroundService
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A stop closes every connection; however long it takes, nobody's grace runs out by it. It begins anew at the next start.
        using var running = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await Task.WhenAll(
            Every(Step, matchmaker.Advance, running.Token),
            Every(Step, matches.Advance, running.Token),
            Every(Step, departures.Advance, running.Token),
            Every(Step, endedTickets.Flush, stoppingToken),
            Every(Step, verdicts.Flush, stoppingToken),
            Every(BetweenSweeps, Sweep, running.Token));

        // What is recorded after the fact would be lost with the process.
        await Task.WhenAll(Finish(endedTickets.Flush), Finish(verdicts.Flush));
    }

    private Task Sweep(CancellationToken ct)
    {
        skips.Sweep();
        suspicion.Sweep();
        matches.Sweep();
        return Task.CompletedTask;
    }

    private async Task Finish(Func<CancellationToken, Task> flush)
    {
        using var patience = new CancellationTokenSource(LastFlush, clock);
        try
        {
            await flush(patience.Token);
        }
        catch (Exception e)
        {
            LogMessages.MatchmakingStepFailed(log, e);
        }
    }

    private async Task Every(TimeSpan period, Func<CancellationToken, Task> step, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(period, clock);
        while (await Next(timer, ct))
        {
            try
            {
                await step(ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogMessages.MatchmakingStepFailed(log, e);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async ValueTask<bool> Next(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
