using System.Threading.Channels;
using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Moderation;

/// <summary>
/// The backstop of <see cref="BanEnforcement"/>: should the node that banned somebody die before it had any effect, every
/// node reads the ban in the log and puts out whom it has. It also shows warnings to whoever is here, and lets sanctions come
/// that are due.
/// </summary>
public sealed class BanWatch(
    IBanIndex bans, BanEnforcement enforcement, Escalation escalation, ISender sender, LiveMatches matches,
    ILocalConnections connections, IDeviceMarks marks, TimeProvider clock, ILogger<BanWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<(Guid VisitorId, Guid? DeviceId)> banned = Channel.CreateUnbounded<(Guid, Guid?)>();

    /// <summary>Each beside the others: looking takes as long as it takes, and what is due comes when it is due.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Follow(stoppingToken), Repeat(escalation.Advance, Escalation.Step, stoppingToken), Repeat(escalation.Look, Escalation.BetweenLooks, stoppingToken));

    private async Task Repeat(Func<CancellationToken, Task> step, TimeSpan period, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(period, clock);
        try
        {
            do
            {
                try
                {
                    await step(ct);
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    LogMessages.EscalationsNotLookedAt(log, e);
                }
            }
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The planned end.
        }
    }

    private async Task Follow(CancellationToken stoppingToken)
    {
        bans.Sanctioned += Look;
        try
        {
            // Those whose ban was read before anybody listened: nobody is connected yet, but their matches are back.
            foreach (var side in Sides)
            {
                banned.Writer.TryWrite((side.VisitorId, side.DeviceId));
            }

            await foreach (var (visitorId, deviceId) in banned.Reader.ReadAllAsync(stoppingToken))
            {
                await Enforce(visitorId, deviceId, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The planned end.
        }
        finally
        {
            bans.Sanctioned -= Look;
        }
    }

    private IEnumerable<Participant> Sides => matches.All.SelectMany(match => new[] { match.First, match.Second });

    private void Look(Guid visitorId) => banned.Writer.TryWrite((visitorId, null));

    private async Task Enforce(Guid visitorId, Guid? deviceId, CancellationToken ct)
    {
        try
        {
            var isHere = connections.IsConnected(visitorId);
            if (isHere || matches.Of(visitorId) is not null)
            {
                await enforcement.Enforce(visitorId, deviceId, ct);
            }

            if (deviceId is null)
            {
                // News: the same browser may be in a match as another visitor by now.
                foreach (var side in Sides.Where(side => side.VisitorId != visitorId && bans.BannedAmong(null, marks.AllOf(side.DeviceId)).Contains(visitorId)))
                {
                    banned.Writer.TryWrite((side.VisitorId, side.DeviceId));
                }
            }

            if (isHere)
            {
                await sender.Send(new TellWarnings(visitorId), ct);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogMessages.BanNotEnforced(log, e);
            if (e is DependencyUnavailableException or NodeFailedException or AppendOutcomeUnknownException)
            {
                _ = Task.Delay(RetryAfter, clock, ct).ContinueWith(
                    _ => banned.Writer.TryWrite((visitorId, deviceId)), ct, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            }
        }
    }
}
