using Mediator;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Who works on a case at this moment, and what has come since somebody saw it: asked again and again by whoever has it open.</summary>
/// <param name="Version">That they saw.</param>
public sealed record SeeStanding(Guid CaseId, int Version) : IRequest<Outcome<SeenStanding>>;

/// <param name="ClaimedBy">Null where nobody works on it, or where it is being decided automatically.</param>
/// <param name="ClaimedUntil">Null where nobody works on it.</param>
/// <param name="Since">What changed, oldest first.</param>
public sealed record SeenStanding(Guid? ClaimedBy, DateTimeOffset? ClaimedUntil, IReadOnlyList<CaseEvent> Since);

public sealed class SeeStandingHandler(CommandExecutor executor, TimeProvider clock) : IRequestHandler<SeeStanding, Outcome<SeenStanding>>
{
    public async ValueTask<Outcome<SeenStanding>> Handle(SeeStanding request, CancellationToken cancellationToken)
    {
        var state = await executor.Load(Case.Decider, request.CaseId, cancellationToken);
        if (state.Subject is null)
        {
            return Refusal.NotFound("There is no such case.");
        }

        var claim = state.Claim is { } known && known.Until > clock.GetUtcNow() ? known : null;
        return new SeenStanding(claim?.By, claim?.Until, state.ChangedSince(request.Version));
    }
}
