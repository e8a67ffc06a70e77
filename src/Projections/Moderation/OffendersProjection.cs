using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>Counts what was reported of whom, and links visitors by their browsers.</summary>
public sealed class OffendersProjection : Projection<OffendersDb>
{
    public OffendersProjection()
        : base(options => new OffendersDb(options))
    {
        On<VisitorEvent.SessionStarted>((db, e, _) => db.Insert(new DeviceVisitor(e.DeviceId, e.VisitorId)));
        On<VisitorEvent.SessionResumed>((db, e, _) => db.Insert(new DeviceVisitor(e.DeviceId, e.VisitorId)));
        On<CaseEvent.Reported>((db, e, _) => Reported(db, e));
        On<CaseEvent.Decided>((db, e, _) => Decided(db, e));
        On<CaseEvent.Undone>((db, e, _) => Undone(db, e));
        On<BanEvent.Warned>((db, e, _) => OffenderOf(db, e.VisitorId, e.At).Sanctions++);
        On<BanEvent.Issued>((db, e, _) => OffenderOf(db, e.VisitorId, e.At).Sanctions++);
        On<BanEvent.Lifted>((db, e, _) => OffenderOf(db, e.VisitorId, e.At).Sanctions--);
        On<BanEvent.AppealDecided>((db, e, _) =>
        {
            if (e.Outcome == AppealOutcome.Overturned)
            {
                Overturned(db, e);
            }
        });
    }

    public override string Name => "offenders";

    public override int Version => 8;

    private static Offender OffenderOf(OffendersDb db, Guid visitorId, DateTimeOffset at)
    {
        if (db.Offenders.Find(visitorId) is not { } offender)
        {
            db.Offenders.Add(offender = new() { VisitorId = visitorId, FirstReportedAt = at, LastReportedAt = at });
        }

        return offender;
    }

    private static void Reported(OffendersDb db, CaseEvent.Reported e)
    {
        var offender = OffenderOf(db, e.VisitorId, e.At);

        // Earlier reports of the same batch are not in the database yet.
        var known = db.Reports.Local.Any(report => report.VisitorId == e.VisitorId && report.ReporterDeviceId == e.ReporterDeviceId)
            || db.Reports.Any(report => report.VisitorId == e.VisitorId && report.ReporterDeviceId == e.ReporterDeviceId);
        offender.Reports++;
        offender.Reporters += known ? 0 : 1;
        offender.LastReportedAt = e.At;
        db.Reports.Add(new()
        {
            ReportId = e.ReportId,
            VisitorId = e.VisitorId,
            ReporterId = e.ReporterId,
            ReporterDeviceId = e.ReporterDeviceId,
            MatchId = e.MatchId,
            Reason = e.Reason,
            At = e.At,
        });
    }

    private static void Decided(OffendersDb db, CaseEvent.Decided e)
    {
        foreach (var report in e.Reports?.Select(id => db.Reports.Find(id)).OfType<ReportOn>() ?? Undecided(db, e.VisitorId))
        {
            (report.IsDecided, report.SanctionId) = (true, e.SanctionId);
            OffenderOf(db, e.VisitorId, e.At).UpheldReports += e.Outcome == CaseOutcome.Upheld ? 1 : 0;
        }
    }

    private static void Undone(OffendersDb db, CaseEvent.Undone e)
    {
        foreach (var report in e.Reports.Select(id => db.Reports.Find(id)).OfType<ReportOn>())
        {
            (report.IsDecided, report.SanctionId) = (false, null);
            OffenderOf(db, e.VisitorId, e.At).UpheldReports -= e.Outcome == CaseOutcome.Upheld ? 1 : 0;
        }
    }

    /// <summary>Earlier reports of the same batch are not in the database yet.</summary>
    private static List<ReportOn> Undecided(OffendersDb db, Guid visitorId) =>
    [
        .. db.Reports.Where(report => report.VisitorId == visitorId && !report.IsDecided).ToList()
            .Union(db.Reports.Local.Where(report => report.VisitorId == visitorId)).Where(report => !report.IsDecided),
    ];

    private static void Overturned(OffendersDb db, BanEvent.AppealDecided e)
    {
        var offender = OffenderOf(db, e.VisitorId, e.At);
        offender.Sanctions--;

        // A sanction comes of upheld reports only; they were not right after all.
        offender.UpheldReports -= db.Reports.Where(report => report.SanctionId == e.SanctionId).ToList()
            .Union(db.Reports.Local.Where(report => report.SanctionId == e.SanctionId)).Count();
    }
}
