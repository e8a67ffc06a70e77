namespace RandomChat.Domain.Moderation;

/// <summary>Which verdicts of the screening have people look without a report, and which of them warn at once.</summary>
public static class CaseVerdicts
{
    /// <summary>
    /// The policy under which people look at a message: one that is severe (<see cref="Warns"/>), whatever was done about it,
    /// and one that was flagged. Null where somebody would have to report it.
    /// </summary>
    public static Policy? PolicyOf(Verdict verdict) => !Warns(verdict) && verdict.Action != ScreeningAction.Flag ? null : verdict.Category switch
    {
        ScreeningCategory.Toxic => Policies.For(ReportReason.Harassment),
        ScreeningCategory.Hate => Policies.For(ReportReason.Hate),
        ScreeningCategory.Threat => Policies.For(ReportReason.Threat),
        ScreeningCategory.Sexual => Policies.For(ReportReason.Nudity),
        ScreeningCategory.ChildSafety => Policies.Find("child-safety"),
        _ => Policies.For(ReportReason.Spam),
    };

    /// <summary>
    /// Whether the sender is warned without anybody having looked. What a classifier says does not count: it may be wrong about
    /// people for what they are.
    /// </summary>
    public static bool Warns(Verdict verdict) =>
        verdict is { Severity: Severity.Severe, Category: ScreeningCategory.Hate or ScreeningCategory.Threat or ScreeningCategory.ChildSafety }
        && Finding.LayerOf(verdict.Rule) != ScreeningLayer.Model;
}
