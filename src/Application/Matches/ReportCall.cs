using RandomChat.Application.Limits;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Matches;

/// <summary>Says how this side's call stands now. The latest counts; it is recorded when the match ends.</summary>
/// <param name="FirstFrameMilliseconds">From the match to the partner's first picture; the first one given is kept.</param>
public sealed record ReportCall(Guid VisitorId, Guid MatchId, CallPath Path, int? FirstFrameMilliseconds) : ICallRequest;

public sealed class ReportCallHandler(LiveMatches matches, ILimits limits) : CallHandler<ReportCall>(matches, limits)
{
    protected override Outcome<Nothing> Handle(ReportCall request, LiveMatch match, Participant me)
    {
        me.Call = new(request.Path, me.Call?.FirstFrameMilliseconds ?? request.FirstFrameMilliseconds);
        return default(Nothing);
    }
}
