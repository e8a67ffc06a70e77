using RandomChat.Domain.Matchmaking;

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

/// <summary>What happened to a match: two visitors, from found to ended.</summary>
public abstract record MatchEvent
{
    private MatchEvent()
    {
    }

    /// <summary>Two visitors met. <c>First</c> waited longer and initiates the call in a video match.</summary>
    public sealed record Started(
        Guid MatchId, ChatMode Mode, TicketRecord First, TicketRecord Second, int SharedInterests, DateTimeOffset At) : MatchEvent;

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

    public sealed record End(
        MatchEndReason Reason, Guid? EndedBy, int MessagesFromFirst, int MessagesFromSecond, DateTimeOffset At) : MatchCommand;
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

        (MatchState.Live or MatchState.Over, MatchCommand.End { EndedBy: { } by }) when state.TicketOf(by) is null =>
            new Rejection("match.not-a-participant", "Only a participant ends a match."),
        (MatchState.Live { Start: var start }, MatchCommand.End e) =>
            new MatchEvent.Ended(
                start.MatchId, e.Reason, e.EndedBy,
                start.First.VisitorId, start.First.DeviceId, start.Second.VisitorId, start.Second.DeviceId,
                e.MessagesFromFirst, e.MessagesFromSecond, (long)(e.At - start.At).TotalMilliseconds, e.At),
        (MatchState.Over, MatchCommand.End) => Decision<MatchEvent>.AlreadySo,

        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static MatchState Evolve(MatchState state, MatchEvent happened) => (state, happened) switch
    {
        (_, MatchEvent.Started e) => new MatchState.Live(e),
        (MatchState.Live live, MatchEvent.Ended e) => new MatchState.Over(live.Start, e),
        _ => state,
    };
}
