namespace RandomChat.Domain.Moderation;

/// <summary>What became of the reports that came from one browser so far, as people said: automated decisions count on neither side.</summary>
public sealed record ReporterRecord(int Upheld, int Dismissed)
{
    /// <summary>How much a report from there counts: 1 for a newcomer and for whoever was always right, less for each that led to nothing.</summary>
    public double Reliability => (1.0 + Upheld) / (1 + Upheld + Dismissed);
}

/// <summary>When reports lead to a sanction without anybody on the staff having looked.</summary>
public static class EscalationPolicy
{
    /// <summary>So many different browsers have to agree on the policy.</summary>
    public const int LeastReporters = 3;

    /// <summary>So much their reports have to count together.</summary>
    public const double LeastReliability = 2.5;

    /// <summary>
    /// At the latest so long after the report that decided, whoever was reported is told; earlier with their next join. A
    /// minute is promised; the rest is for looking.
    /// </summary>
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(50);

    /// <summary>
    /// The policy on which enough reliable reporters agree: a severe one first, then the one with the most of them, and of
    /// those the mildest; null where there is none. A severe one ends in a ban for good, and browsers without a past cost
    /// nothing: one of the reporters has to have been right before, else it waits for the staff.
    /// </summary>
    /// <param name="open">Reports that nobody has decided.</param>
    /// <param name="recordOf">By the reporter's browser: whoever comes back as another visitor counts once.</param>
    public static Policy? Judge(IEnumerable<CaseEvent.Reported> open, Func<Guid, ReporterRecord> recordOf) => open
        .GroupBy(report => report.Reason)
        .Select(reason => (
            Policy: Policies.For(reason.Key),
            Reporters: reason.Select(report => report.ReporterDeviceId).Distinct().Select(recordOf).ToArray()))
        .Where(reason => reason.Policy.Code != Policies.Other
            && reason.Reporters.Length >= LeastReporters
            && reason.Reporters.Sum(reporter => reporter.Reliability) >= LeastReliability
            && (reason.Policy.Severity != PolicySeverity.Severe || reason.Reporters.Any(reporter => reporter.Upheld > 0)))
        .OrderByDescending(reason => reason.Policy.Severity == PolicySeverity.Severe)
        .ThenByDescending(reason => reason.Reporters.Length).ThenBy(reason => reason.Policy.Severity)
        .Select(reason => reason.Policy)
        .FirstOrDefault();
}
