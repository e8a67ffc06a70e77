using System.Collections.Immutable;

namespace RandomChat.Domain.Accounts;

/// <summary>What somebody of the staff may do; each may do all that those before it may.</summary>
public enum StaffRole
{
    Analyst,
    Moderator,
    Administrator,
}

// ---------------------------------------------------------------------------------------------------------------
// Events of stream staff-{staffId}. Their properties are the storage format: they are only ever added to.
// Names and passwords are not among them: the log knows somebody of the staff by their id.
// ---------------------------------------------------------------------------------------------------------------

/// <summary>What happened to somebody of the staff: how they came, what they may do, and how they left.</summary>
public abstract record StaffEvent
{
    private StaffEvent()
    {
    }

    /// <summary>An administrator made a link by which one person may join the staff.</summary>
    /// <param name="Until">When the link ends by itself.</param>
    public sealed record Invited(Guid StaffId, StaffRole Role, DateTimeOffset Until, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>The link was withdrawn before anybody used it.</summary>
    public sealed record InvitationRevoked(Guid StaffId, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>Somebody is on the staff from here on.</summary>
    /// <param name="HandlesSevere">They may see severe cases.</param>
    /// <param name="By">Who invited them; null where the settings made them, or they were there before such events were recorded.</param>
    public sealed record Joined(Guid StaffId, StaffRole Role, bool HandlesSevere, Guid? By, DateTimeOffset At) : StaffEvent;

    /// <summary>An administrator gave them another role.</summary>
    public sealed record RoleChanged(Guid StaffId, StaffRole Role, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>They may see severe cases from here on.</summary>
    public sealed record SevereGranted(Guid StaffId, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>They may not see severe cases any more.</summary>
    public sealed record SevereRevoked(Guid StaffId, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>They can do nothing until an administrator lets them in again; every session of theirs ended.</summary>
    public sealed record Suspended(Guid StaffId, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>They may sign in again, as before.</summary>
    public sealed record Reinstated(Guid StaffId, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>They left the staff for good; every session of theirs ended.</summary>
    public sealed record Removed(Guid StaffId, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>They have to enrol a second factor anew; every session of theirs ended.</summary>
    public sealed record SecondFactorRemoved(Guid StaffId, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>They may show a passkey as their second factor, from here on.</summary>
    public sealed record PasskeyAdded(Guid StaffId, DateTimeOffset At) : StaffEvent;

    /// <summary>A passkey of theirs is good no longer.</summary>
    public sealed record PasskeyRemoved(Guid StaffId, DateTimeOffset At) : StaffEvent;

    /// <summary>A session of theirs was ended by hand.</summary>
    /// <param name="SessionId">Null: all of them.</param>
    public sealed record SessionRevoked(Guid StaffId, Guid? SessionId, Guid By, DateTimeOffset At) : StaffEvent;

    /// <summary>They changed their own password; every other session of theirs ended.</summary>
    public sealed record PasswordChanged(Guid StaffId, DateTimeOffset At) : StaffEvent;
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

public abstract record StaffCommand
{
    private StaffCommand()
    {
    }

    public sealed record Invite(Guid StaffId, StaffRole Role, Guid By, DateTimeOffset At) : StaffCommand;

    public sealed record RevokeInvitation(Guid By, DateTimeOffset At) : StaffCommand;

    /// <summary>Uses the link.</summary>
    public sealed record Join(DateTimeOffset At) : StaffCommand;

    /// <summary>Notes who is on the staff without having been invited: by the settings, or since before there were invitations.</summary>
    public sealed record Note(Guid StaffId, StaffRole Role, bool HandlesSevere, DateTimeOffset At) : StaffCommand;

    /// <summary>For oneself.</summary>
    public sealed record AddPasskey(DateTimeOffset At) : StaffCommand;

    /// <summary>For oneself.</summary>
    public sealed record RemovePasskey(DateTimeOffset At) : StaffCommand;

    /// <summary>The member's own, who knows the old one.</summary>
    public sealed record ChangePassword(DateTimeOffset At) : StaffCommand;

    /// <summary>What an administrator does about somebody on the staff.</summary>
    /// <param name="By">The administrator.</param>
    public abstract record Change(Guid By, DateTimeOffset At) : StaffCommand;

    /// <param name="Others">Who else there is.</param>
    public sealed record ChangeRole(StaffRole Role, Guid By, StaffOthers Others, DateTimeOffset At) : Change(By, At);

    public sealed record GrantSevere(Guid By, DateTimeOffset At) : Change(By, At);

    /// <inheritdoc cref="ChangeRole"/>
    public sealed record RevokeSevere(Guid By, StaffOthers Others, DateTimeOffset At) : Change(By, At);

    /// <inheritdoc cref="ChangeRole"/>
    public sealed record Suspend(Guid By, StaffOthers Others, DateTimeOffset At) : Change(By, At);

    public sealed record Reinstate(Guid By, DateTimeOffset At) : Change(By, At);

    /// <summary>Takes them off the staff for good; also oneself.</summary>
    /// <inheritdoc cref="ChangeRole"/>
    public sealed record Remove(Guid By, StaffOthers Others, DateTimeOffset At) : Change(By, At);

    public sealed record ResetSecondFactor(Guid By, DateTimeOffset At) : Change(By, At);

    /// <param name="SessionId">Null: all of them.</param>
    public sealed record RevokeSession(Guid? SessionId, Guid By, DateTimeOffset At) : Change(By, At);
}

/// <summary>Who may do what on the staff beside the one that a command is about; the suspended do not count.</summary>
/// <param name="Administrators">How many administrators.</param>
/// <param name="HandlingSevere">How many who may see severe cases.</param>
public readonly record struct StaffOthers(int Administrators, int HandlingSevere);

/// <summary>Where somebody stands.</summary>
public enum StaffStanding
{
    Unknown,
    Invited,
    Active,
    Suspended,
    Gone,
}

/// <param name="StaffId">Null before anything happened.</param>
/// <param name="InvitedBy">Null where they were not invited.</param>
/// <param name="InvitedUntil">When the invitation ends by itself.</param>
/// <param name="RevokedSessions">Ended by hand, one by one.</param>
public sealed record StaffState(
    Guid? StaffId, StaffStanding Standing, StaffRole Role, bool HandlesSevere, Guid? InvitedBy, DateTimeOffset? InvitedUntil,
    ImmutableHashSet<Guid> RevokedSessions)
{
    public bool IsAdministrator => Role == StaffRole.Administrator;
}

/// <summary>The rules of who is on the staff and what they may do.</summary>
public static class Staff
{
    /// <summary>How long an invitation can be used.</summary>
    public static readonly TimeSpan InvitationLasts = TimeSpan.FromHours(72);

    public static readonly Decider<StaffCommand, StaffEvent, StaffState> Decider =
        new("staff", new(null, StaffStanding.Unknown, StaffRole.Analyst, false, null, null, []), Decide, Evolve);

    /// <summary>Whether the right to see severe cases is of any use to a role.</summary>
    public static bool MayHandleSevere(StaffRole role) => role >= StaffRole.Moderator;

    private static Decision<StaffEvent> Decide(StaffCommand command, StaffState state) => (state.Standing, command) switch
    {
        (StaffStanding.Unknown, StaffCommand.Invite i) => new StaffEvent.Invited(i.StaffId, i.Role, i.At + InvitationLasts, i.By, i.At),
        (_, StaffCommand.Invite) => Decision<StaffEvent>.AlreadySo,

        (StaffStanding.Unknown, StaffCommand.Note n) => new StaffEvent.Joined(n.StaffId, n.Role, n.HandlesSevere, null, n.At),
        (_, StaffCommand.Note) => Decision<StaffEvent>.AlreadySo,

        (StaffStanding.Unknown, _) => new Rejection("staff.unknown", "There is nobody of that id on the staff."),

        (StaffStanding.Invited, StaffCommand.RevokeInvitation r) => new StaffEvent.InvitationRevoked(state.StaffId!.Value, r.By, r.At),
        (StaffStanding.Gone, StaffCommand.RevokeInvitation) => Decision<StaffEvent>.AlreadySo,
        (_, StaffCommand.RevokeInvitation) => new Rejection("staff.invitation-used", "Somebody has joined by this invitation already."),

        (StaffStanding.Invited, StaffCommand.Join j) when j.At >= state.InvitedUntil => InvitationOver,
        (StaffStanding.Invited, StaffCommand.Join j) => new StaffEvent.Joined(state.StaffId!.Value, state.Role, false, state.InvitedBy, j.At),
        (StaffStanding.Gone, StaffCommand.Join) => InvitationOver,
        (_, StaffCommand.Join) => Decision<StaffEvent>.AlreadySo,

        (StaffStanding.Gone, StaffCommand.Remove) => Decision<StaffEvent>.AlreadySo,
        (StaffStanding.Invited or StaffStanding.Gone, _) => new Rejection("staff.unknown", "There is nobody of that id on the staff."),

        (StaffStanding.Active, StaffCommand.AddPasskey a) => new StaffEvent.PasskeyAdded(state.StaffId!.Value, a.At),
        (StaffStanding.Active, StaffCommand.RemovePasskey r) => new StaffEvent.PasskeyRemoved(state.StaffId!.Value, r.At),
        (StaffStanding.Active, StaffCommand.ChangePassword c) => new StaffEvent.PasswordChanged(state.StaffId!.Value, c.At),
        (_, StaffCommand.AddPasskey or StaffCommand.RemovePasskey or StaffCommand.ChangePassword) => new Rejection("staff.suspended", "They may change nothing while they are suspended."),

        (_, StaffCommand.Change c) => DecideChange(c, state),

        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static Decision<StaffEvent> DecideChange(StaffCommand.Change command, StaffState state) => command switch
    {
        // Whoever holds somebody's open session must not be able to keep it by it.
        { By: var by } when by == state.StaffId && command is not (StaffCommand.Remove or StaffCommand.RevokeSession) =>
            new Rejection("staff.own-account", "Nobody changes their own role, rights or second factor: another administrator does."),

        StaffCommand.ChangeRole c when c.Role == state.Role => Decision<StaffEvent>.AlreadySo,
        StaffCommand.ChangeRole c when state.IsAdministrator && IsLastAdministrator(state, c.Others) => LastAdministrator,
        StaffCommand.ChangeRole c when !MayHandleSevere(c.Role) && IsLastForSevere(state, c.Others) => LastForSevere,
        StaffCommand.ChangeRole c => new StaffEvent.RoleChanged(state.StaffId!.Value, c.Role, c.By, c.At),

        StaffCommand.GrantSevere when state.HandlesSevere => Decision<StaffEvent>.AlreadySo,
        StaffCommand.GrantSevere when !MayHandleSevere(state.Role) =>
            new Rejection("staff.role-too-small", "Only moderators and administrators can be given severe cases."),
        StaffCommand.GrantSevere g => new StaffEvent.SevereGranted(state.StaffId!.Value, g.By, g.At),

        StaffCommand.RevokeSevere when !state.HandlesSevere => Decision<StaffEvent>.AlreadySo,
        StaffCommand.RevokeSevere w when IsLastForSevere(state, w.Others) => LastForSevere,
        StaffCommand.RevokeSevere w => new StaffEvent.SevereRevoked(state.StaffId!.Value, w.By, w.At),

        StaffCommand.Suspend when state.Standing == StaffStanding.Suspended => Decision<StaffEvent>.AlreadySo,
        StaffCommand.Suspend s when IsLastAdministrator(state, s.Others) => LastAdministrator,
        StaffCommand.Suspend s when IsLastForSevere(state, s.Others) => LastForSevere,
        StaffCommand.Suspend s => new StaffEvent.Suspended(state.StaffId!.Value, s.By, s.At),

        StaffCommand.Reinstate when state.Standing == StaffStanding.Active => Decision<StaffEvent>.AlreadySo,
        StaffCommand.Reinstate r => new StaffEvent.Reinstated(state.StaffId!.Value, r.By, r.At),

        StaffCommand.Remove r when IsLastAdministrator(state, r.Others) => LastAdministrator,
        StaffCommand.Remove r when IsLastForSevere(state, r.Others) => LastForSevere,
        StaffCommand.Remove r => new StaffEvent.Removed(state.StaffId!.Value, r.By, r.At),

        StaffCommand.ResetSecondFactor r => new StaffEvent.SecondFactorRemoved(state.StaffId!.Value, r.By, r.At),

        StaffCommand.RevokeSession { SessionId: { } one } when state.RevokedSessions.Contains(one) => Decision<StaffEvent>.AlreadySo,
        StaffCommand.RevokeSession r => new StaffEvent.SessionRevoked(state.StaffId!.Value, r.SessionId, r.By, r.At),

        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static Rejection InvitationOver { get; } = new("staff.invitation-over", "This invitation is not valid any more. Ask for another one.");

    private static Rejection LastAdministrator { get; } =
        new("staff.last-administrator", "This is the only administrator. Make somebody else one first.");

    private static Rejection LastForSevere { get; } =
        new("staff.last-for-severe", "Nobody else may see severe cases. Give somebody else that right first.");

    /// <summary>Without an administrator nobody could make one.</summary>
    private static bool IsLastAdministrator(StaffState state, StaffOthers others) =>
        state is { Standing: StaffStanding.Active, IsAdministrator: true } && others.Administrators == 0;

    /// <summary>Severe cases would wait for good, since nobody gives themselves the right.</summary>
    private static bool IsLastForSevere(StaffState state, StaffOthers others) =>
        state is { Standing: StaffStanding.Active, HandlesSevere: true } && others.HandlingSevere == 0;

    private static StaffState Evolve(StaffState state, StaffEvent happened) => happened switch
    {
        StaffEvent.Invited e => state with
        {
            StaffId = e.StaffId,
            Standing = StaffStanding.Invited,
            Role = e.Role,
            InvitedBy = e.By,
            InvitedUntil = e.Until,
        },
        StaffEvent.InvitationRevoked => state with { Standing = StaffStanding.Gone },
        StaffEvent.Joined e => state with
        {
            StaffId = e.StaffId,
            Standing = StaffStanding.Active,
            Role = e.Role,
            HandlesSevere = e.HandlesSevere,
        },
        StaffEvent.RoleChanged e => state with { Role = e.Role, HandlesSevere = state.HandlesSevere && MayHandleSevere(e.Role) },
        StaffEvent.SevereGranted => state with { HandlesSevere = true },
        StaffEvent.SevereRevoked => state with { HandlesSevere = false },
        StaffEvent.Suspended => state with { Standing = StaffStanding.Suspended },
        StaffEvent.Reinstated => state with { Standing = StaffStanding.Active },
        StaffEvent.Removed => state with { Standing = StaffStanding.Gone, HandlesSevere = false },
        StaffEvent.SessionRevoked { SessionId: { } one } => state with { RevokedSessions = state.RevokedSessions.Add(one) },
        _ => state,
    };
}
