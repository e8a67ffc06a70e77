namespace RandomChat.Domain.Accounts;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream account-{visitorId}. Their properties are the storage format: they are only ever added to.
// ---------------------------------------------------------------------------------------------------------------

/// <summary>
/// What happened to the account of a visitor. An account keeps one visitor and has its id. No event names anybody: the name,
/// the password and the address lie where they can be deleted.
/// </summary>
public abstract record AccountEvent
{
    private AccountEvent()
    {
    }

    /// <summary>The visitor chose a name and a password.</summary>
    public sealed record Registered(Guid VisitorId, DateTimeOffset At) : AccountEvent;

    /// <summary>There is a new password, and every session of before has ended.</summary>
    /// <param name="Recovered">Whoever did it did not know the old one, but had a recovery code.</param>
    public sealed record PasswordChanged(Guid VisitorId, bool Recovered, DateTimeOffset At) : AccountEvent;

    /// <summary>The owner ended every session there was.</summary>
    public sealed record SessionsEnded(Guid VisitorId, DateTimeOffset At) : AccountEvent;

    /// <summary>The owner signs in with a passkey as well, from here on.</summary>
    public sealed record PasskeyAdded(Guid VisitorId, DateTimeOffset At) : AccountEvent;

    /// <summary>A passkey of theirs is good no longer.</summary>
    public sealed record PasskeyRemoved(Guid VisitorId, DateTimeOffset At) : AccountEvent;

    /// <summary>The staff knows who this is, and partners are told so.</summary>
    public sealed record BadgeGranted(Guid VisitorId, Guid By, DateTimeOffset At) : AccountEvent;

    /// <summary>Partners are told so no longer.</summary>
    public sealed record BadgeRevoked(Guid VisitorId, Guid By, DateTimeOffset At) : AccountEvent;

    /// <summary>The name, the password and the address were deleted.</summary>
    public sealed record Closed(Guid VisitorId, DateTimeOffset At) : AccountEvent;
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

public abstract record AccountCommand
{
    private AccountCommand()
    {
    }

    /// <param name="EndsSessions">Somebody else may have put the session there that it is made in.</param>
    public sealed record Register(Guid VisitorId, bool EndsSessions, DateTimeOffset At) : AccountCommand;

    public sealed record ChangePassword(Guid VisitorId, bool Recovered, DateTimeOffset At) : AccountCommand;

    public sealed record SignOut(Guid VisitorId, DateTimeOffset At) : AccountCommand;

    public sealed record AddPasskey(Guid VisitorId, DateTimeOffset At) : AccountCommand;

    public sealed record RemovePasskey(Guid VisitorId, DateTimeOffset At) : AccountCommand;

    /// <param name="By">Of the staff.</param>
    public sealed record GrantBadge(Guid VisitorId, Guid By, DateTimeOffset At) : AccountCommand;

    /// <param name="By">Of the staff.</param>
    public sealed record RevokeBadge(Guid VisitorId, Guid By, DateTimeOffset At) : AccountCommand;

    public sealed record Close(Guid VisitorId, DateTimeOffset At) : AccountCommand;
}

/// <param name="IsOpen">There is an account.</param>
/// <param name="IsClosed">There was one.</param>
/// <param name="IsVerified">Whether partners see the badge.</param>
/// <param name="SessionsSince">Sessions that began before then have ended; null where none has.</param>
public sealed record AccountState(bool IsOpen, bool IsClosed, bool IsVerified, DateTimeOffset? SessionsSince);

/// <summary>The rules of an account.</summary>
public static class Account
{
    public static readonly Decider<AccountCommand, AccountEvent, AccountState> Decider =
        new("account", new(false, false, false, null), Decide, Evolve);

    private static Decision<AccountEvent> Decide(AccountCommand command, AccountState state) => command switch
    {
        // A visitor whose account is closed is forgotten, and comes back as another one.
        AccountCommand.Register when state.IsClosed => new Rejection("account.closed", "This account is closed."),
        AccountCommand.Register when state.IsOpen => Decision<AccountEvent>.AlreadySo,
        AccountCommand.Register { EndsSessions: true } r => new Decision<AccountEvent>.Accepted(
            [new AccountEvent.Registered(r.VisitorId, r.At), new AccountEvent.SessionsEnded(r.VisitorId, r.At)]),
        AccountCommand.Register r => new AccountEvent.Registered(r.VisitorId, r.At),

        AccountCommand.Close when !state.IsOpen => Decision<AccountEvent>.AlreadySo,
        _ when !state.IsOpen => new Rejection("account.unknown", "This visitor has no account."),

        AccountCommand.ChangePassword c => new AccountEvent.PasswordChanged(c.VisitorId, c.Recovered, c.At),
        AccountCommand.SignOut s => new AccountEvent.SessionsEnded(s.VisitorId, s.At),

        // Which one it was lies beside the password, where it can be deleted.
        AccountCommand.AddPasskey a => new AccountEvent.PasskeyAdded(a.VisitorId, a.At),
        AccountCommand.RemovePasskey r => new AccountEvent.PasskeyRemoved(r.VisitorId, r.At),

        AccountCommand.GrantBadge when state.IsVerified => Decision<AccountEvent>.AlreadySo,
        AccountCommand.GrantBadge g => new AccountEvent.BadgeGranted(g.VisitorId, g.By, g.At),
        AccountCommand.RevokeBadge when !state.IsVerified => Decision<AccountEvent>.AlreadySo,
        AccountCommand.RevokeBadge w => new AccountEvent.BadgeRevoked(w.VisitorId, w.By, w.At),

        AccountCommand.Close c => new AccountEvent.Closed(c.VisitorId, c.At),

        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static AccountState Evolve(AccountState state, AccountEvent happened) => happened switch
    {
        AccountEvent.Registered => state with { IsOpen = true },
        AccountEvent.PasswordChanged e => state with { SessionsSince = e.At },
        AccountEvent.SessionsEnded e => state with { SessionsSince = e.At },
        AccountEvent.BadgeGranted => state with { IsVerified = true },
        AccountEvent.BadgeRevoked => state with { IsVerified = false },
        AccountEvent.Closed e => state with { IsOpen = false, IsClosed = true, IsVerified = false, SessionsSince = e.At },
        _ => state,
    };
}
