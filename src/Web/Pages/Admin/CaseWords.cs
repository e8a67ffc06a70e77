using System.Globalization;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Moderation;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Why something was not done about a case, in words for whoever works on it.</summary>
internal static class CaseWords
{
    /// <returns>A sentence, and what came since they looked, oldest first.</returns>
    public static async Task<(string Problem, IReadOnlyList<string> Since)> For(Refusal refusal, StaffNames names) => refusal switch
    {
        { Case: CaseStanding.Seen seen } =>
            ($"{await names.Of(seen.By)} looked into it on {PageWords.Moment(seen.At)}. Looking all the same is recorded.", []),
        { Case: CaseStanding.Decided } => ("This case moved on. Nothing was done. Its history says what changed.", []),
        { Case: CaseStanding.Claimed claim } =>
            ($"{(claim.By is { } by ? await names.Of(by) : "The system")} works on this case until {PageWords.Moment(claim.Until)}. Nothing was done.", []),
        { Case: CaseStanding.Changed changed } => ("This case moved on. Nothing was done. Since you looked:", await Of(changed.Since, names)),
        _ => (PageWords.Alone(refusal), []),
    };

    /// <summary>A policy's title.</summary>
    public static string Title(string policy) => Policies.Find(policy)?.Title ?? policy;

    /// <summary>How much the word of a reporter counts, and what is known of them.</summary>
    /// <param name="reported">What others said of them; null where nobody said anything.</param>
    public static string Reporter(ReporterRecord record, Offender? reported)
    {
        var decided = record.Upheld + record.Dismissed;
        var word = decided == 0
            ? "No report of theirs was decided before"
            : $"{record.Upheld} of {PageWords.Count(decided, "earlier report")} right{(record.False > 0 ? $", {record.False} false" : "")}";
        return string.Create(CultureInfo.InvariantCulture, $"{word}: counts {record.Reliability:0.##}. {Known(reported)}");
    }

    private static string Known(Offender? reported) => reported is null
        ? "Never reported, never sanctioned."
        : $"Reported {PageWords.Count(reported.Reports, "time")} themselves, {PageWords.Count(reported.Sanctions, "sanction")}.";

    /// <summary>What was decided about a report, in words.</summary>
    public static string Outcome(CaseEvent.Decided decided) => (decided switch
    {
        { Outcome: CaseOutcome.Dismissed, IsFalse: true } => "Dismissed as false",
        { Outcome: CaseOutcome.Dismissed } => "Dismissed",
        { Policy: { } policy } => $"Upheld: {Title(policy)}",
        _ => "Upheld",
    }) + (decided.By is null ? ", automatically" : "");

    /// <summary>Events of a case with when and by whom.</summary>
    public static async Task<IReadOnlyList<string>> Of(IEnumerable<CaseEvent> events, StaffNames names)
    {
        var words = new List<string>();
        foreach (var happened in events)
        {
            var (at, by) = Who(happened);
            words.Add($"{at.UtcDateTime:HH:mm:ss} {(by is { } staff ? $"{await names.Of(staff)}: " : "")}{EventWords.For(happened)}");
        }

        return words;
    }

    /// <summary>When it happened, and who of the staff did it; null where nobody did.</summary>
    private static (DateTimeOffset At, Guid? By) Who(CaseEvent happened) => happened switch
    {
        CaseEvent.Reported e => (e.At, null),
        CaseEvent.Flagged e => (e.At, null),
        CaseEvent.Escalated e => (e.At, null),
        CaseEvent.Decided e => (e.At, e.By),
        CaseEvent.Undone e => (e.At, e.By),
        CaseEvent.Noted e => (e.At, e.By),
        CaseEvent.Referred e => (e.At, e.By),
        CaseEvent.Held e => (e.At, e.By),
        CaseEvent.Released e => (e.At, e.By),
        CaseEvent.FoundSevere e => (e.At, e.By),
        CaseEvent.Unrestricted e => (e.At, e.By),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "No change of a case."),
    };
}
