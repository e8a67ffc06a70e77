using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>Reports and appeals, and how each stands.</summary>
public sealed class DeskProjection : Projection<DeskDb>
{
    public DeskProjection()
        : base(options => new DeskDb(options))
    {
        On<CaseEvent.Reported>((db, e, happened) => db.Reports.Add(new()
        {
            ReportId = e.ReportId,
            Position = happened.Position.Value,
            CaseId = e.CaseId,
            MatchId = e.MatchId,
            ReporterId = e.ReporterId,
            ReporterDeviceId = e.ReporterDeviceId,
            VisitorId = e.VisitorId,
            Policy = Policies.For(e.Reason).Code,
            Comment = e.Comment,
            ReceivedAt = e.At,
        }));
        On<CaseEvent.Flagged>((db, e, happened) => db.Reports.Add(new()
        {
            ReportId = e.FlagId,
            Source = e.Verdict is null ? DeskSource.Behaviour : DeskSource.Screening,
            Position = happened.Position.Value,
            CaseId = e.CaseId,
            MatchId = e.MatchId ?? Guid.Empty,
            VisitorId = e.VisitorId,
            Policy = e.Policy,
            ReceivedAt = e.At,
        }));
        On<CaseEvent.Decided>((db, e, _) =>
        {
            foreach (var report in e.Reports?.Select(id => db.Reports.Find(id)!) ?? Open(db, e.CaseId))
            {
                report.Status = e.Outcome == CaseOutcome.Upheld ? ReportStatus.Upheld : ReportStatus.Dismissed;
                report.SanctionId = e.SanctionId;
                report.IsConfirmed = e.By is not null;
            }
        });
        On<BanEvent.AppealFiled>((db, e, happened) => db.Appeals.Add(new()
        {
            AppealId = e.AppealId,
            Position = happened.Position.Value,
            SanctionId = e.SanctionId,
            VisitorId = e.VisitorId,
            FiledAt = e.At,
        }));
        On<BanEvent.Lifted>((db, e, _) => db.Appeals.RemoveRange(
            db.Appeals.Where(appeal => appeal.SanctionId == e.SanctionId).ToList().Union(db.Appeals.Local.Where(appeal => appeal.SanctionId == e.SanctionId))));
        On<BanEvent.AppealDecided>((db, e, _) =>
        {
            db.Appeals.Find(e.AppealId)!.Outcome = e.Outcome;

            // Whether the reports that led to it were right is known now, and counts for or against those who made them.
            // Earlier reports of the same batch are not in the database yet.
            foreach (var report in db.Reports.Where(report => report.SanctionId == e.SanctionId).ToList()
                .Union(db.Reports.Local.Where(report => report.SanctionId == e.SanctionId)))
            {
                report.IsConfirmed = true;
                if (e.Outcome == AppealOutcome.Overturned)
                {
                    report.Status = ReportStatus.Dismissed;
                }
            }
        });
    }

    public override string Name => "desk";

    public override int Version => 4;

    /// <summary>Earlier reports of the same batch are not in the database yet.</summary>
    private static List<DeskReport> Open(DeskDb db, Guid caseId) =>
    [
        .. db.Reports.Where(report => report.CaseId == caseId && report.Status == ReportStatus.Open).ToList()
            .Union(db.Reports.Local.Where(report => report.CaseId == caseId)).Where(report => report.Status == ReportStatus.Open),
    ];
}
