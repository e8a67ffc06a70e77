namespace RandomChat.Domain.Moderation;

/// <summary>Which verdicts of the screening warn at once, and have people look without a report.</summary>
public static class SevereVerdicts
{
    /// <summary>The policy that a message broke so badly that nobody has to report it; null where somebody would have to.</summary>
    /// <param name="verdict">
    /// Whatever was done about the message. That of a classifier does not count: it may be wrong about people for what they are.
    /// </param>
    public static Policy? PolicyOf(Verdict verdict) => verdict switch
    {
        { Severity: not Severity.Severe } => null,
        _ when Finding.LayerOf(verdict.Rule) == ScreeningLayer.Model => null,
        { Category: ScreeningCategory.Hate } => Policies.Find("hate"),
        { Category: ScreeningCategory.Threat } => Policies.Find("threat"),
        { Category: ScreeningCategory.ChildSafety } => Policies.Find("child-safety"),
        _ => null,
    };
}
