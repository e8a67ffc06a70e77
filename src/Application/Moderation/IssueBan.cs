using Mediator;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Moderation;

/// <summary>Bans a visitor, at once and on every node; the open reports on them that were seen (<see cref="CaseState.ToDecide"/>) were right.</summary>
/// <param name="SanctionId">New for each ban; the same again changes nothing.</param>
/// <param name="Policy">The code of the policy that was broken.</param>
/// <param name="Until">Null for good.</param>
/// <param name="Statement">What whoever is banned is told, 1 to <see cref="Ban.MaximumStatementLength"/> characters.</param>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; by others the reports of one stay open.</param>
/// <param name="Version">As in <see cref="DismissReports"/>; a ban that says so is about what is open in the case and about nothing else.</param>
public sealed record IssueBan(
    Guid SanctionId, Guid VisitorId, string Policy, DateTimeOffset? Until, string Statement, Guid By, bool HandlesSevere = false, int? Version = null)
    : IRequest<Outcome<IssuedBan>>;

/// <param name="Until">Null for good.</param>
public sealed record IssuedBan(Guid SanctionId, Guid VisitorId, string Reason, DateTimeOffset? Until);

public sealed class IssueBanHandler(
    CommandExecutor executor, Sanctions sanctions, Preservation preservation, TimeProvider clock, ILogger<IssueBanHandler> log)
    : IRequestHandler<IssueBan, Outcome<IssuedBan>>
{
    public async ValueTask<Outcome<IssuedBan>> Handle(IssueBan request, CancellationToken cancellationToken)
    {
        if (Statements.ProblemOfSanction(request.Statement) is { } problem)
        {
            return problem;
        }

        var now = clock.GetUtcNow();
        var caseId = ReportPartnerHandler.CaseOf(request.VisitorId);
        var reports = await executor.Load(Case.Decider, caseId, cancellationToken);
        if (reports.IsClaimedByOther(request.By, now))
        {
            return Conflict(reports);
        }

        if (request.Version is { } seen && reports.Version > seen)
        {
            return CaseStanding.Refuse(Case.Changed, reports, seen);
        }

        if ((await executor.Load(Visitor.Decider, request.VisitorId, cancellationToken)).Devices.IsEmpty)
        {
            return Refusal.NotFound("There is no such visitor.");
        }

        // What they have not seen stays open. Whoever bans from a case decides it: where there is nothing in it that they could, it is refused.
        var settles = request.Version is not null || !reports.ToDecide(request.By).IsEmpty;
        var imposed = await Impose(request, settles ? caseId : null, cancellationToken);
        if (imposed is Imposed.NotReserved { State: var taken, Reason: var unreserved })
        {
            if (taken.IsClaimedByOther(request.By, now) || taken.IsReservedForOther(request.SanctionId, now))
            {
                return Conflict(taken);
            }

            if (request.Version is not null)
            {
                return CaseStanding.Refuse(unreserved, taken, request.Version);
            }

            // Somebody decided it a moment ago, or it is severe and not theirs to decide: the ban is about more than these reports.
            settles = false;
            imposed = await Impose(request, null, cancellationToken);
        }

        if (imposed is Imposed.Refused { Reason: var reason })
        {
            return Refusals.From(reason);
        }

        if (Policies.IsSevere(request.Policy))
        {
            await FindSevere(request, now);
        }

        try
        {
            if (settles)
            {
                await executor.Execute(
                    Case.Decider, caseId,
                    new CaseCommand.Decide(CaseOutcome.Upheld, request.SanctionId, request.By, now, request.Policy, request.HandlesSevere),
                    DerivedId.From("case.decide", request.SanctionId, string.Empty), EventMetadata.Staff(request.By), CancellationToken.None,
                    cause: EventCause.After(request.SanctionId));
            }
        }
        catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
        {
            // The ban stands; the reports stay open for somebody to decide.
            LogMessages.ReportsNotSettled(log, request.VisitorId, e);
        }

        return new IssuedBan(request.SanctionId, request.VisitorId, request.Policy, request.Until);
    }

    private async Task FindSevere(IssueBan request, DateTimeOffset now)
    {
        try
        {
            await preservation.FindSevere(new(request.SanctionId, request.VisitorId, request.Policy, request.By), now, CancellationToken.None);
        }
        catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
        {
            // The sweep comes back to it.
            LogMessages.NotFoundSevereYet(log, request.VisitorId, e);
        }
    }

    private Task<Imposed> Impose(IssueBan request, Guid? caseId, CancellationToken ct) => sanctions.Issue(
        request.SanctionId, caseId is { } known ? new(known, request.HandlesSevere, request.Version) : null, request.VisitorId, request.Policy, request.Until,
        request.Statement, request.By, ct);

    private static Refusal Conflict(CaseState reports) => Refusal.Conflict("Somebody else works on the reports on this visitor.") with
    {
        Case = new CaseStanding.Claimed(reports.Claim!.By, reports.Claim.Until),
    };
}

/// <summary>What people write about sanctions: sealed under a key of its own before it reaches an event.</summary>
internal static class Statements
{
    /// <summary>What is wrong with a statement, or null.</summary>
    /// <param name="field">Where it was written.</param>
    public static Refusal? ProblemOf(string statement, string field = "statement") => statement.Trim().Length is 0 or > Ban.MaximumStatementLength
        ? Refusal.Invalid(field, $"A {field} has 1 to {Ban.MaximumStatementLength:N0} characters.")
        : null;

    /// <summary>The same of one that tells somebody what they did: a template that nobody has filled in does not.</summary>
    public static Refusal? ProblemOfSanction(string statement) => ProblemOf(statement) ?? (StatementTemplates.IsUnedited(statement)
        ? Refusal.Invalid("statement", $"Say what they did in place of {StatementTemplates.Gap}: they read it word for word.")
        : null);

    /// <param name="about">The sanction or the appeal that it belongs to.</param>
    public static async ValueTask<string> Seal(ISealer sealer, Guid about, string statement, CancellationToken ct) =>
        await sealer.SealForCase(await sealer.TakeCaseKey(ct), about, statement.Trim(), ct);
}
