using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>
/// Takes the last decision in a case back, within <see cref="Case.UndoneWithin"/> and by whoever made it: what it decided is open
/// again and theirs to work on, and its sanction ends at once, in any case before the case says so. Tried again within the same time it
/// finishes what an outage left undone; where nobody tries, the decision stands without its sanction, like one whose ban was lifted.
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

        // The sanction ends before the case says so: whatever comes between the two, nobody is kept out by what was taken back.
        var undoId = Guid.NewGuid();
        if ((known.LastDecision?.SanctionId ?? known.LastUndone?.SanctionId) is { } sanctionId)
        {
            var words = await Statements.Seal(sealer, sanctionId, Statement, cancellationToken);
            if (await executor.Execute(
                    Ban.Decider, known.Subject!.Value.VisitorId, new BanCommand.Undo(sanctionId, words, request.By, undo.At), Guid.NewGuid(),
                    EventMetadata.Staff(request.By), cancellationToken, cause: EventCause.PartOf(undoId))
                is Executed<BanEvent, BanState>.Refused { Reason: var stays })
            {
                return Refusals.From(stays);
            }
        }

        var executed = await executor.Execute(
            Case.Decider, request.CaseId, undo, undoId, EventMetadata.Staff(request.By), CancellationToken.None);
        if (executed is not Executed<CaseEvent, CaseState>.Done { State: var open })
        {
            var (reason, state) = (Executed<CaseEvent, CaseState>.Refused)executed;
            return CaseStanding.Refuse(reason, state);
        }

        await preservation.Settle(request.CaseId, open, CancellationToken.None);
        return default(Nothing);
    }
}
