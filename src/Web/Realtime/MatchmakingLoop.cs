using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;

namespace RandomChat.Web.Realtime;

/// <summary>Lets time pass in the lobby and in live matches: patience, timeouts, graces, leases, typing.</summary>
public sealed class MatchmakingLoop(
    Matchmaker matchmaker, LiveMatches matches, EndedTickets endedTickets, SkipHabits skips, TimeProvider clock, ILogger<MatchmakingLoop> log)
    : BackgroundService
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);
    private const int StepsBetweenSweeps = 300;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Step, clock);
        for (var step = 0; await Next(timer, stoppingToken); step++)
        {
            try
            {
                await matchmaker.Advance(stoppingToken);
                await matches.Advance(stoppingToken);
                await endedTickets.Flush(stoppingToken);
                if (step % StepsBetweenSweeps == 0)
                {
                    skips.Sweep();
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogMessages.MatchmakingStepFailed(log, e);
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
