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
        On<CaseEvent.Reported>((db, e, _) => Reported(db, e));
        On<BanEvent.Warned>((db, e, _) => OffenderOf(db, e.VisitorId, e.At).Sanctions++);
        On<BanEvent.Issued>((db, e, _) => OffenderOf(db, e.VisitorId, e.At).Sanctions++);
        On<BanEvent.Lifted>((db, e, _) => OffenderOf(db, e.VisitorId, e.At).Sanctions--);
        On<BanEvent.AppealDecided>((db, e, _) => OffenderOf(db, e.VisitorId, e.At).Sanctions -= e.Outcome == AppealOutcome.Overturned ? 1 : 0);
    }

    public override string Name => "offenders";

    public override int Version => 3;

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
}
