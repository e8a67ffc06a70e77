using Mediator;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matches;

/// <summary>Says whether one agrees to clear pictures.</summary>
public sealed record ShowVideo(Guid VisitorId, Guid MatchId, bool Show) : IRequest<Outcome<Nothing>>, IMatchRequest
{
    Guid? IMatchRequest.About => MatchId;
}

public sealed class ShowVideoHandler(LiveMatches matches, IVisitorConnections connections) : IRequestHandler<ShowVideo, Outcome<Nothing>>
{
    public ValueTask<Outcome<Nothing>> Handle(ShowVideo request, CancellationToken cancellationToken)
    {
        if (matches.Find(request.VisitorId, request.MatchId) is not var (match, me))
        {
            return ValueTask.FromResult<Outcome<Nothing>>(Refusal.NotInMatch);
        }

        if (match.Started.Mode != ChatMode.Video)
        {
            return ValueTask.FromResult<Outcome<Nothing>>(Refusal.Conflict("This is a text chat."));
        }

        if (me.ShowsVideo != request.Show)
        {
            me.ShowsVideo = request.Show;
            connections.Push(match.PartnerOf(me).VisitorId, new ShowVideoChanged(match.Id, request.Show));
        }

        return ValueTask.FromResult<Outcome<Nothing>>(default(Nothing));
    }
}
