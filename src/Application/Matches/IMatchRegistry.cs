using RandomChat.Application.Realtime;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matches;

/// <summary>
/// Which node owns which live match, and where every visitor stands, as all nodes see it. With one node it owns
/// everything: see <see cref="OneNode"/>.
/// </summary>
public interface IMatchRegistry
{
    /// <summary>This node's id. A node that starts again is another node.</summary>
    string Node { get; }

    /// <summary>False while the others may have taken this node for dead, so that they may own its matches by now.</summary>
    bool IsCertain { get; }

    /// <summary>Makes this node the owner of a match. False where another node that lives owns it.</summary>
    /// <exception cref="Events.DependencyUnavailableException">The registry does not answer.</exception>
    ValueTask<bool> Claim(MatchEvent.Started match, CancellationToken ct);

    /// <summary>Whether no other node has taken the match over.</summary>
    /// <exception cref="Events.DependencyUnavailableException">The registry does not answer.</exception>
    ValueTask<bool> IsOwner(Guid matchId, CancellationToken ct);

    /// <summary>Where a visitor stands who is in no match of this node's; null where no other node knows of one.</summary>
    /// <exception cref="Events.DependencyUnavailableException">The registry does not answer.</exception>
    ValueTask<VisitorPlace?> Find(Guid visitorId, CancellationToken ct);

    /// <summary>
    /// A match of this node's is over. Never waits and never fails; the other nodes know it before anything else that
    /// this node tells them afterwards.
    /// </summary>
    void End(EndedMatch match);

    /// <summary>A match that the registry may still name turned out to be over. Where the registry does not answer, its lifetime ends it.</summary>
    ValueTask Clear(MatchEvent.Started match);
}

/// <summary>Where a visitor stands, seen from another node.</summary>
public abstract record VisitorPlace
{
    private VisitorPlace()
    {
    }

    /// <param name="Node">The owner.</param>
    /// <param name="Alive">Whether the owner lives; a dead one's matches may be taken over.</param>
    public sealed record InMatch(Guid MatchId, string Node, bool Alive) : VisitorPlace;

    public sealed record AfterMatch(EndedSeen Seen) : VisitorPlace;
}

/// <summary>A match that is over, as one of its people saw it.</summary>
/// <param name="EndedByMe">Whether this visitor ended it.</param>
/// <param name="Request">What this visitor had asked for.</param>
public sealed record EndedSeen(MatchFound Match, MatchEndReason Reason, bool EndedByMe, MatchRequest Request, DateTimeOffset At);
