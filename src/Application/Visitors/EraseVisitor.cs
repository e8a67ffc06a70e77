using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>
/// Forgets a visitor: out of match and queue, then the event, then the key. What they wrote in matches ends with its
/// hours' keys; what was reported is kept for its time. Doing it again finishes what an earlier try left undone.
/// </summary>
public sealed record EraseVisitor(Guid VisitorId, Guid DeviceId) : IRequest<Nothing>;

public sealed class EraseVisitorHandler(
    Matchmaker matchmaker, Departures departures, LiveMatches matches, CommandExecutor executor, ISealer sealer, VisitorProfiles profiles,
    TimeProvider clock)
    : IRequestHandler<EraseVisitor, Nothing>
{
    public async ValueTask<Nothing> Handle(EraseVisitor request, CancellationToken cancellationToken)
    {
        var visitorId = request.VisitorId;
        await matchmaker.Leave(visitorId, CancellationToken.None);
        if (await matchmaker.MatchOf(visitorId, cancellationToken) is { } matchId)
        {
            await departures.Leave(visitorId, matchId, MatchEndReason.Stopped);
        }

        matches.Forget(visitorId);

        // The event first: from then on no session and no visit makes a key for this visitor again.
        await executor.Execute(
            Visitor.Decider, visitorId, new VisitorCommand.Erase(visitorId, request.DeviceId, clock.GetUtcNow()),
            DerivedId.From("visitor.erase", visitorId, string.Empty), EventMetadata.Visitor(visitorId), cancellationToken);
        profiles.NoteErased(visitorId);
        await sealer.ForgetVisitor(visitorId, cancellationToken);
        return default;
    }
}
