using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;

namespace RandomChat.Load;

/// <summary>
/// What the staff make of reports: each is looked at and decided an hour later. Three of ten are upheld, half of them with a warning
/// that is delivered and half with a ban; one sanction of ten is appealed against, and half of the appeals are right.
/// </summary>
internal sealed class TrafficDesk(LogWriter log, Random random)
{
    private static readonly TimeSpan Later = TimeSpan.FromHours(1);
    private static readonly Guid Staff = new("5a1a0000-0000-4000-8000-000000000001");
    private static readonly string Actor = EventMetadata.Staff(Staff);

    private readonly Queue<(DateTimeOffset Due, TrafficPerson Reported, Guid Report)> waiting = new();

    /// <summary>What the screening says of a message that is warned of.</summary>
    public static Verdict Finding { get; } = new(ScreeningAction.Warn, ScreeningCategory.Toxic, Severity.Strong, 0.8, "heads/toxic", "1", "1");

    public void Report(Guid match, TrafficPerson reporter, TrafficPerson reported, DateTimeOffset at)
    {
        var (report, caseId) = (random.Id(), ReportPartnerHandler.CaseOf(reported.Visitor));
        log.Write($"case-{caseId}", at, new CaseEvent.Reported(
            caseId, report, match, reporter.Visitor, reporter.Device, reported.Visitor, reported.Device, ReportReason.Spam, null, "c", random.Sealed(),
            new string('0', 64), 5, at), reporter.Actor);
        waiting.Enqueue((at + Later, reported, report));
    }

    /// <summary>Decides what has waited for long enough.</summary>
    public void Work(DateTimeOffset at)
    {
        while (waiting.TryPeek(out var next) && next.Due <= at)
        {
            waiting.Dequeue();
            Decide(next.Reported.Visitor, next.Report, at);
        }
    }

    private void Decide(Guid visitor, Guid report, DateTimeOffset at)
    {
        var (caseId, upheld) = (ReportPartnerHandler.CaseOf(visitor), random.Next(10) < 3);
        var sanction = upheld ? random.Id() : (Guid?)null;
        log.Write($"case-{caseId}", at, new CaseEvent.Viewed(caseId, visitor, report, Staff, at), Actor);
        log.Write($"case-{caseId}", at, new CaseEvent.Decided(
            caseId, visitor, [report], upheld ? CaseOutcome.Upheld : CaseOutcome.Dismissed, sanction, Staff, at, upheld ? "spam" : null), Actor);
        if (sanction is { } id)
        {
            Sanction(id, visitor, at);
        }
    }

    private void Sanction(Guid id, Guid visitor, DateTimeOffset at)
    {
        if (random.Next(2) == 0)
        {
            log.Write($"ban-{visitor}", at, new BanEvent.Warned(id, visitor, "spam", 1, at.AddDays(90), random.Sealed(), Staff, at), Actor);
            log.Write($"ban-{visitor}", at, new BanEvent.Told(id, visitor, at));
        }
        else
        {
            log.Write($"ban-{visitor}", at, new BanEvent.Issued(id, visitor, "spam", 1, at.AddDays(90), at.AddDays(30), random.Sealed(), Staff, at), Actor);
        }

        if (random.Next(10) == 0)
        {
            var (appeal, outcome) = (random.Id(), random.Next(2) == 0 ? AppealOutcome.Upheld : AppealOutcome.Overturned);
            log.Write($"ban-{visitor}", at, new BanEvent.AppealFiled(appeal, id, visitor, random.Sealed(), at), EventMetadata.Visitor(visitor));
            log.Write($"ban-{visitor}", at, new BanEvent.AppealDecided(appeal, id, visitor, outcome, random.Sealed(), Staff, at), Actor);
        }
    }
}
