using System.Collections.Concurrent;
using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Matches;

/// <summary>
/// Lets visitors out of matches, whichever node owns them. Never refused: where the owner cannot be reached the visitor
/// is out here at once, and the owner is told when it can be.
/// </summary>
public sealed class Departures(ISender sender, IVisitorConnections connections, TimeProvider clock)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Untold> untold = [];

    /// <summary>The visitor's own request where the match was live, or ended lately; null where that is not known here.</summary>
    public async Task<LeftMatch?> Leave(Guid visitorId, Guid matchId, MatchEndReason reason)
    {
        var leave = new LeaveMatch(visitorId, matchId, reason);
        try
        {
            // Not cancelled with the caller: whoever hangs up has left all the same.
            return await sender.Send(leave, CancellationToken.None) is Outcome<LeftMatch>.Done { Value: var left } ? left : null;
        }
        catch (Exception e) when (e is DependencyUnavailableException or NodeFailedException)
        {
            untold[visitorId] = new(leave, clock.GetUtcNow() + RetryDelay);
            connections.Push(visitorId, SessionEnded.For(matchId, reason));
            return null;
        }
    }

    /// <summary>Whether the visitor has left this match although its owner does not know yet.</summary>
    public bool HasLeft(Guid visitorId, Guid matchId) => untold.TryGetValue(visitorId, out var left) && left.Request.MatchId == matchId;

    /// <summary>Tells owners who could not be reached before.</summary>
    public async Task Advance(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var (visitorId, left) in untold.Where(entry => entry.Value.RetryAt <= now))
        {
            try
            {
                await sender.Send(left.Request, ct);
                untold.TryRemove(new(visitorId, left));
            }
            catch (Exception e) when (e is DependencyUnavailableException or NodeFailedException)
            {
                untold.TryUpdate(visitorId, left with { RetryAt = now + RetryDelay }, left);
            }
        }
    }

    private sealed record Untold(LeaveMatch Request, DateTimeOffset RetryAt);
}
