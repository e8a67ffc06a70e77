using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RandomChat.Application.Screening;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.Infrastructure.Tests.Screening;

/// <summary>What the settings make of the classifiers.</summary>
public sealed class ScreeningSetupTests : IDisposable
{
    private const string Somewhere = "https://moderation.example.org/v1/moderations";

    private readonly string policy = Path.GetTempFileName();

    [Fact]
    public void The_trained_heads_are_always_there_and_the_hosted_one_where_it_is_configured()
    {
        using var alone = With(null, null);
        using var both = With(Somewhere, null);

        Assert.IsType<TrainedHeads>(alone.GetRequiredService<Classifiers>().Local);
        Assert.Null(alone.GetRequiredService<Classifiers>().Hosted);
        Assert.IsType<TrainedHeads>(both.GetRequiredService<Classifiers>().Local);
        Assert.IsType<HostedClassifier>(both.GetRequiredService<Classifiers>().Hosted);
    }

    [Fact]
    public void Where_the_policy_makes_nothing_of_the_hosted_one_no_text_is_sent_to_it()
    {
        File.WriteAllText(policy, """{ "version": "x", "actions": { "link": { "mild": "block" } }, "heads": { "toxic": { "strong": 0.8 } } }""");
        using var alone = With(null, policy);
        using var both = With(Somewhere, policy);

        Assert.NotNull(alone.GetRequiredService<Classifiers>());
        var failure = Assert.Throws<OptionsValidationException>(both.GetRequiredService<Classifiers>);
        Assert.Contains("nothing under openai", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(policy);

    private static ServiceProvider With(string? url, string? policyFile) => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddLogging()
        .AddScreening(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Screening:Hosted:Url"] = url,
            [ScreeningSetup.PolicyFileKey] = policyFile,
        }).Build())
        .BuildServiceProvider();
}
