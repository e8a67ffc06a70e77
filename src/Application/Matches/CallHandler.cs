using Mediator;
using RandomChat.Application.Limits;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matches;

/// <summary>Part of a call, from one side of a live video chat.</summary>
public interface ICallRequest : IMatchRequest, IRequest<Outcome<Nothing>>
{
    Guid MatchId { get; }

    Guid? IMatchRequest.About => MatchId;
}

/// <summary>
/// Handles what the two of a live video chat say about their call: others get <c>not-in-match</c>, those of a text chat
/// <c>conflict</c>, and who says more than a call needs <c>rate-limited</c>.
/// </summary>
public abstract class CallHandler<TRequest>(LiveMatches matches, ILimits limits) : IRequestHandler<TRequest, Outcome<Nothing>>
    where TRequest : ICallRequest
{
    public async ValueTask<Outcome<Nothing>> Handle(TRequest request, CancellationToken cancellationToken)
    {
        if (matches.Find(request.VisitorId, request.MatchId) is not var (match, me))
        {
            return Refusal.NotInMatch;
        }

        if (match.Started.Mode != ChatMode.Video)
        {
            return Refusal.Conflict("This is a text chat.");
        }

        if (!IsLimited(request))
        {
            return Handle(request, match, me);
        }

        var limit = await limits.Take(LimitNames.Signals, request.VisitorId.ToString("N"), cancellationToken);
        return limit.Allowed ? Handle(request, match, me) : Refusal.RateLimited(limit.RetryAfter);
    }

    protected virtual bool IsLimited(TRequest request) => true;

    protected abstract Outcome<Nothing> Handle(TRequest request, LiveMatch match, Participant me);
}
