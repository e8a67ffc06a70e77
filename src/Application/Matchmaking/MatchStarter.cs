using System.Collections.Concurrent;
using Mediator;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>
/// From a claim to a recorded match: records it, opens it, and gives the people of a claim that could not be recorded
/// their places back.
/// </summary>
public sealed class MatchStarter(
    ILobby lobby,
    LiveMatches matches,
    CommandExecutor executor,
    IVisitorConnections connections,
    IMatchRegistry registry,
    ISender sender,
    IPublicProfiles profiles,
    BanGate bans,
    EndedTickets endedTickets,
    WaitTimes waits,
    ChatMeter meter,
    TimeProvider clock,
    IOptions<MatchOptions> options,
    ILogger<MatchStarter> log)
{
    private static readonly TimeSpan ReturnDelay = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Task<bool>> starting = [];
    private readonly ConcurrentDictionary<Guid, Guid> claimed = [];
    private readonly ConcurrentDictionary<Guid, Guid> withdrawn = [];

    /// <summary>Starts a claim whose outcome nobody waits for.</summary>
    public async Task Begin(Claim claim)
    {
        try
        {
            if (!await Discard(claim))
            {
                await Start(claim, outIfRefused: null);
            }
        }
        catch (Exception e)
        {
            // The lease stays; when it expires the stream says whether the match is there.
            LogMessages.MatchNotStarted(log, claim.MatchId, e);
        }
    }

    /// <summary>
    /// Gives a claim back that holds somebody who is in a match already, or banned; false where nobody is. A lobby that was
    /// put back after an outage may hold whom it matched before.
    /// </summary>
    public async Task<bool> Discard(Claim claim)
    {
        var cannot = new List<Guid>();
        foreach (var ticket in new[] { claim.First, claim.Second })
        {
            if (await IsInAnother(ticket.VisitorId, claim.MatchId)
                || await bans.Find(ticket.VisitorId, ticket.DeviceId, CancellationToken.None) is not null)
            {
                cannot.Add(ticket.VisitorId);
            }
        }

        if (cannot.Count == 0)
        {
            return false;
        }

        await lobby.Return(claim.MatchId, cannot, CancellationToken.None);
        return true;
    }

    /// <summary>Records the match of a claim, once, however often it is asked for; false where that failed and the places were given back.</summary>
    public Task<bool> Start(Claim claim, Guid? outIfRefused) => Once(claim, async () =>
    {
        claimed[claim.First.VisitorId] = claim.MatchId;
        claimed[claim.Second.VisitorId] = claim.MatchId;
        var recorded = false;
        try
        {
            recorded = await Record(claim);
        }
        finally
        {
            if (!recorded && outIfRefused is { } refused)
            {
                withdrawn[refused] = claim.MatchId;
            }
        }

        return recorded;
    });

    /// <summary>The visitor leaves while claimed: a match that comes of it is ended as soon as it is there.</summary>
    public async Task Withdraw(Guid visitorId)
    {
        if (!claimed.TryGetValue(visitorId, out var matchId))
        {
            return;
        }

        withdrawn[visitorId] = matchId;
        if (starting.TryGetValue(matchId, out var start))
        {
            await Task.WhenAny(start, Task.Delay(options.Value.EndPatience, clock));
        }

        if (matches.Of(visitorId) is { } match && match.Id == matchId)
        {
            await matches.End(match, visitorId, MatchEndReason.Stopped);
        }
    }

    /// <summary>The visitor joined again after leaving.</summary>
    public void StayIn(Guid visitorId) => withdrawn.TryRemove(visitorId, out _);

    /// <summary>
    /// One thing at a time happens to a claim: nobody's place is given back while the match may just be recorded. Who
    /// comes second gets the outcome of the first: whether the match is there.
    /// </summary>
    private async Task<bool> Once(Claim claim, Func<Task<bool>> step)
    {
        var made = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = starting.GetOrAdd(claim.MatchId, made.Task);
        if (running != made.Task)
        {
            return await running;
        }

        var there = false;
        try
        {
            return there = await step();
        }
        finally
        {
            starting.TryRemove(claim.MatchId, out _);
            made.SetResult(there);
        }
    }

    private async Task<bool> Record(Claim claim)
    {
        var now = clock.GetUtcNow();
        var command = new MatchCommand.Start(
            claim.MatchId, claim.First.Request.Mode,
            await endedTickets.Record(claim.First, now), await endedTickets.Record(claim.Second, now),
            PairingPolicy.SharedInterests(claim.First.Request, claim.Second.Request), now);
        try
        {
            var executed = await executor.Execute(
                Domain.Matches.Match.Decider, claim.MatchId, command, claim.MatchId, EventMetadata.System, CancellationToken.None, isNew: true);
            if (executed is Executed<MatchEvent, MatchState>.Done { State: MatchState.Live live })
            {
                await Open(claim, live.Start);
                return true;
            }

            await Return(claim);
            return false;
        }
        catch (DependencyUnavailableException e)
        {
            LogMessages.MatchNotStarted(log, claim.MatchId, e);
            _ = ReturnLater(claim);
            return false;
        }
        catch (AppendOutcomeUnknownException e)
        {
            // The lease stays; when it expires the stream says whether the match is there.
            LogMessages.MatchNotStarted(log, claim.MatchId, e);
            return false;
        }
    }

    /// <summary>A claim whose start failed, or whose lease expired: the stream says whether its match was recorded.</summary>
    public Task Settle(Claim claim) => Once(claim, async () =>
    {
        try
        {
            switch (await executor.Load(Domain.Matches.Match.Decider, claim.MatchId, CancellationToken.None))
            {
                case MatchState.Live live when matches.Of(claim.First.VisitorId)?.Id != claim.MatchId:
                    await Open(claim, live.Start);
                    return true;
                case MatchState.NotStarted:
                    await Return(claim);
                    return false;
                default:
                    await lobby.Confirm(claim.MatchId, CancellationToken.None);
                    Settled(claim);
                    return true;
            }
        }
        catch (DependencyUnavailableException)
        {
            // Reported again when the lease runs out the next time.
            return false;
        }
    });

    private async Task Open(Claim claim, MatchEvent.Started started)
    {
        if (!await registry.Claim(started, CancellationToken.None))
        {
            // Another node found the match in the log and goes on with it.
            await lobby.Confirm(claim.MatchId, CancellationToken.None);
            Settled(claim);
            return;
        }

        await connections.Follow(claim.First.VisitorId, claim.MatchId, CancellationToken.None);
        await connections.Follow(claim.Second.VisitorId, claim.MatchId, CancellationToken.None);
        var match = new LiveMatch(started, await Seat(claim.First), await Seat(claim.Second));
        matches.Open(match);
        var left = await lobby.Confirm(claim.MatchId, CancellationToken.None);
        foreach (var side in new[] { match.First, match.Second })
        {
            // Somebody who left while the match was being recorded does not stay in it.
            if (left.Contains(side.VisitorId) || HasWithdrawn(side.VisitorId, claim))
            {
                await matches.End(match, side.VisitorId, MatchEndReason.Stopped);
            }
        }

        Settled(claim);
        foreach (var side in new[] { started.First, started.Second })
        {
            waits.Add(side.Mode, side.WaitedMilliseconds);
            meter.Matched(side.Mode, side.WaitedMilliseconds);
        }
    }

    private async ValueTask<bool> IsInAnother(Guid visitorId, Guid matchId)
    {
        if (matches.Of(visitorId) is { } own)
        {
            return own.Id != matchId;
        }

        // The owner is asked: what the registry says may be a moment old.
        return await registry.Find(visitorId, CancellationToken.None) is VisitorPlace.InMatch place && place.MatchId != matchId
            && await sender.Send(new SeeMatch(visitorId), CancellationToken.None) is Outcome<MatchFound>.Done;
    }

    private async Task<Participant> Seat(Ticket ticket) =>
        new(ticket.VisitorId, ticket.DeviceId, ticket.Request, await ProfileOf(ticket.VisitorId))
        {
            CallConnection = ticket.Connection is { } connection && connections.IsOpen(connection) ? connection : null,
        };

    private async Task<PublicProfile> ProfileOf(Guid visitorId)
    {
        try
        {
            return await profiles.Find(visitorId, CancellationToken.None);
        }
        catch (DependencyUnavailableException)
        {
            return PublicProfile.None;
        }
    }

    /// <summary>While the log is down the same two would be claimed again at once; a breath in between keeps that calm.</summary>
    private async Task ReturnLater(Claim claim)
    {
        await Task.Delay(ReturnDelay, clock);
        await Settle(claim);
    }

    private async Task Return(Claim claim)
    {
        var gone = new[] { claim.First.VisitorId, claim.Second.VisitorId }.Where(visitorId => HasWithdrawn(visitorId, claim)).ToArray();
        await lobby.Return(claim.MatchId, gone, CancellationToken.None);
        Settled(claim);
    }

    private bool HasWithdrawn(Guid visitorId, Claim claim) =>
        withdrawn.TryGetValue(visitorId, out var from) && from == claim.MatchId;

    private void Settled(Claim claim)
    {
        foreach (var visitorId in new[] { claim.First.VisitorId, claim.Second.VisitorId })
        {
            claimed.TryRemove(new(visitorId, claim.MatchId));
            withdrawn.TryRemove(new(visitorId, claim.MatchId));
        }
    }
}
