using Mediator;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Matches;

/// <summary>The registry of a server that runs alone: every match is its own, and nobody else knows of any.</summary>
public sealed class OneNode : IMatchRegistry, INodes
{
    public string Node => Environment.MachineName;

    public bool IsCertain => true;

    public ValueTask<bool> Claim(MatchEvent.Started match, CancellationToken ct) => new(true);

    public ValueTask<bool> IsOwner(Guid matchId, CancellationToken ct) => new(true);

    public ValueTask<VisitorPlace?> Find(Guid visitorId, CancellationToken ct) => default;

    public void End(EndedMatch match)
    {
    }

    public ValueTask Clear(MatchEvent.Started match) => default;

    public ValueTask<TResponse> Ask<TResponse>(string node, IRequest<TResponse> request, CancellationToken ct) =>
        throw new InvalidOperationException($"There is no node {node}.");
}
