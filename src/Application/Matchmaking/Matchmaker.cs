using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>
/// From joining to a recorded match: puts tickets into the lobby, records the matches it claims, and gives the people
/// of a claim that could not be recorded their places back.
/// </summary>
public sealed class Matchmaker(
    ILobby lobby,
    IPairingIndex index,
    LiveMatches matches,
    CommandExecutor executor,
    IVisitorConnections connections,
    IDisplayNames names,
    SkipHabits skips,
    EndedTickets endedTickets,
    WaitTimes waits,
    TimeProvider clock,
    IOptions<LobbyOptions> lobbyOptions,
    IOptions<MatchOptions> matchOptions,
    ILogger<Matchmaker> log)
{
    private static readonly TimeSpan ReturnDelay = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Task<bool>> starting = [];
    private readonly ConcurrentDictionary<Guid, Guid> claimed = [];
    private readonly ConcurrentDictionary<Guid, Guid> withdrawn = [];
    private readonly ConcurrentDictionary<Guid, string> seats = [];

    /// <summary>Joins the queue, or replaces the request of the visitor who waits.</summary>
    /// <param name="connection">The hub connection that joins, which will hold a call; null for a REST client.</param>
    public async Task<Outcome<JoinAnswer>> Join(
        Guid visitorId, Guid deviceId, MatchRequest request, string? connection, CancellationToken ct)
    {
        if (matches.Of(visitorId) is not null)
        {
            return Refusal.Conflict("You are in a chat already.");
        }

        var now = clock.GetUtcNow();
        var ticket = new Ticket(
            Guid.NewGuid(), visitorId, deviceId, request, now,
            await index.ExcludedFor(visitorId, deviceId, ct),
            await index.MetBy(visitorId, deviceId, now - lobbyOptions.Value.Rules.RematchWindow, ct),
            skips.IsFrequent(visitorId),
            TimedOut: false);
        if (connection is not null)
        {
            seats[visitorId] = connection;
        }

        DateTimeOffset? parkedUntil = connections.IsConnected(visitorId) ? null : GraceEnd;
        var outcome = await lobby.Join(ticket, parkedUntil, ct);
        withdrawn.TryRemove(visitorId, out _);
        if (matches.Of(visitorId) is not null)
        {
            // An earlier ticket of this visitor became a match while this one was on its way.
            await Undo(visitorId, outcome, ct);
            return Refusal.Conflict("You are in a chat already.");
        }

        if (outcome is JoinOutcome.Waiting)
        {
            outcome = await FollowConnection(visitorId, parked: parkedUntil is not null, ct) ?? outcome;
        }

        if (outcome is not JoinOutcome.Claimed { Claim: var claim })
        {
            return new JoinAnswer.Waiting();
        }

        // What cannot be recorded is refused: this visitor is out then, the other one keeps its place.
        if (await Start(claim, outIfRefused: visitorId))
        {
            return new JoinAnswer.Matched(claim.MatchId);
        }

        return Refusal.Unavailable("event-log");
    }

    /// <summary>Leaves the queue; a match that is being made at this moment is ended as soon as it is there.</summary>
    public async Task Leave(Guid visitorId, CancellationToken ct)
    {
        seats.TryRemove(visitorId, out _);
        if (await lobby.Leave(visitorId, ct) is { } ticket)
        {
            endedTickets.Add(ticket, TicketEndReason.Left);
            return;
        }

        if (claimed.TryGetValue(visitorId, out var matchId))
        {
            withdrawn[visitorId] = matchId;
            if (starting.TryGetValue(matchId, out var start))
            {
                await start;
            }

            if (matches.Of(visitorId) is { } match && match.Id == matchId)
            {
                await matches.End(match, visitorId, MatchEndReason.Stopped);
            }
        }
    }

    /// <summary>A connection of the visitor opened: it takes its match or its place in the queue back.</summary>
    public async Task ConnectionOpened(Guid visitorId, CancellationToken ct)
    {
        matches.ConnectionRestored(visitorId);
        if (await lobby.Unpark(visitorId, ct) is JoinOutcome.Claimed { Claim: var claim })
        {
            // Not awaited: what this connection calls, leaving above all, does not wait for the log.
            _ = Begin(claim);
        }
    }

    /// <summary>The visitor's last connection closed.</summary>
    public async Task ConnectionsClosed(Guid visitorId)
    {
        matches.ConnectionLost(visitorId);
        await lobby.Park(visitorId, GraceEnd, CancellationToken.None);
        if (connections.IsConnected(visitorId))
        {
            // A new one opened while the old one was being parked.
            await ConnectionOpened(visitorId, CancellationToken.None);
        }
    }

    /// <summary>What time has brought in the lobby.</summary>
    public async Task Advance(CancellationToken ct)
    {
        var tick = await lobby.Advance(ct);
        foreach (var ticket in tick.TimedOut)
        {
            connections.Push(ticket.VisitorId, new MatchTimeout((int)(clock.GetUtcNow() - ticket.AskedAt).TotalSeconds));
        }

        foreach (var ticket in tick.Ended)
        {
            seats.TryRemove(ticket.VisitorId, out _);
            endedTickets.Add(ticket, TicketEndReason.Disconnected);
        }

        await Task.WhenAll([.. tick.Claims.Select(Begin), .. tick.Expired.Select(Settle)]);
    }

    private DateTimeOffset GraceEnd => clock.GetUtcNow() + matchOptions.Value.ReconnectGrace;

    /// <summary>A connection may have opened or closed while its visitor's ticket was on its way.</summary>
    private async Task<JoinOutcome?> FollowConnection(Guid visitorId, bool parked, CancellationToken ct)
    {
        var connected = connections.IsConnected(visitorId);
        if (parked && connected)
        {
            return await lobby.Unpark(visitorId, ct);
        }

        if (!parked && !connected)
        {
            await lobby.Park(visitorId, GraceEnd, ct);
        }

        return null;
    }

    private async Task Undo(Guid visitorId, JoinOutcome outcome, CancellationToken ct)
    {
        if (outcome is JoinOutcome.Claimed { Claim.MatchId: var matchId })
        {
            await lobby.Return(matchId, [visitorId], ct);
        }
        else
        {
            await lobby.Leave(visitorId, ct);
        }
    }

    /// <summary>Starts a claim whose outcome nobody waits for.</summary>
    private async Task Begin(Claim claim)
    {
        try
        {
            await Start(claim, outIfRefused: null);
        }
        catch (Exception e)
        {
            // The lease stays; when it expires the stream says whether the match is there.
            LogMessages.MatchNotStarted(log, claim.MatchId, e);
        }
    }

    /// <summary>Records the match of a claim, once, however often it is asked for; false where that failed and the places were given back.</summary>
    private Task<bool> Start(Claim claim, Guid? outIfRefused) => Once(claim, async () =>
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
                Domain.Matches.Match.Decider, claim.MatchId, command, claim.MatchId, EventMetadata.System, CancellationToken.None);
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
    private Task Settle(Claim claim) => Once(claim, async () =>
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
        waits.Add(started.First.Mode, started.First.WaitedMilliseconds);
        waits.Add(started.Second.Mode, started.Second.WaitedMilliseconds);
    }

    private async Task<Participant> Seat(Ticket ticket) =>
        new(ticket.VisitorId, ticket.DeviceId, ticket.Request, await NameOf(ticket.VisitorId))
        {
            CallConnection = seats.TryRemove(ticket.VisitorId, out var connection) && connections.IsOpen(connection) ? connection : null,
        };

    private async Task<string?> NameOf(Guid visitorId)
    {
        try
        {
            return await names.Find(visitorId, CancellationToken.None);
        }
        catch (DependencyUnavailableException)
        {
            return null;
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

/// <summary>What joining led to.</summary>
public abstract record JoinAnswer
{
    private JoinAnswer()
    {
    }

    public sealed record Waiting : JoinAnswer;

    public sealed record Matched(Guid MatchId) : JoinAnswer;
}
