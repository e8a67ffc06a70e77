using Mediator;
using RandomChat.Application.Events;
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

        try
        {
            return await own.Find(request.VisitorId, request.MatchId, cancellationToken) is null ? Refusal.NotInMatch : default(Nothing);
        }
        catch (DependencyUnavailableException)
        {
            // Not live on any node, so nobody is kept in it; only whether it was their own cannot be known now.
            return default(Nothing);
        }
    }
}
