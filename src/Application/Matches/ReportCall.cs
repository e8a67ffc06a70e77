using Mediator;
using RandomChat.Application.Limits;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matches;

/// <summary>Says how this side's call stands now. The latest counts; it is recorded when the match ends.</summary>
/// <param name="FirstFrameMilliseconds">From the match to the partner's first picture; the first one given is kept.</param>
public sealed record ReportCall(Guid VisitorId, Guid MatchId, CallPath Path, int? FirstFrameMilliseconds)
    : IRequest<Outcome<Nothing>>, IMatchRequest
{
    Guid? IMatchRequest.About => MatchId;
}

public sealed class ReportCallHandler(LiveMatches matches, ILimits limits) : IRequestHandler<ReportCall, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(ReportCall request, CancellationToken cancellationToken)
    {
        if (matches.Find(request.VisitorId, request.MatchId) is not var (match, me))
        {
            return Refusal.NotInMatch;
        }

        if (match.Started.Mode != ChatMode.Video)
        {
            return Refusal.Conflict("This is a text chat.");
        }

        var limit = await limits.Take(LimitNames.Signals, request.VisitorId.ToString("N"), cancellationToken);
        if (!limit.Allowed)
        {
            return Refusal.RateLimited(limit.RetryAfter);
        }

        me.Call = new(request.Path, me.Call?.FirstFrameMilliseconds ?? request.FirstFrameMilliseconds);
        return default(Nothing);
    }
}
