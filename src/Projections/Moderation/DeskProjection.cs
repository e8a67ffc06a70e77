using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>Reports, flags, legal holds on them, bans and appeals, how each stands, and in which order the open ones are worked on.</summary>
public sealed class DeskProjection : Projection<DeskDb>
{
    private static readonly RowLookup<DeskDb, DeskReport> ReportById = new((db, id) => db.Reports.Where(report => report.ReportId == id));
    private static readonly RowLookup<DeskDb, DeskReport> OpenInCase = new((db, id) => db.Reports.Where(report => report.CaseId == id && report.Status == ReportStatus.Open));
    private static readonly RowLookup<DeskDb, DeskReport> OfMatch = new((db, id) => db.Reports.Where(report => report.MatchId == id));
    private static readonly RowLookup<DeskDb, DeskReport> OfBrowser = new((db, id) => db.Reports.Where(report => report.ReporterDeviceId == id));
    private static readonly RowLookup<DeskDb, DeskReport> OfSanction = new((db, id) => db.Reports.Where(report => report.SanctionId == id));
    private static readonly RowLookup<DeskDb, DeskCase> CaseById = new((db, id) => db.Cases.Where(one => one.CaseId == id));
    private static readonly RowLookup<DeskDb, WorstVerdict> VerdictsInMatch = new((db, id) => db.Verdicts.Where(verdict => verdict.MatchId == id));
    private static readonly RowLookup<DeskDb, WorstVerdict> VerdictsOn = new((db, id) => db.Verdicts.Where(verdict => verdict.VisitorId == id));

    public DeskProjection()
        : base(options => new DeskDb(options))
    {
        On<CaseEvent.Reported>((db, e, happened) =>
        {
            NoteSevere(db, e.CaseId, e);
            db.Reports.Add(new()
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
            });
            Weigh(db, e.CaseId);
        });
        On<CaseEvent.FoundSevere>((db, e, _) => NoteSevere(db, e.CaseId, e));
        On<CaseEvent.Unrestricted>((db, e, _) => db.SevereCases.Find(e.CaseId)!.IsOver = true);
        On<CaseEvent.Flagged>((db, e, happened) =>
        {
            NoteSevere(db, e.CaseId, e);
            db.Reports.Add(new()
            {
                ReportId = e.FlagId,
                Source = e.Verdict is null ? DeskSource.Behaviour : DeskSource.Screening,
                Position = happened.Position.Value,
                CaseId = e.CaseId,
                MatchId = e.MatchId ?? Guid.Empty,
                VisitorId = e.VisitorId,
                Policy = e.Policy,
                ReceivedAt = e.At,
            });
            Weigh(db, e.CaseId);
        });
        On<MatchEvent.MessageScreened>((db, e, _) => Screened(db, e));
        On<CaseEvent.Decided>((db, e, _) =>
        {
            NoteSevere(db, e.CaseId, e);
            List<DeskReport> decided = [.. e.Reports?.Select(id => Report(db, id)!) ?? Open(db, e.CaseId)];
            foreach (var report in decided)
            {
                report.Status = e.Outcome == CaseOutcome.Upheld ? ReportStatus.Upheld : ReportStatus.Dismissed;
                report.DecidedAt ??= e.At;
                report.SecondsToDecision ??= (e.At.Kept() - report.ReceivedAt.Kept()).TotalSeconds;

                // Upheld under another policy says nothing about whether this report was right.
                var isMeant = e.Outcome == CaseOutcome.Dismissed || e.Policy is null || e.Policy == report.Policy;
                report.SanctionId = isMeant ? e.SanctionId : null;
                report.IsConfirmed = isMeant && e.By is not null;
                report.IsFalse = e.IsFalse;
                report.Lane = e.By is null ? CaseLane.Automated : report.Lane;
                report.IsToLookOver = e.By is null;
            }

            Weigh(db, e.CaseId);
            WeighAgain(db, decided);
        });
        On<CaseEvent.Viewed>((db, e, happened) =>
        {
            db.Insert(new DeskLook(happened.Position.Value, e.By, e.CaseId, e.At));
            if (Report(db, e.ReportId) is { } seen)
            {
                seen.IsToLookOver = false;
            }
        });
        On<CaseEvent.Undone>((db, e, _) =>
        {
            if (db.SevereCases.Find(e.CaseId) is { } severe)
            {
                severe.IsOver = !e.IsSevere;
            }

            List<DeskReport> again = [.. e.Reports.Select(id => Report(db, id)!)];
            foreach (var report in again)
            {
                (report.Status, report.DecidedAt, report.SecondsToDecision, report.SanctionId) = (ReportStatus.Open, null, null, null);
                (report.IsConfirmed, report.IsFalse) = (false, false);
            }

            Weigh(db, e.CaseId);
            WeighAgain(db, again);
        });
        On<CaseEvent.Referred>((db, e, _) =>
        {
            foreach (var id in e.Reports)
            {
                Report(db, id)!.IsReferred = true;
            }

            Weigh(db, e.CaseId);
        });
        On<CaseEvent.Held>((db, e, _) =>
        {
            var hold = db.Holds.Find(e.CaseId) ?? db.Holds.Add(new() { CaseId = e.CaseId }).Entity;
            (hold.Until, hold.By, hold.HeldAt, hold.ReleasedAt) = (e.Until, e.By, e.At, null);
        });

        // The row stays: one that is removed could not be held again in the same batch.
        On<CaseEvent.Released>((db, e, _) => db.Holds.Find(e.CaseId)!.ReleasedAt = e.At);
        On<BanEvent.AppealFiled>((db, e, happened) => db.Appeals.Add(new()
        {
            AppealId = e.AppealId,
            Position = happened.Position.Value,
            SanctionId = e.SanctionId,
            VisitorId = e.VisitorId,
            FiledAt = e.At,
        }));
        On<BanEvent.Issued>((db, e, happened) => db.Bans.Add(new()
        {
            SanctionId = e.SanctionId,
            Position = happened.Position.Value,
            VisitorId = e.VisitorId,
            Policy = e.Policy,
            Until = e.Until,
            By = e.By,
            IssuedAt = e.At,
            ReviewDueAt = e.Until is null ? Ban.ReviewDueAt(e.At, null) : null,
        }));
        On<BanEvent.Reviewed>((db, e, _) =>
        {
            var ban = db.Bans.Find(e.SanctionId)!;
            (ban.ReviewedAt, ban.ReviewDueAt) = (e.At, Ban.ReviewDueAt(ban.IssuedAt, e.At));
        });
        On<BanEvent.Lifted>((db, e, _) =>
        {
            TakeBack(db, e.SanctionId);
            foreach (var report in Some(db, OfSanction, [e.SanctionId], report => report.SanctionId == e.SanctionId))
            {
                report.IsToLookOver = false;
            }

            db.Appeals.RemoveRange(
                db.Appeals.Where(appeal => appeal.SanctionId == e.SanctionId).ToList().Union(db.Appeals.Local.Where(appeal => appeal.SanctionId == e.SanctionId)));
        });
        On<BanEvent.AppealDecided>((db, e, _) =>
        {
            var appeal = db.Appeals.Find(e.AppealId)!;
            (appeal.Outcome, appeal.DecidedAt) = (e.Outcome, e.At);

            // Whether the reports that led to it were right is known now, and counts for or against those who made them.
            var reports = Some(db, OfSanction, [e.SanctionId], report => report.SanctionId == e.SanctionId);
            foreach (var report in reports)
            {
                (report.IsConfirmed, report.IsToLookOver) = (true, false);
                if (e.Outcome == AppealOutcome.Overturned)
                {
                    report.Status = ReportStatus.Dismissed;
                }
            }

            WeighAgain(db, reports);

            if (e.Outcome == AppealOutcome.Overturned)
            {
                TakeBack(db, e.SanctionId);
            }
        });
    }

    public override string Name => "desk";

    public override int Version => 17;

    private static void TakeBack(DeskDb db, Guid sanctionId)
    {
        // A warning is none.
        if (db.Bans.Find(sanctionId) is { } ban)
        {
            db.Bans.Remove(ban);
        }
    }

    private static void NoteSevere(DeskDb db, Guid caseId, CaseEvent happened)
    {
        if (Case.MakesSevere(happened))
        {
            (db.SevereCases.Find(caseId) ?? db.SevereCases.Add(new() { CaseId = caseId }).Entity).IsOver = false;
        }
    }

    private static void Screened(DeskDb db, MatchEvent.MessageScreened e)
    {
        VerdictsInMatch.Ask(db, e.MatchId);
        var worst = db.Verdicts.Local.FindEntryUntyped([e.MatchId, e.From])?.Entity;
        if (worst is null)
        {
            db.Verdicts.Add(worst = new() { MatchId = e.MatchId, VisitorId = e.From });
        }

        if ((e.Verdict.Severity, e.Verdict.Score).CompareTo((worst.Severity, worst.Score)) <= 0)
        {
            return;
        }

        (worst.Severity, worst.Score) = (e.Verdict.Severity, e.Verdict.Score);

        // A model says what it thinks after the fact: the chat may have been reported already.
        foreach (var report in Some(db, OfMatch, [e.MatchId], report => report.MatchId == e.MatchId && report.VisitorId == e.From).Take(1))
        {
            Weigh(db, report.CaseId);
        }
    }

    /// <summary>What people found of some reports changes how much the open ones of the same browsers count.</summary>
    private static void WeighAgain(DeskDb db, List<DeskReport> found)
    {
        Guid[] devices = [.. found.Where(report => report.Source == DeskSource.Report).Select(report => report.ReporterDeviceId).Distinct()];
        var cases = Some(db, OfBrowser, devices, report => devices.Contains(report.ReporterDeviceId) && report.Status == ReportStatus.Open)
            .Select(report => report.CaseId).Distinct();
        foreach (var caseId in cases.ToArray())
        {
            Weigh(db, caseId);
        }
    }

    /// <summary>Notes what is known of what is open in a case, and where it stands in the order.</summary>
    private static void Weigh(DeskDb db, Guid caseId)
    {
        var open = Open(db, caseId);
        var known = db.Cases.Local.FindEntry(caseId)?.Entity ?? CaseById.Ask(db, caseId).FirstOrDefault();
        if (known is null)
        {
            db.Cases.Add(known = new() { CaseId = caseId });
        }

        known.IsOpen = open is not [];
        if (!known.IsOpen)
        {
            return;
        }

        Guid[] devices = [.. open.Where(report => report.Source == DeskSource.Report).Select(report => report.ReporterDeviceId).Distinct()];
        var records = Some(db, OfBrowser, devices, report => devices.Contains(report.ReporterDeviceId)).ToLookup(report => report.ReporterDeviceId);
        var (visitorId, matches) = (open[0].VisitorId, open.Select(report => report.MatchId).ToHashSet());
        VerdictsOn.Ask(db, visitorId);
        var worst = db.Verdicts.Local.Where(verdict => verdict.VisitorId == visitorId && matches.Contains(verdict.MatchId))
            .MaxBy(verdict => (verdict.Severity, verdict.Score));
        known.Policy = open.Select(report => Policies.Find(report.Policy)!).MaxBy(policy => policy.Severity)!.Code;
        known.Reporters = devices.Length;
        known.Reliability = devices.Sum(device => Record(records[device]).Reliability);
        known.IsReferred = open.Exists(report => report.IsReferred);
        known.IsFlagged = open.Exists(report => report.Source != DeskSource.Report);
        (known.WorstSeverity, known.WorstScore) = (worst?.Severity, worst?.Score ?? 0);
        known.OpenSince = open.Min(report => report.ReceivedAt).Kept();
        var (rank, lane) = (PriorityPolicy.RankOf(known.Signs()).UtcTicks, PriorityPolicy.LaneOf(known.Signs()));
        (known.VisitorId, known.Lane, known.Rank, known.Open) = (visitorId, lane, rank, open.Count);
        foreach (var report in open)
        {
            // Of a report the lane says how soon; who may see its case is told beside it.
            (report.Rank, report.Lane) = (rank, lane == CaseLane.Severe ? CaseLane.Urgent : lane);
        }
    }

    private static ReporterRecord Record(IEnumerable<DeskReport> reports) => new(
        reports.Count(report => report is { IsConfirmed: true, Status: ReportStatus.Upheld }),
        reports.Count(report => report is { IsConfirmed: true, Status: ReportStatus.Dismissed }),
        reports.Count(report => report is { IsConfirmed: true, IsFalse: true }));

    private static List<DeskReport> Open(DeskDb db, Guid caseId) =>
        Some(db, OpenInCase, [caseId], report => report.CaseId == caseId && report.Status == ReportStatus.Open);

    private static DeskReport? Report(DeskDb db, Guid reportId) => db.Reports.Local.FindEntry(reportId)?.Entity ?? ReportById.Ask(db, reportId).FirstOrDefault();

    /// <summary>
    /// What was asked for is among the local ones from then on, beside earlier reports of the same batch, which are not in the database
    /// yet. Oldest first, so that a rebuild adds up the same way.
    /// </summary>
    private static List<DeskReport> Some(DeskDb db, RowLookup<DeskDb, DeskReport> stored, IEnumerable<Guid> ids, Func<DeskReport, bool> wanted)
    {
        foreach (var id in ids)
        {
            stored.Ask(db, id);
        }

        return [.. db.Reports.Local.Where(wanted).OrderBy(report => report.Position)];
    }
}
