using Mediator;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>The way into and out of the queue: joining, leaving, connections that come and go, and what time brings.</summary>
public sealed class Matchmaker(
    ILobby lobby,
    IPairingIndex index,
    LiveMatches matches,
    MatchStarter starter,
    MatchRestorer restorer,
    Departures departures,
    ISender sender,
    IVisitorConnections connections,
    IMatchRegistry registry,
    SkipHabits skips,
    EndedTickets endedTickets,
    TimeProvider clock,
    IOptions<LobbyOptions> lobbyOptions,
    IOptions<MatchOptions> matchOptions,
    ILogger<Matchmaker> log)
{
    /// <summary>Joins the queue, or replaces the request of the visitor who waits.</summary>
    /// <param name="connection">The hub connection that joins, which will hold a call; null for a REST client.</param>
    public async Task<Outcome<JoinAnswer>> Join(
        Guid visitorId, Guid deviceId, MatchRequest request, string? connection, CancellationToken ct)
    {
        if (await MatchOf(visitorId, ct) is not null)
        {
            return Refusal.Conflict("You are in a chat already.");
        }

        var now = clock.GetUtcNow();
        var ticket = new Ticket(
            Guid.NewGuid(), visitorId, deviceId, request, now,
            await index.ExcludedFor(visitorId, deviceId, ct),
            await index.MetBy(visitorId, deviceId, now - lobbyOptions.Value.Rules.RematchWindow, ct),
            skips.IsFrequent(visitorId),
            TimedOut: false,
            connection);

        DateTimeOffset? parkedUntil = await connections.IsConnectedAnywhere(visitorId, ct) ? null : GraceEnd;
        var outcome = await lobby.Join(ticket, parkedUntil, ct);
        starter.StayIn(visitorId);
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

        if (outcome is not JoinOutcome.Claimed { Claim: var claim } || await starter.Discard(claim))
        {
            return new JoinAnswer.Waiting();
        }

        // What cannot be recorded is refused: this visitor is out then, the other one keeps its place.
        if (await starter.Start(claim, outIfRefused: visitorId))
        {
            return new JoinAnswer.Matched(claim.MatchId);
        }

        return Refusal.Unavailable("event-log");
    }

    /// <summary>The live match that a visitor is in, whichever node owns it; null where there is none.</summary>
    public async ValueTask<Guid?> MatchOf(Guid visitorId, CancellationToken ct)
    {
        if (matches.Of(visitorId) is { } own)
        {
            return own.Id;
        }

        // The owner is asked: what the registry says may be a moment old.
        return await registry.Find(visitorId, ct) is VisitorPlace.InMatch place && !departures.HasLeft(visitorId, place.MatchId)
            && await sender.Send(new SeeMatch(visitorId), ct) is Outcome<MatchFound>.Done { Value.MatchId: var there }
            ? there
            : null;
    }

    /// <summary>Leaves the queue; a match that is being made at this moment is ended as soon as it is there.</summary>
    public async Task Leave(Guid visitorId, CancellationToken ct)
    {
        if (await lobby.Leave(visitorId, ct) is { } ticket)
        {
            endedTickets.Add(ticket, TicketEndReason.Left);
        }
        else
        {
            await starter.Withdraw(visitorId);
        }
    }

    /// <summary>A connection of the visitor opened: it takes its match or its place in the queue back.</summary>
    public async Task ConnectionOpened(Guid visitorId, CancellationToken ct)
    {
        await connections.Announce(visitorId, ct);
        matches.ConnectionRestored(visitorId);
        try
        {
            if (await registry.Find(visitorId, ct) is VisitorPlace.InMatch { Alive: false, MatchId: var orphan })
            {
                await restorer.TakeOver(orphan, ct);
            }

            await TakePlaceBack(visitorId, ct);
        }
        catch (DependencyUnavailableException e)
        {
            // The connection is worth having all the same; it is looked at again when that is back.
            LogMessages.ConnectionNotPlaced(log, e);
        }
    }

    /// <summary>The visitor's last connection to this node closed.</summary>
    public async Task ConnectionsClosed(Guid visitorId)
    {
        await connections.Announce(visitorId, CancellationToken.None);
        if (!connections.IsConnected(visitorId))
        {
            matches.ConnectionLost(visitorId);
        }

        try
        {
            await lobby.Park(visitorId, GraceEnd, CancellationToken.None);
            if (!connections.IsConnected(visitorId) && await connections.IsConnectedAnywhere(visitorId, CancellationToken.None))
            {
                // At another node, which may have taken the place back before it was parked here.
                await TakePlaceBack(visitorId, CancellationToken.None);
            }
        }
        catch (DependencyUnavailableException e)
        {
            LogMessages.ConnectionNotPlaced(log, e);
        }

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
            endedTickets.Add(ticket, TicketEndReason.Disconnected);
        }

        await Task.WhenAll([.. tick.Claims.Select(starter.Begin), .. tick.Expired.Select(starter.Settle)]);
    }

    private DateTimeOffset GraceEnd => clock.GetUtcNow() + matchOptions.Value.ReconnectGrace;

    /// <summary>A connection may have opened or closed while its visitor's ticket was on its way.</summary>
    private async Task<JoinOutcome?> FollowConnection(Guid visitorId, bool parked, CancellationToken ct)
    {
        var connected = await connections.IsConnectedAnywhere(visitorId, ct);
        if (parked && connected)
        {
            return await lobby.Unpark(visitorId, ct);
        }

        if (!parked && !connected)
        {
            await lobby.Park(visitorId, GraceEnd, ct);
            if (await connections.IsConnectedAnywhere(visitorId, ct))
            {
                return await lobby.Unpark(visitorId, ct);
            }
        }

        return null;
    }

    private async Task TakePlaceBack(Guid visitorId, CancellationToken ct)
    {
        if (await lobby.Unpark(visitorId, ct) is JoinOutcome.Claimed { Claim: var claim })
        {
            // Not awaited: what a connection calls, leaving above all, does not wait for the log.
            _ = starter.Begin(claim);
        }
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
