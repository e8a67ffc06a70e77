using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>What was written about a ban, so that whoever looks at it again has something to look at.</summary>
/// <param name="HandlesSevere">Whether they may see severe cases; from others the words about one are withheld.</param>
public sealed record SeeBan(Guid VisitorId, Guid SanctionId, bool HandlesSevere = false) : IRequest<Outcome<SeenBan>>;

/// <param name="CaseId">Of the reports on the same visitor.</param>
/// <param name="Statement">What whoever is banned was told; null where it is forgotten or withheld.</param>
/// <param name="Appeal">Null where there is none, or where it is withheld.</param>
/// <param name="Review">Why it was kept when somebody last looked at it again; null where nobody has, or where it is forgotten or withheld.</param>
/// <param name="Restricted">It is for a severe breach, and withheld from whoever looks.</param>
public sealed record SeenBan(Guid CaseId, string? Statement, SeenBanAppeal? Appeal, string? Review, bool Restricted);

/// <param name="Statement">Null where it is forgotten.</param>
/// <param name="Outcome">Null while nobody has decided it.</param>
/// <param name="Answer">Null while nobody has decided it, or where it is forgotten.</param>
public sealed record SeenBanAppeal(DateTimeOffset FiledAt, string? Statement, AppealOutcome? Outcome, string? Answer);

public sealed class SeeBanHandler(CommandExecutor executor, ISealer sealer) : IRequestHandler<SeeBan, Outcome<SeenBan>>
{
    public async ValueTask<Outcome<SeenBan>> Handle(SeeBan request, CancellationToken cancellationToken)
    {
        if ((await executor.Load(Ban.Decider, request.VisitorId, cancellationToken)).Find(request.SanctionId) is not { } ban)
        {
            return Refusal.NotFound("There is no such ban.");
        }

        var caseId = ReportPartnerHandler.CaseOf(request.VisitorId);
        if (ban.IsSevere && !request.HandlesSevere)
        {
            return new SeenBan(caseId, null, null, null, Restricted: true);
        }

        return new SeenBan(
            caseId, await Open(ban.Id, ban.Statement, cancellationToken),
            ban.Appeal is { } appeal
                ? new(
                    appeal.FiledAt, await Open(appeal.Id, appeal.Statement, cancellationToken), appeal.Outcome,
                    await Open(appeal.Id, appeal.Answer, cancellationToken))
                : null,
            await Open(ban.Id, ban.ReviewStatement, cancellationToken), Restricted: false);
    }

    private async ValueTask<string?> Open(Guid about, string? text, CancellationToken ct) =>
        text is null ? null : await sealer.OpenForCase(about, text, ct);
}
