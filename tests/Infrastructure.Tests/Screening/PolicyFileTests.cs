using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.Infrastructure.Tests.Screening;

public sealed class PolicyFileTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    [Fact]
    public void The_default_names_every_category_and_severity()
    {
        var policy = ScreeningPolicyFile.Read(null);

        Assert.NotEmpty(policy.Version);
        foreach (var category in Enum.GetValues<ScreeningCategory>())
        {
            foreach (var severity in Enum.GetValues<Severity>())
            {
                Assert.True(policy.Actions.ContainsKey((category, severity)), $"{category} {severity}");
            }
        }
    }

    [Fact]
    public void Another_file_is_another_policy()
    {
        File.WriteAllText(file, """{ "version": "x", "actions": { "link": { "mild": "block" } } }""");

        var policy = ScreeningPolicyFile.Read(file);

        Assert.Equal(("x", ScreeningAction.Block), (policy.Version, policy.Actions[(ScreeningCategory.Link, Severity.Mild)]));
    }

    [Fact]
    public void The_default_has_a_threshold_for_every_head()
    {
        var policy = ScreeningPolicyFile.Read(null);

        Assert.Equal(
            Classification.Heads,
            policy.Thresholds.Keys.Where(threshold => threshold.Model == TrainedHeads.Name).Select(threshold => threshold.Category).Distinct());
    }

    [Theory]
    [InlineData(ScreeningCategory.ChildSafety, 0.5, ScreeningAction.Flag)]
    [InlineData(ScreeningCategory.ChildSafety, 0.49, null)]
    [InlineData(ScreeningCategory.Threat, 0.7, ScreeningAction.Flag)]
    [InlineData(ScreeningCategory.Threat, 0.35, null)]
    [InlineData(ScreeningCategory.Hate, 0.8, ScreeningAction.Warn)]
    [InlineData(ScreeningCategory.Hate, 0.76, null)]
    [InlineData(ScreeningCategory.Sexual, 0.95, ScreeningAction.Warn)]
    [InlineData(ScreeningCategory.Toxic, 1, null)]
    public void The_default_judges_the_hosted_classifier_by_thresholds_of_its_own(ScreeningCategory category, double score, ScreeningAction? action)
    {
        var policy = ScreeningPolicyFile.Read(null);

        var verdict = policy.Judge(policy.WithScores([], new(HostedClassifier.Name, "1", new Dictionary<ScreeningCategory, double> { [category] = score })));

        Assert.Equal(action, verdict?.Action);
    }

    [Fact]
    public void Thresholds_are_read_by_classifier_and_may_be_missing()
    {
        File.WriteAllText(file, """
            { "version": "x", "actions": { "link": { "mild": "block" } }, "heads": { "toxic": { "strong": 0.8, "severe": 1 } }, "openai": { "toxic": { "strong": 0.7 } } }
            """);
        Assert.Equal(
            [
                (("model", ScreeningCategory.Toxic, Severity.Strong), 0.8), (("model", ScreeningCategory.Toxic, Severity.Severe), 1),
                (("openai", ScreeningCategory.Toxic, Severity.Strong), 0.7),
            ],
            ScreeningPolicyFile.Read(file).Thresholds.Select(threshold => (threshold.Key, threshold.Value)));

        File.WriteAllText(file, """{ "version": "x", "actions": { "link": { "mild": "block" } } }""");
        Assert.Empty(ScreeningPolicyFile.Read(file).Thresholds);
    }

    [Theory]
    [InlineData("""{ "toxic": { "strong": 0 } }""", "toxic")]
    [InlineData("""{ "toxic": { "strong": 0.5 }, "childSafety": { "severe": 1.01 } }""", "childSafety")]
    [InlineData("""{ "hate": { "strong": 0.9, "severe": 0.8 } }""", "hate")]
    [InlineData("""{ "hate": { "severe": 0.8, "mild": 0.8 } }""", "hate")]
    public void Thresholds_that_make_no_sense_are_told_with_their_classifier_and_category(string thresholds, string told)
    {
        foreach (var section in new[] { "heads", "openai" })
        {
            File.WriteAllText(file, $$"""{ "version": "x", "actions": { "link": { "mild": "block" } }, "{{section}}": {{thresholds}} }""");

            Assert.Contains($"in {section}, {told} ", Assert.Throws<ScreeningPolicyException>(() => ScreeningPolicyFile.Read(file)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{ "version": "x" }""")]
    [InlineData("""{ "version": "x", "actions": { "link": { "mild": "shout" } } }""")]
    [InlineData("""{ "version": "x", "actions": { "weather": { "mild": "warn" } } }""")]
    public void What_is_no_policy_is_told_with_the_file(string json)
    {
        File.WriteAllText(file, json);

        Assert.Contains(file, Assert.Throws<ScreeningPolicyException>(() => ScreeningPolicyFile.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() => Assert.Throws<ScreeningPolicyException>(() => ScreeningPolicyFile.Read(file + ".not"));

    public void Dispose() => File.Delete(file);
}
