using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class CaseVerdictsTests
{
    [Theory]
    [InlineData(ScreeningCategory.Toxic, "harassment", false)]
    [InlineData(ScreeningCategory.Hate, "hate", true)]
    [InlineData(ScreeningCategory.Threat, "threat", true)]
    [InlineData(ScreeningCategory.Sexual, "nudity", false)]
    [InlineData(ScreeningCategory.ChildSafety, "child-safety", true)]
    [InlineData(ScreeningCategory.Spam, "spam", false)]
    [InlineData(ScreeningCategory.Contact, "spam", false)]
    [InlineData(ScreeningCategory.Link, "spam", false)]
    public void People_look_at_what_is_flagged_and_at_severe_hate_threats_and_child_safety_which_also_warn(
        ScreeningCategory category, string policy, bool severeWarns)
    {
        Assert.Equal((policy, false), Of(Verdict(ScreeningAction.Flag, category, Severity.Strong)));
        Assert.Equal((policy, severeWarns), Of(Verdict(ScreeningAction.Flag, category, Severity.Severe)));
        Assert.Equal(severeWarns ? (policy, true) : (null, false), Of(Verdict(ScreeningAction.Block, category, Severity.Severe)));
        Assert.Equal((null, false), Of(Verdict(ScreeningAction.Block, category, Severity.Strong)));
        Assert.Equal((null, false), Of(Verdict(ScreeningAction.Warn, category, Severity.Strong)));
    }

    [Theory]
    [InlineData("model/hate")]
    [InlineData("openai/hate")]
    public void What_a_classifier_says_warns_nobody_and_waits_for_people_where_it_is_flagged(string rule)
    {
        Assert.Equal(("hate", false), Of(Verdict(ScreeningAction.Flag, ScreeningCategory.Hate, Severity.Severe, rule)));
        Assert.Equal((null, false), Of(Verdict(ScreeningAction.Warn, ScreeningCategory.Hate, Severity.Severe, rule)));
    }

    private static (string? Policy, bool Warns) Of(Verdict verdict) => (CaseVerdicts.PolicyOf(verdict)?.Code, CaseVerdicts.Warns(verdict));

    private static Verdict Verdict(ScreeningAction action, ScreeningCategory category, Severity severity, string rule = "lexicon") =>
        new(action, category, severity, 1, rule, "1", "1");
}
