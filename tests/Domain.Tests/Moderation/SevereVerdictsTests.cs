using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class SevereVerdictsTests
{
    public static TheoryData<ScreeningCategory, string?> Categories => new()
    {
        { ScreeningCategory.Toxic, null },
        { ScreeningCategory.Hate, "hate" },
        { ScreeningCategory.Threat, "threat" },
        { ScreeningCategory.Sexual, null },
        { ScreeningCategory.ChildSafety, "child-safety" },
        { ScreeningCategory.Spam, null },
        { ScreeningCategory.Contact, null },
        { ScreeningCategory.Link, null },
    };

    [Theory]
    [MemberData(nameof(Categories))]
    public void A_severe_one_of_hate_threat_or_child_safety_needs_no_report_whether_it_was_delivered_or_not(ScreeningCategory category, string? policy)
    {
        Assert.Equal(policy, SevereVerdicts.PolicyOf(Verdict(ScreeningAction.Block, category, Severity.Severe))?.Code);
        Assert.Equal(policy, SevereVerdicts.PolicyOf(Verdict(ScreeningAction.Flag, category, Severity.Severe))?.Code);
        Assert.Null(SevereVerdicts.PolicyOf(Verdict(ScreeningAction.Block, category, Severity.Strong)));
    }

    [Theory]
    [InlineData("model/hate")]
    [InlineData("openai/hate")]
    public void What_a_classifier_says_warns_nobody_and_opens_no_case(string rule) =>
        Assert.Null(SevereVerdicts.PolicyOf(Verdict(ScreeningAction.Flag, ScreeningCategory.Hate, Severity.Severe, rule)));

    private static Verdict Verdict(ScreeningAction action, ScreeningCategory category, Severity severity, string rule = "lexicon") =>
        new(action, category, severity, 1, rule, "1", "1");
}
