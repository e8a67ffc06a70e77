using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>
/// Takes the last decision in a case back, within <see cref="Case.UndoneWithin"/> and by whoever made it: what it decided is open
/// again and theirs to work on, and its sanction ends at once. Tried again it finishes what an outage left undone.
/// </summary>
/// <param name="By">Who of the staff.</param>
public sealed record UndoDecision(Guid CaseId, Guid By) : IRequest<Outcome<Nothing>>;

public sealed class UndoDecisionHandler(CommandExecutor executor, ISealer sealer, Preservation preservation, TimeProvider clock)
    : IRequestHandler<UndoDecision, Outcome<Nothing>>
{
    /// <summary>The reason that stands with the sanction: nobody is asked for one within the minute.</summary>
    private const string Statement = "Taken back at once by whoever decided it.";

    public async ValueTask<Outcome<Nothing>> Handle(UndoDecision request, CancellationToken cancellationToken)
    {
        var undo = new CaseCommand.Undo(request.By, clock.GetUtcNow());
        var known = await executor.Load(Case.Decider, request.CaseId, cancellationToken);
        if (Case.Decider.Decide(undo, known) is Decision<CaseEvent>.Rejected { Reason: var tooLate })
        {
            return CaseStanding.Refuse(tooLate, known);
        }

        // Sealed before anything is recorded: from here on it only takes two appends.
        var sanctionId = known.LastDecision?.SanctionId ?? known.LastUndone?.SanctionId;
        var words = sanctionId is { } about ? await Statements.Seal(sealer, about, Statement, cancellationToken) : null;
        var undoId = Guid.NewGuid();
        var executed = await executor.Execute(
            Case.Decider, request.CaseId, undo, undoId, EventMetadata.Staff(request.By), cancellationToken);
        if (executed is not Executed<CaseEvent, CaseState>.Done { State: var open })
        {
            var (reason, state) = (Executed<CaseEvent, CaseState>.Refused)executed;
            return CaseStanding.Refuse(reason, state);
        }

        if (sanctionId is { } ended
            && await executor.Execute(
                Ban.Decider, open.Subject!.Value.VisitorId, new BanCommand.Undo(ended, words!, request.By, undo.At), Guid.NewGuid(),
                EventMetadata.Staff(request.By), CancellationToken.None, cause: EventCause.After(undoId))
            is Executed<BanEvent, BanState>.Refused { Reason: var stays })
        {
            return Refusals.From(stays);
        }

        await preservation.Settle(request.CaseId, open, CancellationToken.None);
        return default(Nothing);
    }
}
