using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>
/// Who waits. Pairing is one atomic claim that obeys <see cref="PairingPolicy"/>; a claim is a lease that names the
/// match it is for, until it is confirmed, returned, or expires and is swept.
/// </summary>
public interface ILobby
{
    /// <summary>
    /// Puts a ticket in the queue, or replaces the request of the visitor's ticket and keeps its place, and claims a
    /// partner where one fits. A visitor has one ticket; one whose ticket is claimed already gets that claim's answer.
    /// </summary>
    /// <param name="parkedUntil">Where the visitor has no connection: until when it keeps its place; else null.</param>
    ValueTask<JoinOutcome> Join(Ticket ticket, DateTimeOffset? parkedUntil, CancellationToken ct);

    /// <summary>Takes the visitor's ticket out; null where none waits (a claimed one is left alone).</summary>
    ValueTask<Ticket?> Leave(Guid visitorId, CancellationToken ct);

    /// <summary>The visitor's connection is gone: it is not paired, and keeps its place until then.</summary>
    ValueTask Park(Guid visitorId, DateTimeOffset until, CancellationToken ct);

    /// <summary>The visitor's connection is back: it waits again at its place, and may be claimed at once.</summary>
    ValueTask<JoinOutcome?> Unpark(Guid visitorId, CancellationToken ct);

    /// <summary>The visitor's waiting ticket, or null.</summary>
    ValueTask<Ticket?> Find(Guid visitorId, CancellationToken ct);

    /// <summary>A block made while waiting counts at once: replaces whom the visitor's ticket excludes, where there is one.</summary>
    ValueTask Exclude(Guid visitorId, IReadOnlySet<Guid> excluded, CancellationToken ct);

    /// <summary>The match of a claim was recorded: the lease ends. Gives those who left while they were claimed.</summary>
    ValueTask<IReadOnlyList<Guid>> Confirm(Guid matchId, CancellationToken ct);

    /// <summary>The match of a claim was not recorded: both wait again at their old places, but for those named.</summary>
    ValueTask Return(Guid matchId, IReadOnlyCollection<Guid> exceptVisitors, CancellationToken ct);

    /// <summary>What time has brought up to now: claims that became possible, timeouts to say, graces that ended, leases that expired.</summary>
    ValueTask<LobbyTick> Advance(CancellationToken ct);

    /// <summary>How many wait, by mode. Parked tickets count.</summary>
    ValueTask<IReadOnlyDictionary<ChatMode, int>> Count(CancellationToken ct);
}

/// <summary>What joining led to.</summary>
public abstract record JoinOutcome
{
    private JoinOutcome()
    {
    }

    public sealed record Waiting(Ticket Ticket) : JoinOutcome;

    public sealed record Claimed(Claim Claim) : JoinOutcome;
}

/// <summary>Two tickets taken out of the queue for one match. <c>First</c> asked earlier.</summary>
public sealed record Claim(Guid MatchId, Ticket First, Ticket Second, DateTimeOffset ClaimedAt, DateTimeOffset ExpiresAt);

/// <param name="Claims">To be started as matches by the caller.</param>
/// <param name="TimedOut">To be told <c>match_timeout</c>, once a request; they wait on.</param>
/// <param name="Ended">Whose grace ended: they are out.</param>
/// <param name="Expired">Leases that nobody confirmed in time; still held until confirmed or returned.</param>
public sealed record LobbyTick(
    IReadOnlyList<Claim> Claims, IReadOnlyList<Ticket> TimedOut, IReadOnlyList<Ticket> Ended, IReadOnlyList<Claim> Expired);

/// <summary>Settings of the lobby. Times are durations.</summary>
public sealed class LobbyOptions
{
    public PairingRules Rules { get; set; } = PairingRules.Default;

    /// <summary>Wait before <c>match_timeout</c>.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a claim may stay unconfirmed.</summary>
    public TimeSpan ClaimLease { get; set; } = TimeSpan.FromSeconds(10);
}
