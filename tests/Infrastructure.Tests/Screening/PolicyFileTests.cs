using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;

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
