using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>An appeal as somebody of the staff sees it.</summary>
/// <param name="By">Who of the staff looks.</param>
/// <param name="HandlesSevere">Whether they may see severe cases; from others the words about one are withheld.</param>
public sealed record SeeAppeal(Guid VisitorId, Guid AppealId, Guid By, bool HandlesSevere = false) : IRequest<Outcome<SeenAppeal>>;

/// <param name="Reason">The code of the policy.</param>
/// <param name="Kind"><c>warning</c> or <c>ban</c>.</param>
/// <param name="Statement">What whoever was sanctioned was told; null where it is withheld.</param>
/// <param name="Appeal">What they answer; null where it is forgotten or withheld.</param>
/// <param name="DecidedBy">Who sanctioned; null where it was automated.</param>
/// <param name="MayUphold">Whether whoever looks may uphold it; overturning may everybody from whom nothing is withheld.</param>
/// <param name="Restricted">It is about a severe breach, and withheld from whoever looks.</param>
public sealed record SeenAppeal(
    Guid AppealId, Guid SanctionId, Guid VisitorId, string Reason, string Kind, DateTimeOffset At, DateTimeOffset? Until, string? Statement,
    bool Automated, Guid? DecidedBy, DateTimeOffset FiledAt, string? Appeal, bool MayUphold, bool Restricted);

public sealed class SeeAppealHandler(CommandExecutor executor, ISealer sealer, BanGate gate) : IRequestHandler<SeeAppeal, Outcome<SeenAppeal>>
{
    public async ValueTask<Outcome<SeenAppeal>> Handle(SeeAppeal request, CancellationToken cancellationToken)
    {
        var state = await executor.Load(Ban.Decider, request.VisitorId, cancellationToken);
        if (state.AppealedBy(request.AppealId) is not { Appeal: { } appeal } sanction)
        {
            return Refusal.NotFound("There is no such appeal.");
        }

        var isRestricted = sanction.IsSevere && !request.HandlesSevere;
        return new SeenAppeal(
            appeal.Id, sanction.Id, request.VisitorId, sanction.Policy, sanction.IsBan ? "ban" : "warning", sanction.At, sanction.Until,
            isRestricted ? null : await gate.StatementOf(sanction, cancellationToken), sanction.IsAutomated, sanction.By, appeal.FiledAt,
            isRestricted ? null : await sealer.OpenForCase(appeal.Id, appeal.Statement, cancellationToken),
            MayUphold: sanction.By != request.By && !isRestricted, isRestricted);
    }
}
