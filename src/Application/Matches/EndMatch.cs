using Mediator;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Matches;

/// <summary>Stop: end this match. Never refused for an own match, ended ones included.</summary>
public sealed record EndMatch(Guid VisitorId, Guid MatchId) : IRequest<Outcome<Nothing>>;

public sealed class EndMatchHandler(LiveMatches matches, OwnMatches own) : IRequestHandler<EndMatch, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(EndMatch request, CancellationToken cancellationToken)
    {
        if (matches.Find(request.VisitorId, request.MatchId) is var (match, _))
        {
            await matches.End(match, request.VisitorId, MatchEndReason.Stopped);
            return default(Nothing);
        }

        if (matches.FindEnded(request.VisitorId, request.MatchId) is not null)
        {
            return default(Nothing);
        }

        return await own.Find(request.VisitorId, request.MatchId, cancellationToken) is null ? Refusal.NotInMatch : default(Nothing);
    }
}
