using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>A decision as whoever it is about sees it, by the token of its link.</summary>
public sealed record SeeSanction(string? Token) : IRequest<Outcome<SeenSanction>>;

/// <param name="Until">When a ban ends by itself; null for good, and for a warning.</param>
/// <param name="Lasts">Whether it keeps somebody out now.</param>
/// <param name="Earlier">How many sanctions there were before it that were not taken back.</param>
/// <param name="AppealedAt">Null where nobody has appealed.</param>
/// <param name="Outcome">Null where the appeal is not decided yet.</param>
/// <param name="Answer">The words that came with it; null where it is not decided, or where they are forgotten.</param>
public sealed record SeenSanction(
    string Token, Policy Policy, bool IsBan, string Statement, bool IsAutomated, DateTimeOffset At, DateTimeOffset? Until, bool Lasts, bool IsTakenBack,
    int Earlier, DateTimeOffset? AppealedAt, AppealOutcome? Outcome, string? Answer);

public sealed class SeeSanctionHandler(CommandExecutor executor, BanGate gate, ISealer sealer, IAppealLinks links, TimeProvider clock)
    : IRequestHandler<SeeSanction, Outcome<SeenSanction>>
{
    public async ValueTask<Outcome<SeenSanction>> Handle(SeeSanction request, CancellationToken cancellationToken)
    {
        if (links.Read(request.Token) is not var (visitorId, sanctionId)
            || await executor.Load(Ban.Decider, visitorId, cancellationToken) is not { } state
            || state.Find(sanctionId) is not { } sanction
            || Policies.Find(sanction.Policy) is not { } policy)
        {
            return Refusal.NotFound("This link belongs to no decision.");
        }

        return new SeenSanction(
            request.Token!, policy, sanction.IsBan, await gate.StatementOf(sanction, cancellationToken), sanction.IsAutomated, sanction.At, sanction.Until,
            sanction.LastsAt(clock.GetUtcNow()), sanction.IsTakenBack,
            state.Sanctions.TakeWhile(other => other.Id != sanction.Id).Count(other => !other.IsTakenBack), sanction.Appeal?.FiledAt, sanction.Appeal?.Outcome,
            sanction.Appeal is { Answer: { } answer } appeal ? await sealer.OpenForCase(appeal.Id, answer, cancellationToken) : null);
    }
}
