using Mediator;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Closes the open reports of a case that were seen (<see cref="CaseState.ToDecide"/>): nothing was to be done.</summary>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; others are refused with <c>forbidden</c>.</param>
/// <param name="IsFalse">Whoever reported it said what was not so: that counts for more against them.</param>
/// <param name="Version">The <see cref="SeenCase.Version"/> that they saw: <c>conflict</c> where the case has changed since. Null: whatever it is.</param>
public sealed record DismissReports(Guid CaseId, Guid By, bool HandlesSevere = false, bool IsFalse = false, int? Version = null)
    : IRequest<Outcome<Nothing>>;

public sealed class DismissReportsHandler(CommandExecutor executor, TimeProvider clock) : IRequestHandler<DismissReports, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(DismissReports request, CancellationToken cancellationToken)
    {
        var dismiss = new CaseCommand.Decide(
            CaseOutcome.Dismissed, null, request.By, clock.GetUtcNow(), HandlesSevere: request.HandlesSevere, IsFalse: request.IsFalse, Version: request.Version);
        var executed = await executor.Execute(
            Case.Decider, request.CaseId, dismiss, Guid.NewGuid(), EventMetadata.Staff(request.By), cancellationToken);
        return executed is Executed<CaseEvent, CaseState>.Refused { Reason: var reason, State: var state } ? CaseStanding.Refuse(reason, state, request.Version) : default(Nothing);
    }
}
