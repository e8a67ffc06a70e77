namespace RandomChat.Domain.Moderation;

/// <summary>What became of the reports that came from one browser so far, as people said: automated decisions count on neither side.</summary>
/// <param name="False">So many of those dismissed said what was not so.</param>
public sealed record ReporterRecord(int Upheld, int Dismissed, int False = 0)
{
    /// <summary>A false report counts like so many that led to nothing.</summary>
    public const int FalseCounts = 3;

    /// <summary>
    /// How much a report from there counts: 1 for a newcomer and for whoever was always right, less for each that led to nothing, and
    /// much less for each that was false.
    /// </summary>
    public double Reliability => (1.0 + Upheld) / (1 + Upheld + Dismissed + ((FalseCounts - 1) * False));
}

/// <summary>When reports lead to a sanction without anybody on the staff having looked.</summary>
public static class EscalationPolicy
{
    /// <summary>The reason that says too little to act on without looking.</summary>
    public const ReportReason LeftToPeople = ReportReason.Other;

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
    /// For so long after one automated step up the ladder there is no other, however much is reported: what was done has to be
    /// felt, and a few who agree are not to drive somebody up the whole ladder in one evening. A severe policy does not wait.
    /// </summary>
    public static readonly TimeSpan BetweenSteps = TimeSpan.FromDays(1);

    /// <summary>
    /// The policy on which enough reliable reporters agree: a severe one first, then the one with the most of them, and of
    /// those the mildest; null where there is none. A severe one ends in a ban for good, and browsers without a past cost
    /// nothing: one of the reporters has to have been right before, else it waits for the staff.
    /// </summary>
    /// <param name="open">Reports that nobody has decided.</param>
    /// <param name="recordOf">By the reporter's browser: whoever comes back as another visitor counts once.</param>
    /// <param name="lastStep">When the last automated step was; null where there was none.</param>
    public static Policy? Judge(
        IEnumerable<CaseEvent.Reported> open, Func<Guid, ReporterRecord> recordOf, DateTimeOffset? lastStep, DateTimeOffset now) => open
        .Where(report => report.Reason != LeftToPeople)
        .GroupBy(report => report.Reason)
        .Select(reason => (
            Policy: Policies.For(reason.Key),
            Reporters: reason.Select(report => report.ReporterDeviceId).Distinct().Select(recordOf).ToArray()))
        .Where(reason => reason.Reporters.Length >= LeastReporters
            && reason.Reporters.Sum(reporter => reporter.Reliability) >= LeastReliability
            && (reason.Policy.IsSevere ? reason.Reporters.Any(reporter => reporter.Upheld > 0) : !(lastStep + BetweenSteps > now)))
        .OrderByDescending(reason => reason.Policy.IsSevere)
        .ThenByDescending(reason => reason.Reporters.Length).ThenBy(reason => reason.Policy.Severity)
        .Select(reason => reason.Policy)
        .FirstOrDefault();
}
