using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Matches;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream match-{id}. Their properties are the storage format: they are only ever added to.
// ---------------------------------------------------------------------------------------------------------------

public enum MatchEndReason
{
    Skipped,
    Stopped,
    Disconnected,
    Reported,
    Blocked,
    Banned,
    Server,
}

public enum CallPath
{
    /// <summary>Pictures and sound go from browser to browser.</summary>
    Direct,

    /// <summary>They go through a relay.</summary>
    Relay,

    /// <summary>They never came.</summary>
    Failed,

    /// <summary>They came and were lost.</summary>
    Dropped,
}

/// <summary>How a call stands, as one side saw it last. Part of the storage format.</summary>
/// <param name="FirstFrameMilliseconds">From the match to the partner's first picture; null where it was not measured.</param>
public sealed record CallReport(CallPath Path, int? FirstFrameMilliseconds);

/// <summary>What happened to a match: two visitors, from found to ended.</summary>
public abstract record MatchEvent
{
    private MatchEvent()
    {
    }

    /// <summary>Two visitors met. <c>First</c> waited longer and initiates the call in a video match.</summary>
    public sealed record Started(
        Guid MatchId, ChatMode Mode, TicketRecord First, TicketRecord Second, int SharedInterests, DateTimeOffset At) : MatchEvent;

    /// <summary>How the call of a video match went, before the match is over. Not recorded where neither side reported anything.</summary>
    /// <param name="FirstCall">As <c>First</c> saw it; null where that side reported nothing.</param>
    public sealed record CallEnded(
        Guid MatchId, Guid First, Guid Second, CallReport? FirstCall, CallReport? SecondCall, DateTimeOffset At) : MatchEvent;

    /// <summary>
    /// A message was screened and not simply delivered. Without the text: it expires, and where it was blocked it was never
    /// stored.
    /// </summary>
    /// <param name="Sequence">The message's; 0 where it was blocked.</param>
    /// <param name="SentAt">When the message was sent; a verdict may come later.</param>
    public sealed record MessageScreened(
        Guid MatchId, Guid MessageId, int Sequence, Guid From, Guid FromDevice, Verdict Verdict, DateTimeOffset SentAt, DateTimeOffset At) : MatchEvent;

    /// <summary>The match is over. Carries the counts, since the messages themselves expire.</summary>
    /// <param name="EndedBy">The visitor who ended it, or null where nobody did.</param>
    public sealed record Ended(
        Guid MatchId, MatchEndReason Reason, Guid? EndedBy, Guid First, Guid FirstDevice, Guid Second, Guid SecondDevice,
        int MessagesFromFirst, int MessagesFromSecond, long DurationMilliseconds, DateTimeOffset At) : MatchEvent;
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

public abstract record MatchCommand
{
    private MatchCommand()
    {
    }

    public sealed record Start(
        Guid MatchId, ChatMode Mode, TicketRecord First, TicketRecord Second, int SharedInterests, DateTimeOffset At) : MatchCommand;

    /// <summary>Records what came of screening a message; also after the match, since some of it takes longer than a chat.</summary>
    public sealed record Screen(Guid MessageId, int Sequence, Guid From, Verdict Verdict, DateTimeOffset SentAt, DateTimeOffset At) : MatchCommand;

    /// <param name="FirstCall">What a side reported of its call last; null where nothing, or where there was none.</param>
    public sealed record End(
        MatchEndReason Reason, Guid? EndedBy, int MessagesFromFirst, int MessagesFromSecond, DateTimeOffset At,
        CallReport? FirstCall = null, CallReport? SecondCall = null) : MatchCommand;
}

public abstract record MatchState
{
    private MatchState()
    {
    }

    public sealed record NotStarted : MatchState;

    public sealed record Live(MatchEvent.Started Start) : MatchState;

    public sealed record Over(MatchEvent.Started Start, MatchEvent.Ended End) : MatchState;

    /// <summary>How the match began; null before it did.</summary>
    public MatchEvent.Started? Beginning => this switch
    {
        Live live => live.Start,
        Over over => over.Start,
        _ => null,
    };

    /// <summary>The participant's ticket, or null where the visitor has no part in this match.</summary>
    public TicketRecord? TicketOf(Guid visitorId) =>
        Beginning is not { } start ? null
        : start.First.VisitorId == visitorId ? start.First
        : start.Second.VisitorId == visitorId ? start.Second
        : null;

    /// <summary>The other participant's ticket, or null where the visitor has no part in this match.</summary>
    public TicketRecord? PartnerOf(Guid visitorId) =>
        Beginning is not { } start ? null
        : start.First.VisitorId == visitorId ? start.Second
        : start.Second.VisitorId == visitorId ? start.First
        : null;
}

/// <summary>The rules of a match.</summary>
public static class Match
{
    public static readonly Decider<MatchCommand, MatchEvent, MatchState> Decider =
        new("match", new MatchState.NotStarted(), Decide, Evolve);

    private static Decision<MatchEvent> Decide(MatchCommand command, MatchState state) => (state, command) switch
    {
        (MatchState.NotStarted, MatchCommand.Start s) when s.First.VisitorId == s.Second.VisitorId =>
            new Rejection("match.with-oneself", "Nobody meets themselves."),
        (MatchState.NotStarted, MatchCommand.Start s) when s.First.DeviceId == s.Second.DeviceId =>
            new Rejection("match.with-oneself", "Nobody meets their own browser."),
        (MatchState.NotStarted, MatchCommand.Start s) =>
            new MatchEvent.Started(s.MatchId, s.Mode, s.First, s.Second, s.SharedInterests, s.At),
        (MatchState.NotStarted, _) => new Rejection("match.not-started", "There is no such match."),

        (MatchState.Live or MatchState.Over, MatchCommand.Start) => Decision<MatchEvent>.AlreadySo,

        (MatchState.Live or MatchState.Over, MatchCommand.Screen s) when state.TicketOf(s.From) is null =>
            new Rejection("match.not-a-participant", "Only a participant writes in a match."),
        (MatchState.Live or MatchState.Over, MatchCommand.Screen { Verdict.Action: ScreeningAction.Deliver }) => Decision<MatchEvent>.AlreadySo,
        (MatchState.Live or MatchState.Over, MatchCommand.Screen s) => new MatchEvent.MessageScreened(
            state.Beginning!.MatchId, s.MessageId, s.Sequence, s.From, state.TicketOf(s.From)!.DeviceId, s.Verdict, s.SentAt, s.At),

        (MatchState.Live or MatchState.Over, MatchCommand.End { EndedBy: { } by }) when state.TicketOf(by) is null =>
            new Rejection("match.not-a-participant", "Only a participant ends a match."),
        (MatchState.Live { Start: { Mode: ChatMode.Video } start }, MatchCommand.End e) when (e.FirstCall ?? e.SecondCall) is not null =>
            new Decision<MatchEvent>.Accepted(
            [
                new MatchEvent.CallEnded(start.MatchId, start.First.VisitorId, start.Second.VisitorId, e.FirstCall, e.SecondCall, e.At),
                Ended(start, e),
            ]),
        (MatchState.Live { Start: var start }, MatchCommand.End e) => Ended(start, e),
        (MatchState.Over, MatchCommand.End) => Decision<MatchEvent>.AlreadySo,

        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static MatchEvent.Ended Ended(MatchEvent.Started start, MatchCommand.End end) => new(
        start.MatchId, end.Reason, end.EndedBy,
        start.First.VisitorId, start.First.DeviceId, start.Second.VisitorId, start.Second.DeviceId,
        end.MessagesFromFirst, end.MessagesFromSecond, (long)(end.At - start.At).TotalMilliseconds, end.At);

    private static MatchState Evolve(MatchState state, MatchEvent happened) => (state, happened) switch
    {
        (_, MatchEvent.Started e) => new MatchState.Live(e),
        (MatchState.Live live, MatchEvent.Ended e) => new MatchState.Over(live.Start, e),
        _ => state,
    };
}
