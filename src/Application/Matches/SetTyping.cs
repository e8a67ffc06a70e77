using Mediator;
using RandomChat.Application.Limits;

namespace RandomChat.Application.Matches;

/// <summary>Tells the partner that one writes, or not any more. Never an event of the log.</summary>
public sealed record SetTyping(Guid VisitorId, Guid MatchId, bool IsTyping) : IRequest<Outcome<Nothing>>, IMatchRequest
{
    Guid? IMatchRequest.About => MatchId;
}

public sealed class SetTypingHandler(LiveMatches matches, ILimits limits) : IRequestHandler<SetTyping, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(SetTyping request, CancellationToken cancellationToken)
    {
        if (matches.Find(request.VisitorId, request.MatchId) is not var (match, me))
        {
            return Refusal.NotInMatch;
        }

        var limit = await limits.Take(LimitNames.Typing, request.VisitorId.ToString("N"), cancellationToken);
        if (!limit.Allowed)
        {
            return Refusal.RateLimited(limit.RetryAfter);
        }

        matches.SetTyping(match, me, request.IsTyping);
        return default(Nothing);
    }
}
