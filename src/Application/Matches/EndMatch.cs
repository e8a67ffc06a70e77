using Mediator;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Matches;

/// <summary>Stop: end this match. Never refused for an own match, ended ones included.</summary>
public sealed record EndMatch(Guid VisitorId, Guid MatchId) : IRequest<Outcome<Nothing>>;

public sealed class EndMatchHandler(Departures departures, OwnMatches own) : IRequestHandler<EndMatch, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(EndMatch request, CancellationToken cancellationToken)
    {
        if (await departures.Leave(request.VisitorId, request.MatchId, MatchEndReason.Stopped) is not null
            || departures.HasLeft(request.VisitorId, request.MatchId))
        {
            return default(Nothing);
        }

        return await own.Find(request.VisitorId, request.MatchId, cancellationToken) is null ? Refusal.NotInMatch : default(Nothing);
    }
}
