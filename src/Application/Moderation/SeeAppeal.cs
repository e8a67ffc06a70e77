using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>An appeal as somebody of the staff sees it.</summary>
/// <param name="By">Who of the staff looks.</param>
public sealed record SeeAppeal(Guid VisitorId, Guid AppealId, Guid By) : IRequest<Outcome<SeenAppeal>>;

/// <param name="Reason">The code of the policy.</param>
/// <param name="Kind"><c>warning</c> or <c>ban</c>.</param>
/// <param name="Statement">What whoever was sanctioned was told.</param>
/// <param name="Appeal">What they answer; null where it is forgotten.</param>
/// <param name="DecidedBy">Who sanctioned; null where it was automated.</param>
/// <param name="MayUphold">Whether whoever looks may uphold it; overturning is always allowed.</param>
public sealed record SeenAppeal(
    Guid AppealId, Guid SanctionId, Guid VisitorId, string Reason, string Kind, DateTimeOffset At, DateTimeOffset? Until, string Statement,
    bool Automated, Guid? DecidedBy, DateTimeOffset FiledAt, string? Appeal, bool MayUphold);

public sealed class SeeAppealHandler(CommandExecutor executor, ISealer sealer, BanGate gate) : IRequestHandler<SeeAppeal, Outcome<SeenAppeal>>
{
    public async ValueTask<Outcome<SeenAppeal>> Handle(SeeAppeal request, CancellationToken cancellationToken)
    {
        var state = await executor.Load(Ban.Decider, request.VisitorId, cancellationToken);
        return state.AppealedBy(request.AppealId) is not { Appeal: { } appeal } sanction
            ? Refusal.NotFound("There is no such appeal.")
            : new SeenAppeal(
                appeal.Id, sanction.Id, request.VisitorId, sanction.Policy, sanction.IsBan ? "ban" : "warning", sanction.At, sanction.Until,
                await gate.StatementOf(sanction, cancellationToken), sanction.IsAutomated, sanction.By, appeal.FiledAt,
                await sealer.OpenForCase(appeal.Id, appeal.Statement, cancellationToken), MayUphold: sanction.By != request.By);
    }
}
