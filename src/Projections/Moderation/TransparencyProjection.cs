using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;
using Measures = RandomChat.Domain.Moderation.TransparencyMeasures;

namespace RandomChat.Projections.Moderation;

/// <summary>What transparency reports count, by the moment at which it happened, and which of them are public.</summary>
public sealed class TransparencyProjection : Projection<TransparencyDb>
{
    public TransparencyProjection()
        : base(options => new TransparencyDb(options))
    {
        On<CaseEvent.Reported>((db, e, happened) => Open(db, happened, e.ReportId, Measures.Reports, Policies.For(e.Reason).Code, e.At));
        On<CaseEvent.Flagged>((db, e, happened) => Open(db, happened, e.FlagId, Measures.Flags, e.Policy, e.At));
        On<CaseEvent.Decided>((db, e, happened) =>
        {
            var decided = (e.Reports ?? []).Select(id => db.Matters.Find(id)).OfType<OpenMatter>().Where(matter => matter.DecidedPosition is null).ToList();
            for (var n = 0; n < decided.Count; n++)
            {
                (decided[n].DecidedPosition, decided[n].DecidedNumber) = (happened.Position.Value, n);
                Count(db, happened, Measures.MedianToAction, string.Empty, e.At, (e.At.Kept() - decided[n].At.Kept()).TotalSeconds, n);
            }
        });
        On<CaseEvent.Undone>((db, e, _) =>
        {
            // Decided first is what comes after it. Its sanction was imposed and taken back, and counts as both.
            foreach (var matter in e.Reports.Select(id => db.Matters.Find(id)).OfType<OpenMatter>())
            {
                if (matter.DecidedPosition is { } position && db.Facts.Find(position, matter.DecidedNumber) is { } fact)
                {
                    db.Facts.Remove(fact);
                }

                matter.DecidedPosition = null;
            }
        });
        On<BanEvent.Warned>((db, e, happened) => Count(db, happened, e.By is null ? Measures.WarningsAutomated : Measures.WarningsByPeople, e.Policy, e.At));
        On<BanEvent.Issued>((db, e, happened) => Count(db, happened, e.By is null ? Measures.BansAutomated : Measures.BansByPeople, e.Policy, e.At));
        On<BanEvent.Lifted>((db, e, happened) => Count(db, happened, Measures.TakenBack, string.Empty, e.At));
        On<BanEvent.AppealFiled>((db, e, happened) => Open(db, happened, e.AppealId, Measures.Appeals, string.Empty, e.At));
        On<BanEvent.AppealDecided>((db, e, happened) =>
        {
            double? took = db.Matters.Find(e.AppealId) is { } filed ? (e.At.Kept() - filed.At.Kept()).TotalSeconds : null;
            Count(db, happened, e.Outcome == AppealOutcome.Overturned ? Measures.AppealsOverturned : Measures.AppealsUpheld, string.Empty, e.At);
            Count(db, happened, Measures.MedianToAnswer, string.Empty, e.At, took, 1);
        });
        On<TransparencyEvent.Published>((db, e, happened) => db.Published.Add(new()
        {
            Position = happened.Position.Value,
            Period = new TransparencyPeriod(e.From, e.Until).ToString(),
            At = e.At,
        }));
    }

    public override string Name => "transparency";

    public override int Version => 3;

    private static void Open(TransparencyDb db, ProjectedEvent happened, Guid id, string measure, string policy, DateTimeOffset at)
    {
        if (db.Matters.Find(id) is null)
        {
            db.Matters.Add(new() { Id = id, At = at });
        }

        Count(db, happened, measure, policy, at);
    }

    private static void Count(
        TransparencyDb db, ProjectedEvent happened, string measure, string policy, DateTimeOffset at, double? seconds = null, int number = 0) => db.Facts.Add(new()
        {
            Position = happened.Position.Value,
            Number = number,
            At = at,
            Measure = measure,
            Policy = policy,
            Seconds = seconds,
        });
}
