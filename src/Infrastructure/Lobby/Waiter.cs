using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Infrastructure.Lobby;

/// <summary>
/// One visitor in the lobby: waiting, parked or claimed. Due at the next moment at which something changes for it.
/// While it stands in a <see cref="WaitingRoom"/> the parts of its ticket that order and file it do not change.
/// </summary>
internal sealed class Waiter(Ticket ticket) : Deadline
{
    internal Ticket Ticket { get; set; } = ticket;

    /// <summary>Set while the connection is gone, claimed or not.</summary>
    internal DateTimeOffset? ParkedUntil { get; set; }

    /// <summary>When <c>match_timeout</c> is to be said; null once it was said for this request.</summary>
    internal DateTimeOffset? TimeoutAt { get; set; }

    /// <summary>When trying again may succeed though nobody came: a rematch window ends, or a claim was returned.</summary>
    internal DateTimeOffset? RetryAt { get; set; }

    internal Lease? Lease { get; set; }

    /// <summary>The visitor left while claimed: it does not wait again should the claim be returned.</summary>
    internal bool LeftWhileClaimed { get; set; }

    internal Filing Filing { get; set; }
}

/// <summary>In which sets of the waiting room somebody stands.</summary>
internal enum Filing
{
    None,

    /// <summary>Within its patience: only where its interests are.</summary>
    Insisting,

    /// <summary>Where its interests are, and among those who meet anyone.</summary>
    Open,
}

/// <summary>A claim that waits to be confirmed. Due when it expires.</summary>
internal sealed class Lease(Claim claim, Waiter one, Waiter other) : Deadline
{
    internal Claim Claim { get; } = claim;

    internal Waiter One { get; } = one;

    internal Waiter Other { get; } = other;
}
