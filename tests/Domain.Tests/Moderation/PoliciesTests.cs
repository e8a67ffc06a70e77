using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class PoliciesTests
{
    public static TheoryData<ReportReason> Reasons => [.. Enum.GetValues<ReportReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_of_a_report_is_a_policy_of_the_same_code(ReportReason reason) =>
        Assert.Equal(reason.ToString().ToLowerInvariant(), Policies.For(reason).Code);

    [Fact]
    public void Every_policy_has_a_code_of_its_own_and_says_what_it_means_and_leads_to()
    {
        Assert.Equal(Policies.All.Count, Policies.All.Select(policy => policy.Code).Distinct().Count());
        Assert.All(Policies.All, policy =>
        {
            Assert.EndsWith(".", policy.Meaning, StringComparison.Ordinal);
            Assert.EndsWith(".", policy.LeadsTo, StringComparison.Ordinal);
            Assert.Same(policy, Policies.Find(policy.Code));
        });
    }

    [Fact]
    public void Only_severe_breaches_are_the_end_at_once() =>
        Assert.All(Policies.All, policy => Assert.Equal(
            policy.Severity == PolicySeverity.Severe, SanctionLadder.StepFor(policy.Strikes) == SanctionStep.Permanent));
}
