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
            VisitorId = e.VisitorId,
            Reason = e.Reason,
            Comment = e.Comment,
            ReceivedAt = e.At,
        }));
        On<CaseEvent.Decided>((db, e, _) =>
        {
            // Earlier reports of the same batch are not in the database yet.
            var stored = db.Reports.Where(report => report.CaseId == e.CaseId && report.Status == ReportStatus.Open).ToList();
            foreach (var report in stored.Union(db.Reports.Local.Where(report => report.CaseId == e.CaseId)).Where(report => report.Status == ReportStatus.Open))
            {
                report.Status = e.Outcome == CaseOutcome.Upheld ? ReportStatus.Upheld : ReportStatus.Dismissed;
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
        On<BanEvent.AppealDecided>((db, e, _) => db.Appeals.Find(e.AppealId)!.Outcome = e.Outcome);
    }

    public override string Name => "desk";

    public override int Version => 1;
}
