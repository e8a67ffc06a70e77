using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Answers an appeal: the sanction stays, or it ends and counts for nothing.</summary>
/// <param name="VisitorId">Whose appeal it is.</param>
/// <param name="Statement">The answer, 1 to <see cref="Ban.MaximumStatementLength"/> characters.</param>
/// <param name="By">Who of the staff; never whoever sanctioned, where it is upheld.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; others are refused with <c>forbidden</c> where it is about one.</param>
public sealed record DecideAppeal(Guid VisitorId, Guid AppealId, AppealOutcome Outcome, string Statement, Guid By, bool HandlesSevere = false)
    : IRequest<Outcome<Nothing>>;

public sealed class DecideAppealHandler(CommandExecutor executor, ISealer sealer, TimeProvider clock) : IRequestHandler<DecideAppeal, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(DecideAppeal request, CancellationToken cancellationToken)
    {
        if (Statements.ProblemOf(request.Statement) is { } problem)
        {
            return problem;
        }

        var answer = await Statements.Seal(sealer, request.AppealId, request.Statement, cancellationToken);
        var decide = new BanCommand.DecideAppeal(request.AppealId, request.Outcome, answer, request.By, clock.GetUtcNow(), request.HandlesSevere);
        var executed = await executor.Execute(
            Ban.Decider, request.VisitorId, decide, Guid.NewGuid(), EventMetadata.Staff(request.By), cancellationToken);
        return executed is Executed<BanEvent, BanState>.Refused { Reason: var reason } ? Refusals.From(reason) : default(Nothing);
    }
}
