using System.Collections.Immutable;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Domain.Visitors;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream visitor-{id}. Their properties are the storage format: they are only ever added to.
// ---------------------------------------------------------------------------------------------------------------

/// <summary>What happened to a visitor: a browser's anonymous identity.</summary>
public abstract record VisitorEvent
{
    private VisitorEvent()
    {
    }

    /// <summary>The gate was passed. <c>Profile</c> is sealed under the visitor's key (birth year, display name).</summary>
    public sealed record SessionStarted(
        Guid VisitorId, Guid DeviceId, string TermsVersion, string Profile, DateTimeOffset At) : VisitorEvent;

    /// <summary>The visitor signed in to their account, and goes on with it in this browser.</summary>
    public sealed record SessionResumed(Guid VisitorId, Guid DeviceId, DateTimeOffset At) : VisitorEvent;

    /// <summary>What the visitor asks partners for; sealed under the visitor's key (language, interests, mode).</summary>
    public sealed record PreferencesChanged(Guid VisitorId, string Preferences, DateTimeOffset At) : VisitorEvent;

    /// <summary>The visitor never wants to meet this visitor, nor this browser, again.</summary>
    public sealed record Blocked(
        Guid VisitorId, Guid DeviceId, Guid BlockedVisitorId, Guid BlockedDeviceId, Guid MatchId, DateTimeOffset At) : VisitorEvent;

    /// <summary>
    /// The visitor asked to be forgotten. What they wrote on this stream is noise from now on: its key is destroyed.
    /// </summary>
    public sealed record Erased(Guid VisitorId, Guid DeviceId, DateTimeOffset At) : VisitorEvent;

    /// <summary>A wait ended without a match.</summary>
    public sealed record TicketEnded(Guid VisitorId, TicketRecord Ticket, TicketEndReason Reason, DateTimeOffset At) : VisitorEvent;
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

public abstract record VisitorCommand
{
    private VisitorCommand()
    {
    }

    /// <param name="Year">The current year, UTC.</param>
    public sealed record StartSession(
        Guid VisitorId, Guid DeviceId, int BirthYear, int Year, bool AcceptTerms, string TermsVersion, string Profile, DateTimeOffset At)
        : VisitorCommand
    {
        /// <summary>The visitor has an account: what they asked for in the session before holds in the new one.</summary>
        public bool KeepPreferences { get; init; }
    }

    public sealed record ResumeSession(Guid VisitorId, Guid DeviceId, DateTimeOffset At) : VisitorCommand;

    public sealed record ChangePreferences(Guid VisitorId, string Preferences, DateTimeOffset At) : VisitorCommand;

    public sealed record Block(
        Guid VisitorId, Guid DeviceId, Guid BlockedVisitorId, Guid BlockedDeviceId, Guid MatchId, DateTimeOffset At) : VisitorCommand;

    public sealed record Erase(Guid VisitorId, Guid DeviceId, DateTimeOffset At) : VisitorCommand;

    public sealed record EndTicket(Guid VisitorId, TicketRecord Ticket, TicketEndReason Reason, DateTimeOffset At) : VisitorCommand;
}

/// <param name="Profile">Sealed; null before the first session.</param>
/// <param name="Preferences">Sealed; null when none were given since the last session began.</param>
public sealed record VisitorState(
    bool Exists, string? Profile, string? Preferences, HashSet<Guid> Blocked, Guid? LastEndedTicket, bool IsErased = false)
{
    /// <summary>The browsers in which the visitor began a session or signed in.</summary>
    public ImmutableHashSet<Guid> Devices { get; init; } = [];
}

/// <summary>The rules of a visitor.</summary>
public static class Visitor
{
    public static readonly Decider<VisitorCommand, VisitorEvent, VisitorState> Decider =
        new("visitor", new(false, null, null, [], null), Decide, Evolve);

    private static Decision<VisitorEvent> Decide(VisitorCommand command, VisitorState state) => command switch
    {
        VisitorCommand.Erase or VisitorCommand.EndTicket when state.IsErased => Decision<VisitorEvent>.AlreadySo,
        _ when state.IsErased => new Rejection("visitor.erased", "This visitor asked to be forgotten."),

        VisitorCommand.StartSession s when !AgePolicy.MayEnter(s.BirthYear, s.Year) =>
            new Rejection("age-restricted", "RandomChat is for adults."),
        VisitorCommand.StartSession { AcceptTerms: false } =>
            new Rejection("terms-required", "The terms have to be accepted."),
        VisitorCommand.StartSession s => Start(s, state),

        _ when !state.Exists => new Rejection("visitor.unknown", "This visitor has no session."),

        VisitorCommand.ResumeSession r => new VisitorEvent.SessionResumed(r.VisitorId, r.DeviceId, r.At),

        VisitorCommand.ChangePreferences c =>
            new VisitorEvent.PreferencesChanged(c.VisitorId, c.Preferences, c.At),

        VisitorCommand.Block b when b.VisitorId == b.BlockedVisitorId =>
            new Rejection("visitor.block-self", "Nobody can block themselves."),
        VisitorCommand.Block b when state.Blocked.Contains(b.BlockedVisitorId) => Decision<VisitorEvent>.AlreadySo,
        VisitorCommand.Block b =>
            new VisitorEvent.Blocked(b.VisitorId, b.DeviceId, b.BlockedVisitorId, b.BlockedDeviceId, b.MatchId, b.At),

        VisitorCommand.Erase e => new VisitorEvent.Erased(e.VisitorId, e.DeviceId, e.At),

        VisitorCommand.EndTicket e when state.LastEndedTicket == e.Ticket.TicketId => Decision<VisitorEvent>.AlreadySo,
        VisitorCommand.EndTicket e => new VisitorEvent.TicketEnded(e.VisitorId, e.Ticket, e.Reason, e.At),

        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static Decision<VisitorEvent> Start(VisitorCommand.StartSession s, VisitorState state)
    {
        var started = new VisitorEvent.SessionStarted(s.VisitorId, s.DeviceId, s.TermsVersion, s.Profile, s.At);
        return s.KeepPreferences && state.Preferences is { } kept
            ? new Decision<VisitorEvent>.Accepted([started, new VisitorEvent.PreferencesChanged(s.VisitorId, kept, s.At)])
            : started;
    }

    private static VisitorState Evolve(VisitorState state, VisitorEvent happened) => happened switch
    {
        VisitorEvent.SessionStarted e => state with { Exists = true, Profile = e.Profile, Preferences = null, Devices = state.Devices.Add(e.DeviceId) },
        VisitorEvent.SessionResumed e => state with { Devices = state.Devices.Add(e.DeviceId) },
        VisitorEvent.PreferencesChanged e => state with { Preferences = e.Preferences },
        VisitorEvent.Blocked e => state with { Blocked = [.. state.Blocked, e.BlockedVisitorId] },
        VisitorEvent.Erased => state with { Profile = null, Preferences = null, IsErased = true },
        VisitorEvent.TicketEnded e => state with { LastEndedTicket = e.Ticket.TicketId },
        _ => state,
    };
}
