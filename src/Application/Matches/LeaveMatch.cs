using Mediator;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matches;

/// <summary>Out of a match, for whatever reason. <see cref="Departures"/> is the way in.</summary>
public sealed record LeaveMatch(Guid VisitorId, Guid MatchId, MatchEndReason Reason) : IRequest<Outcome<LeftMatch>>, IMatchRequest
{
    Guid? IMatchRequest.About => MatchId;
}

/// <param name="Request">What the visitor had asked for when it found this match.</param>
public sealed record LeftMatch(MatchRequest Request);

public sealed class LeaveMatchHandler(LiveMatches matches, IMatchRegistry registry) : IRequestHandler<LeaveMatch, Outcome<LeftMatch>>
{
    public async ValueTask<Outcome<LeftMatch>> Handle(LeaveMatch request, CancellationToken cancellationToken)
    {
        if (matches.Find(request.VisitorId, request.MatchId) is var (match, me))
        {
            if (!registry.IsCertain && await HasMoved(request.MatchId, cancellationToken))
            {
                throw new MatchMovedException(request.MatchId);
            }

            // Whoever is banned is put out; they did not leave.
            await matches.End(match, request.Reason == MatchEndReason.Banned ? null : request.VisitorId, request.Reason);
            return new LeftMatch(me.Request);
        }

        return matches.FindEnded(request.VisitorId, request.MatchId) is var (_, was) ? new LeftMatch(was.Request) : Refusal.NotInMatch;
    }

    private async ValueTask<bool> HasMoved(Guid matchId, CancellationToken ct)
    {
        try
        {
            return !await registry.IsOwner(matchId, ct);
        }
        catch (Events.DependencyUnavailableException)
        {
            // Leaving is never refused: if somebody else took it over, the end in the log ends it there too.
            return false;
        }
    }
}
