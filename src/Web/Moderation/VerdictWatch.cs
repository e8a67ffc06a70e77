using System.Threading.Channels;
using RandomChat.Application.Matches;
using RandomChat.Application.Moderation;

namespace RandomChat.Web.Moderation;

/// <summary>
/// Follows verdicts that people look at as soon as they are in the log, on the node that has their sender, and looks now and then for
/// those that nobody followed.
/// </summary>
public sealed class VerdictWatch(
    ICaseVerdictIndex index, VerdictCases cases, LiveMatches matches, TimeProvider clock, ILogger<VerdictWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    private readonly Channel<CaseVerdict> came = Channel.CreateUnbounded<CaseVerdict>();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Follow(stoppingToken), Look(stoppingToken));

    private async Task Follow(CancellationToken ct)
    {
        index.Came += Note;
        try
        {
            await foreach (var verdict in came.Reader.ReadAllAsync(ct))
            {
                await cases.Follow(verdict);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The planned end.
        }
        finally
        {
            index.Came -= Note;
        }
    }

    private async Task Look(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(BetweenLooks, clock);
        try
        {
            do
            {
                try
                {
                    await cases.Advance(ct);
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    LogMessages.VerdictsNotLookedAt(log, e);
                }
            }
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The planned end.
        }
    }

    private void Note(CaseVerdict verdict)
    {
        if (matches.Of(verdict.VisitorId) is not null)
        {
            came.Writer.TryWrite(verdict);
        }
    }
}
