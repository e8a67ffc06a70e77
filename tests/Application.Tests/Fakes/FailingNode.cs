using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Tests.Fakes;

/// <summary>Whoever is looked for may be on another node, and that one fails when it is asked.</summary>
public sealed class FailingNode : IMatchRegistry
{
    private readonly OneNode here = new();

    public bool Fails { get; set; }

    public string Node => here.Node;

    public bool IsCertain => here.IsCertain;

    public ValueTask<bool> Claim(MatchEvent.Started match, CancellationToken ct) => here.Claim(match, ct);

    public ValueTask<bool> IsOwner(Guid matchId, CancellationToken ct) => here.IsOwner(matchId, ct);

    public ValueTask<VisitorPlace?> Find(Guid visitorId, CancellationToken ct) =>
        Fails ? throw new NodeFailedException("another", nameof(SeeMatch)) : here.Find(visitorId, ct);

    public void End(EndedMatch match) => here.End(match);

    public ValueTask Clear(MatchEvent.Started match) => here.Clear(match);
}
