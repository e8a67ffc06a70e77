using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Bots;
using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Matches;

/// <summary>
/// The matches that this node owns: from found to ended. Ending is never refused: both sides are parted in memory at
/// once, and the event is written as soon as the log takes it.
/// </summary>
public sealed class LiveMatches(
    CommandExecutor executor,
    Conversation conversation,
    IVisitorConnections connections,
    IMatchRegistry registry,
    IPairingIndex index,
    Suspicion suspicion,
    Verdicts verdicts,
    LaterScreening later,
    ChatMeter meter,
    TimeProvider clock,
    IOptions<MatchOptions> options,
    ILogger<LiveMatches> log)
{
    private static readonly TimeSpan LastEndedKept = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, LiveMatch> matches = [];
    private readonly ConcurrentDictionary<Guid, LiveMatch> byVisitor = [];
    private readonly ConcurrentDictionary<Participant, LiveMatch> lost = [];
    private readonly ConcurrentDictionary<Participant, LiveMatch> typing = [];
    private readonly ConcurrentDictionary<Guid, UnwrittenEnd> unwritten = [];
    private readonly ConcurrentDictionary<Guid, bool> writing = [];
    private readonly ConcurrentDictionary<Guid, EndedMatch> lastEnded = [];

    public int Count => matches.Count;

    public bool IsLive(Guid matchId) => matches.TryGetValue(matchId, out var match) && !match.IsEnded;

    /// <summary>The match that a visitor is in, or null.</summary>
    public LiveMatch? Of(Guid visitorId) => byVisitor.GetValueOrDefault(visitorId);

    /// <summary>The live match if the visitor takes part in it, else null.</summary>
    public (LiveMatch Match, Participant Me)? Find(Guid visitorId, Guid matchId) =>
        byVisitor.TryGetValue(visitorId, out var match) && match.Id == matchId && !match.IsEnded && match.Find(visitorId) is { } me
            ? (match, me)
            : null;

    /// <summary>The match that ended last for a visitor, for a while and until the next one begins; else null.</summary>
    public EndedMatch? LastEnded(Guid visitorId) => lastEnded.GetValueOrDefault(visitorId);

    /// <summary>The named match if it is the one that ended last for the visitor, else null; it takes no log to know.</summary>
    public (LiveMatch Match, Participant Me)? FindEnded(Guid visitorId, Guid matchId) =>
        LastEnded(visitorId) is { Match: var match } && match.Id == matchId && match.Find(visitorId) is { } me ? (match, me) : null;

    /// <summary>Opens a match that has just been recorded and tells both.</summary>
    public void Open(LiveMatch match)
    {
        match.IsLoaded = true;
        Add(match);
        foreach (var side in new[] { match.First, match.Second })
        {
            side.CallConnection ??= connections.FirstOf(side.VisitorId);
            suspicion.Matched(side.DeviceId);
            connections.Push(side.VisitorId, match.SeenBy(side));
        }

        foreach (var side in new[] { match.First, match.Second })
        {
            if (!connections.IsConnected(side.VisitorId))
            {
                Lose(match, side);
            }
        }
    }

    /// <summary>Brings back a match whose owner stopped: whoever is not here gets the grace to return.</summary>
    public void Restore(LiveMatch match)
    {
        Add(match);
        foreach (var side in new[] { match.First, match.Second })
        {
            if (connections.IsConnected(side.VisitorId))
            {
                // The former owner may have said that this side is lost, and died before it could say more.
                Tell(match, match.PartnerOf(side), "restored");
            }
            else
            {
                Lose(match, side);
            }
        }
    }

    /// <summary>Another node owns the match by now: it goes on there.</summary>
    public void Abandon(LiveMatch match)
    {
        matches.TryRemove(new(match.Id, match));
        foreach (var side in new[] { match.First, match.Second })
        {
            byVisitor.TryRemove(new(side.VisitorId, match));
            lost.TryRemove(side, out _);
            typing.TryRemove(side, out _);
            connections.Unfollow(side.VisitorId);
        }
    }

    /// <summary>The matches that go on here.</summary>
    public IEnumerable<LiveMatch> All => matches.Values.Where(match => !match.IsEnded);

    /// <summary>The log says that a match is over which goes on here: another node ended it while this one seemed dead.</summary>
    public void EndedElsewhere(Guid matchId, MatchEndReason reason, Guid? endedBy, DateTimeOffset at)
    {
        if (matches.TryGetValue(matchId, out var match) && match.TryEnd())
        {
            Part(match, reason, endedBy, at);
            matches.TryRemove(matchId, out _);
        }
    }

    /// <summary>The visitor's last connection went away.</summary>
    public void ConnectionLost(Guid visitorId)
    {
        if (Of(visitorId) is { } match && match.Find(visitorId) is { } side && !match.IsEnded)
        {
            Lose(match, side);
        }
    }

    /// <summary>A connection of the visitor is open again.</summary>
    public void ConnectionRestored(Guid visitorId)
    {
        if (Of(visitorId) is not { } match || match.Find(visitorId) is not { } side)
        {
            return;
        }

        lock (side)
        {
            if (!lost.TryRemove(side, out _))
            {
                return;
            }

            side.LostUntil = null;
            Tell(match, match.PartnerOf(side), "restored");
        }

        // What happened to the partner meanwhile was told to nobody.
        var partner = match.PartnerOf(side);
        lock (partner)
        {
            Tell(match, side, lost.ContainsKey(partner) ? "lost" : "restored");
        }
    }

    /// <summary>
    /// Ends a match; both sides are out when this returns, whatever the log does. Ending an ended match changes nothing.
    /// </summary>
    public async Task End(LiveMatch match, Guid? endedBy, MatchEndReason reason)
    {
        if (!match.TryEnd())
        {
            return;
        }

        var now = clock.GetUtcNow();
        Part(match, reason, endedBy, now);
        if (reason == MatchEndReason.Reported)
        {
            later.Hurry(match.Id);
        }

        unwritten[match.Id] = new(match, new(reason, endedBy, 0, 0, now, match.First.Call, match.Second.Call), RetryAt: now);
        await Task.WhenAny(Write(match.Id), Task.Delay(options.Value.EndPatience, clock));
    }

    /// <summary>What time has brought: graces that ended, typing that ended, endings that the log did not take yet.</summary>
    public async Task Advance(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var (side, match) in typing)
        {
            if (side.TypingUntil <= now)
            {
                SetTyping(match, side, isTyping: false);
            }
        }

        // Who may be taken for dead ends nothing by time: somebody else may go on with the match.
        var overdue = !registry.IsCertain ? [] : lost.Where(entry => entry.Key.LostUntil <= now).Select(entry => entry.Value).Distinct().ToArray();
        await Task.WhenAll(overdue.Select(match => End(match, null, MatchEndReason.Disconnected)));
        await Task.WhenAll(unwritten.Where(end => end.Value.RetryAt <= now).Select(end => Write(end.Key))).WaitAsync(ct);
    }

    /// <summary>
    /// Nothing that a visitor who asked to be forgotten gave is remembered of the match that ended last. That it ended
    /// the partner still sees, and can report it.
    /// </summary>
    public void Forget(Guid visitorId)
    {
        if (lastEnded.TryRemove(visitorId, out var over) && over.Match.Find(visitorId) is { } me)
        {
            me.Profile = PublicProfile.None;
        }
    }

    /// <summary>Forgets matches that ended a while ago.</summary>
    public void Sweep()
    {
        var now = clock.GetUtcNow();
        foreach (var (visitorId, over) in lastEnded)
        {
            if (now - over.At > LastEndedKept)
            {
                lastEnded.TryRemove(new(visitorId, over));
            }
        }
    }

    public void SetTyping(LiveMatch match, Participant side, bool isTyping)
    {
        var was = side.TypingUntil is not null;
        side.TypingUntil = isTyping ? clock.GetUtcNow() + options.Value.TypingTimeout : null;
        if (isTyping)
        {
            typing[side] = match;
        }
        else
        {
            typing.TryRemove(side, out _);
        }

        if (was != isTyping)
        {
            connections.Push(match.PartnerOf(side).VisitorId, new TypingChanged(match.Id, isTyping));
        }
    }

    /// <summary>Parts both sides in memory and tells them.</summary>
    private void Part(LiveMatch match, MatchEndReason reason, Guid? endedBy, DateTimeOffset at)
    {
        foreach (var side in new[] { match.First, match.Second })
        {
            byVisitor.TryRemove(new(side.VisitorId, match));
            lost.TryRemove(side, out _);
            typing.TryRemove(side, out _);
        }

        meter.Ended(match, reason, at - match.Started.At);
        var over = new EndedMatch(match, reason, endedBy, at);
        lastEnded[match.First.VisitorId] = over;
        lastEnded[match.Second.VisitorId] = over;
        registry.End(over);
        index.NoteMet(match.First.VisitorId, match.First.DeviceId, match.Second.VisitorId, match.Second.DeviceId, at);
        var told = SessionEnded.For(match.Id, reason);
        foreach (var side in new[] { match.First, match.Second })
        {
            suspicion.MatchOver(side.DeviceId, at - match.Started.At, side.MessageCount, endedBy == side.VisitorId);
            connections.Push(side.VisitorId, told);
            connections.Unfollow(side.VisitorId);
        }
    }

    private int Grace => (int)Math.Ceiling(options.Value.ReconnectGrace.TotalSeconds);

    private void Add(LiveMatch match)
    {
        matches[match.Id] = match;
        foreach (var side in new[] { match.First, match.Second })
        {
            byVisitor[side.VisitorId] = match;
            lastEnded.TryRemove(side.VisitorId, out _);
        }
    }

    private void Lose(LiveMatch match, Participant side)
    {
        side.LostUntil = clock.GetUtcNow() + options.Value.ReconnectGrace;
        SetTyping(match, side, isTyping: false);

        // Told in the order in which it happened.
        lock (side)
        {
            if (lost.TryAdd(side, match))
            {
                Tell(match, match.PartnerOf(side), "lost");
            }
        }

        if (connections.IsConnected(side.VisitorId))
        {
            // A new connection opened while the old one was being noticed as lost.
            ConnectionRestored(side.VisitorId);
        }
    }

    /// <summary>Tells one side about the other's connection.</summary>
    private void Tell(LiveMatch match, Participant side, string partnerIs) =>
        connections.Push(side.VisitorId, new PartnerConnection(match.Id, partnerIs, Grace));

    private async Task Write(Guid matchId)
    {
        if (!unwritten.TryGetValue(matchId, out var end) || !writing.TryAdd(matchId, true))
        {
            return;
        }

        var match = end.Match;
        await match.Sending.WaitAsync();
        try
        {
            // Before the end, which other nodes wait for before they read what happened in the match.
            await conversation.SettleLast(match, CancellationToken.None);
            await verdicts.Settle(matchId, CancellationToken.None);

            // A restored match that nobody wrote in since does not know its counts yet.
            var (first, second) = match.IsLoaded ? (match.First.MessageCount, match.Second.MessageCount) : await conversation.Count(match);
            var command = end.Command with { MessagesFromFirst = first, MessagesFromSecond = second };
            var actor = command.EndedBy is { } by ? EventMetadata.Visitor(by) : EventMetadata.System;
            await executor.Execute(
                Match.Decider, matchId, command, DerivedId.From("match.end", matchId, string.Empty), actor, CancellationToken.None);
            unwritten.TryRemove(matchId, out _);
            matches.TryRemove(matchId, out _);
        }
        catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
        {
            // Both sides are out already; Advance writes it again until the log takes it.
            unwritten[matchId] = end with { RetryAt = clock.GetUtcNow() + RetryDelay, Reported = true };
            if (!end.Reported)
            {
                LogMessages.EndNotWritten(log, matchId, e);
            }
        }
        finally
        {
            match.Sending.Release();
            writing.TryRemove(matchId, out _);
        }
    }

    private sealed record UnwrittenEnd(LiveMatch Match, MatchCommand.End Command, DateTimeOffset RetryAt, bool Reported = false);
}

/// <summary>A match that is over, as its people remember it for a while.</summary>
public sealed record EndedMatch(LiveMatch Match, MatchEndReason Reason, Guid? EndedBy, DateTimeOffset At)
{
    /// <summary>As one of the two saw it.</summary>
    public EndedSeen SeenBy(Participant me) => new(Match.SeenBy(me), Reason, EndedBy == me.VisitorId, me.Request, At);
}
