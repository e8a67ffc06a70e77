using System.Collections.Concurrent;
using RandomChat.Application.Matches;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Tests.Fakes;

/// <summary>What the nodes of a test know of each other; a node is dead when the test says so.</summary>
public sealed class SharedRegistry
{
    private readonly ConcurrentDictionary<Guid, string> owners = [];
    private readonly HashSet<string> dead = [];

    public void Kill(string node) => dead.Add(node);

    public IMatchRegistry Of(string node) => new View(this, node);

    private sealed class View(SharedRegistry shared, string node) : IMatchRegistry
    {
        public string Node => node;

        public bool IsCertain => !shared.dead.Contains(node);

        public ValueTask<bool> Claim(MatchEvent.Started match, CancellationToken ct) => new(
            shared.owners.AddOrUpdate(match.MatchId, node, (_, owner) => shared.dead.Contains(owner) ? node : owner) == node);

        public ValueTask<bool> IsOwner(Guid matchId, CancellationToken ct) => new(shared.owners.GetValueOrDefault(matchId, node) == node);

        public ValueTask<VisitorPlace?> Find(Guid visitorId, CancellationToken ct) => default;

        public void End(EndedMatch match)
        {
        }

        public ValueTask Clear(MatchEvent.Started match) => default;
    }
}
