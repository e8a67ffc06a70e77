using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Moderation;

/// <summary>Ends the match; the two are never paired again.</summary>
public sealed record BlockPartner(Guid VisitorId, Guid MatchId) : IRequest<Outcome<Nothing>>;

public sealed class BlockPartnerHandler(
    Departures departures, OwnMatches own, CommandExecutor executor, IPairingIndex index, ILobby lobby, TimeProvider clock)
    : IRequestHandler<BlockPartner, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(BlockPartner request, CancellationToken cancellationToken)
    {
        // Out first: whatever else is refused, the two are parted.
        await departures.Leave(request.VisitorId, request.MatchId, MatchEndReason.Blocked);

        if (await own.Find(request.VisitorId, request.MatchId, cancellationToken) is not { } mine || !own.IsOpenToReports(mine))
        {
            return Refusal.NotInMatch;
        }

        var command = new VisitorCommand.Block(
            request.VisitorId, mine.Mine.DeviceId, mine.Partner.VisitorId, mine.Partner.DeviceId, request.MatchId, clock.GetUtcNow());
        var executed = await executor.Execute(
            Visitor.Decider, request.VisitorId, command, DerivedId.From("block", request.MatchId, request.VisitorId, string.Empty),
            EventMetadata.Visitor(request.VisitorId), cancellationToken);
        if (executed is Executed<VisitorEvent, VisitorState>.Refused { Reason: var reason })
        {
            return Refusals.From(reason);
        }

        index.NoteBlocked(request.VisitorId, mine.Mine.DeviceId, mine.Partner.VisitorId, mine.Partner.DeviceId);
        await lobby.Exclude(
            request.VisitorId, await index.ExcludedFor(request.VisitorId, mine.Mine.DeviceId, cancellationToken), cancellationToken);
        return default(Nothing);
    }
}
