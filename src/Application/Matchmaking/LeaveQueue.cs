using Mediator;
using RandomChat.Application.Bots;

namespace RandomChat.Application.Matchmaking;

/// <summary>Stop waiting. Never refused.</summary>
public sealed record LeaveQueue(Guid VisitorId, Guid DeviceId) : IRequest<Nothing>;

public sealed class LeaveQueueHandler(Matchmaker matchmaker, Suspicion suspicion) : IRequestHandler<LeaveQueue, Nothing>
{
    public async ValueTask<Nothing> Handle(LeaveQueue request, CancellationToken cancellationToken)
    {
        suspicion.LeftQueue(request.DeviceId);
        await matchmaker.Leave(request.VisitorId, CancellationToken.None);
        return default;
    }
}
