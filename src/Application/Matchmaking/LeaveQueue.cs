using Mediator;

namespace RandomChat.Application.Matchmaking;

/// <summary>Stop waiting. Never refused.</summary>
public sealed record LeaveQueue(Guid VisitorId) : IRequest<Nothing>;

public sealed class LeaveQueueHandler(Matchmaker matchmaker) : IRequestHandler<LeaveQueue, Nothing>
{
    public async ValueTask<Nothing> Handle(LeaveQueue request, CancellationToken cancellationToken)
    {
        await matchmaker.Leave(request.VisitorId, CancellationToken.None);
        return default;
    }
}
