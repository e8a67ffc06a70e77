using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Limits;
using RandomChat.Application.Matches;
using RandomChat.Application.Screening;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Ends the match and reports the partner; what was written goes into the case, sealed, as evidence.</summary>
public sealed record ReportPartner(Guid VisitorId, Guid MatchId, ReportReason Reason, string? Comment, bool Block)
    : IRequest<Outcome<ReportReceipt>>;

public sealed record ReportReceipt(Guid ReportId, DateTimeOffset ReceivedAt);

public sealed class ReportPartnerHandler(
    Departures departures, OwnMatches own, EvidenceCollector collector, ISealer sealer, CommandExecutor executor, ISender sender,
    ILimits limits, ProfileScreening screening, Escalation escalation, Preservation preservation, ChatMeter meter, TimeProvider clock)
    : IRequestHandler<ReportPartner, Outcome<ReportReceipt>>
{
    public async ValueTask<Outcome<ReportReceipt>> Handle(ReportPartner request, CancellationToken cancellationToken)
    {
        // Out first: whatever else is refused, the two are parted.
        await departures.Leave(request.VisitorId, request.MatchId, MatchEndReason.Reported);

        if (await own.Find(request.VisitorId, request.MatchId, cancellationToken) is not { } mine || !own.IsOpenToReports(mine))
        {
            return Refusal.NotInMatch;
        }

        if (request.Block
            && await sender.Send(new BlockPartner(request.VisitorId, request.MatchId), cancellationToken)
                is Outcome<Nothing>.Refused { Refusal: var notBlocked })
        {
            return notBlocked;
        }

        var limit = await limits.Take(LimitNames.Reports, request.VisitorId.ToString("N"), cancellationToken);
        return !limit.Allowed
            ? Refusal.RateLimited(limit.RetryAfter)
            : await Record(request, mine, cancellationToken);
    }

    /// <summary>All reports on one visitor are one case.</summary>
    public static Guid CaseOf(Guid visitorId) => DerivedId.From("case", visitorId, string.Empty);

    private async Task<Outcome<ReportReceipt>> Record(ReportPartner request, OwnMatch mine, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var caseId = CaseOf(mine.Partner.VisitorId);
        var reportId = DerivedId.From("report", request.MatchId, request.VisitorId, string.Empty);
        var known = await executor.Load(Case.Decider, caseId, ct);
        if (known.HasReported(request.MatchId, request.VisitorId))
        {
            return Refusal.Conflict("You have reported this chat already.");
        }

        var evidence = await collector.Seal(
            await collector.Collect(request.MatchId, request.VisitorId, mine.Partner.VisitorId, now, ct), reportId, ct);
        var comment = string.IsNullOrWhiteSpace(request.Comment) ? null : request.Comment.Trim();
        var report = new CaseEvent.Reported(
            caseId, reportId, request.MatchId, request.VisitorId, mine.Mine.DeviceId, mine.Partner.VisitorId, mine.Partner.DeviceId,
            request.Reason,
            comment is null ? null : await sealer.SealForCase(evidence.CaseKey, reportId, comment, ct),
            evidence.CaseKey, evidence.Text, evidence.Hash, evidence.Messages, now,

            // Never refused: who reports may have to repeat what was said.
            comment is null ? null : screening.VerdictOn(comment));

        var executed = await executor.Execute(
            Case.Decider, caseId, new CaseCommand.Report(report), reportId, EventMetadata.Visitor(request.VisitorId), ct);
        if (executed is not Executed<CaseEvent, CaseState>.Done { State: var recorded })
        {
            return Refusals.From(((Executed<CaseEvent, CaseState>.Refused)executed).Reason);
        }

        meter.Reported(request.Reason);

        // Beside the answer: who reports does not learn from its timing what it led to, or how much is known of the partner.
        _ = preservation.EnsureNew(caseId, recorded, report);
        _ = escalation.Consider(mine.Partner.VisitorId);
        return new ReportReceipt(reportId, now);
    }
}
