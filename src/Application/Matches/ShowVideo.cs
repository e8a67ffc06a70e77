using RandomChat.Application.Limits;
using RandomChat.Application.Realtime;

namespace RandomChat.Application.Matches;

/// <summary>Says whether one agrees to clear pictures.</summary>
public sealed record ShowVideo(Guid VisitorId, Guid MatchId, bool Show) : ICallRequest;

public sealed class ShowVideoHandler(LiveMatches matches, IVisitorConnections connections, ILimits limits)
    : CallHandler<ShowVideo>(matches, limits)
{
    /// <summary>Taking it back is never refused.</summary>
    protected override bool IsLimited(ShowVideo request) => request.Show;

    protected override Outcome<Nothing> Handle(ShowVideo request, LiveMatch match, Participant me)
    {
        if (me.ShowsVideo != request.Show)
        {
            me.ShowsVideo = request.Show;
            connections.Push(match.PartnerOf(me).VisitorId, new ShowVideoChanged(match.Id, request.Show));
        }

        return default(Nothing);
    }
}
