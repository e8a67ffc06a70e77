using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>
/// Places a legal hold: the evidence of a case, and of reports to come, is destroyed neither when its time is over nor with
/// an erasure. Placed again, what was said last counts.
/// </summary>
/// <param name="Reason">Why, 1 to <see cref="Ban.MaximumStatementLength"/> characters.</param>
/// <param name="Until">When it ends by itself, within <see cref="Case.LongestHoldInYears"/> years; null where only its release ends it.</param>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; others are refused with <c>forbidden</c>.</param>
public sealed record HoldCase(Guid CaseId, string Reason, DateTimeOffset? Until, Guid By, bool HandlesSevere = false) : IRequest<Outcome<HeldCase>>;

/// <param name="Evidence">What it keeps; what was destroyed before, no hold brings back, and what is pending is made good by itself.</param>
public sealed record HeldCase(Guid CaseId, DateTimeOffset HeldAt, DateTimeOffset? Until, PreservedEvidence Evidence);

public sealed class HoldCaseHandler(CommandExecutor executor, ISealer sealer, Preservation preservation, TimeProvider clock)
    : IRequestHandler<HoldCase, Outcome<HeldCase>>
{
    public async ValueTask<Outcome<HeldCase>> Handle(HoldCase request, CancellationToken cancellationToken)
    {
        if (Statements.ProblemOf(request.Reason, "reason") is { } problem)
        {
            return problem;
        }

        var (holdId, now) = (Guid.NewGuid(), clock.GetUtcNow());
        var key = await sealer.TakeCaseKey(cancellationToken);
        var reason = await sealer.SealForCase(key, holdId, request.Reason.Trim(), cancellationToken);
        var executed = await executor.Execute(
            Case.Decider, request.CaseId, new CaseCommand.Hold(holdId, reason, key, request.Until, request.By, now, request.HandlesSevere), holdId,
            EventMetadata.Staff(request.By), cancellationToken);
        if (executed is not Executed<CaseEvent, CaseState>.Done { State: var held })
        {
            return Refusals.From(((Executed<CaseEvent, CaseState>.Refused)executed).Reason);
        }

        // Recorded: the hold is there, whatever becomes of the keys just now.
        return new HeldCase(request.CaseId, now, request.Until, await preservation.Settle(request.CaseId, held, cancellationToken));
    }
}

/// <summary>Lifts the legal hold on a case: its evidence ends with its time again, at once where that is over. Lifting it again changes nothing.</summary>
/// <param name="Reason">Why, 1 to <see cref="Ban.MaximumStatementLength"/> characters.</param>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; others are refused with <c>forbidden</c>.</param>
public sealed record ReleaseCase(Guid CaseId, string Reason, Guid By, bool HandlesSevere = false) : IRequest<Outcome<Nothing>>;

public sealed class ReleaseCaseHandler(CommandExecutor executor, ISealer sealer, Preservation preservation, TimeProvider clock)
    : IRequestHandler<ReleaseCase, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(ReleaseCase request, CancellationToken cancellationToken)
    {
        if (Statements.ProblemOf(request.Reason, "reason") is { } problem)
        {
            return problem;
        }

        if ((await executor.Load(Case.Decider, request.CaseId, cancellationToken)).Holds.LastOrDefault() is not { Placed: var hold })
        {
            return Refusal.NotFound("There is no hold on this case.");
        }

        var reason = await Statements.Seal(sealer, hold.HoldId, request.Reason, cancellationToken);
        var executed = await executor.Execute(
            Case.Decider, request.CaseId, new CaseCommand.Release(reason, request.By, clock.GetUtcNow(), request.HandlesSevere), Guid.NewGuid(),
            EventMetadata.Staff(request.By), cancellationToken);
        if (executed is not Executed<CaseEvent, CaseState>.Done { State: var released })
        {
            return Refusals.From(((Executed<CaseEvent, CaseState>.Refused)executed).Reason);
        }

        await preservation.Settle(request.CaseId, released, cancellationToken);
        return default(Nothing);
    }
}
