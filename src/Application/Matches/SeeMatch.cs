using Mediator;
using RandomChat.Application.Realtime;

namespace RandomChat.Application.Matches;

/// <summary>The match that a visitor is in; refused with <c>not-in-match</c> where there is none.</summary>
public sealed record SeeMatch(Guid VisitorId) : IRequest<Outcome<MatchFound>>, IMatchRequest
{
    Guid? IMatchRequest.About => null;
}

public sealed class SeeMatchHandler(LiveMatches matches) : IRequestHandler<SeeMatch, Outcome<MatchFound>>
{
    public ValueTask<Outcome<MatchFound>> Handle(SeeMatch request, CancellationToken cancellationToken) => new(
        matches.Of(request.VisitorId) is { IsEnded: false } match && match.Find(request.VisitorId) is { } me ? match.SeenBy(me) : Refusal.NotInMatch);
}
