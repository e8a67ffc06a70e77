using System.Globalization;
using Mediator;
using RandomChat.Application.Events;
using RandomChat.Domain;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>
/// What is open in a case and was seen (<see cref="CaseState.ToDecide"/>) was right. With a statement the ladder says what
/// comes of it, a warning or a ban; without one nothing new does, since enough was done already.
/// </summary>
/// <param name="Policy">The code of the policy that was broken.</param>
/// <param name="Statement">What whoever is sanctioned is told, 1 to <see cref="Ban.MaximumStatementLength"/> characters; null: no sanction.</param>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; others are refused with <c>forbidden</c>.</param>
/// <param name="Most">The hardest that may come of it; null where the ladder decides alone.</param>
/// <param name="Version">As in <see cref="DismissReports"/>.</param>
public sealed record UpholdReports(
    Guid CaseId, string Policy, string? Statement, Guid By, bool HandlesSevere = false, SanctionStep? Most = null, int? Version = null)
    : IRequest<Outcome<UpheldReports>>;

/// <param name="SanctionId">Null where there was no new one.</param>
/// <param name="IsBan">Else it is a warning.</param>
/// <param name="Until">When a ban ends; null for good, and for a warning.</param>
public sealed record UpheldReports(Guid? SanctionId, bool IsBan, DateTimeOffset? Until);

public sealed class UpholdReportsHandler(
    CommandExecutor executor, Sanctions sanctions, Preservation preservation, TimeProvider clock)
    : IRequestHandler<UpholdReports, Outcome<UpheldReports>>
{
    public async ValueTask<Outcome<UpheldReports>> Handle(UpholdReports request, CancellationToken cancellationToken)
    {
        if (Policies.Find(request.Policy) is null)
        {
            return Refusal.Invalid("policy", "It is the code of a policy.");
        }

        if (request.Statement is { } words && Statements.ProblemOfSanction(words) is { } problem)
        {
            return problem;
        }

        var now = clock.GetUtcNow();
        var known = await executor.Load(Case.Decider, request.CaseId, cancellationToken);
        // The same for whoever tries again, and shared with nobody else.
        Guid? sanctionId = request.Statement is null ? null : DerivedId.From(
            "uphold", request.CaseId, request.By, string.Create(CultureInfo.InvariantCulture, $"{known.Decisions}\n{request.Policy}"));
        var decide = new CaseCommand.Decide(CaseOutcome.Upheld, sanctionId, request.By, now, request.Policy, request.HandlesSevere, Version: request.Version);
        if (Case.Decider.Decide(decide, known) is Decision<CaseEvent>.Rejected { Reason: var tooLate })
        {
            return CaseStanding.Refuse(tooLate, known, request.Version);
        }

        Sanction? sanction = null;
        if (sanctionId is { } id)
        {
            switch (await sanctions.ByLadder(
                id, new(request.CaseId, request.HandlesSevere, request.Version), known.Open[0].VisitorId, request.Policy, request.Statement!, request.By, cancellationToken,
                request.Most))
            {
                case Imposed.NotReserved { Reason: var taken, State: var state }:
                    return CaseStanding.Refuse(taken, state, request.Version);
                case Imposed.Refused { Reason: var reason }:
                    return Refusals.From(reason);
                case Imposed.Done done:
                    sanction = done.Sanction;
                    break;
            }
        }

        var decided = await executor.Execute(
            Case.Decider, request.CaseId, decide, Guid.NewGuid(), EventMetadata.Staff(request.By), CancellationToken.None,
            cause: sanction is null ? null : EventCause.After(sanction.Id));
        if (decided is not Executed<CaseEvent, CaseState>.Done { State: var after })
        {
            return CaseStanding.Refuse(((Executed<CaseEvent, CaseState>.Refused)decided).Reason, ((Executed<CaseEvent, CaseState>.Refused)decided).State);
        }

        await preservation.Ensure(request.CaseId, after, CancellationToken.None);
        return new UpheldReports(sanction?.Id, sanction is { IsBan: true }, sanction?.Until);
    }
}
