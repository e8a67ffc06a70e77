using System.Net;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Ready_names_every_dependency_and_TURN_that_is_not_configured_is_fine()
    {
        await using var server = await RunningServer.Start();
        using var browser = server.NewBrowser();
        using var live = await browser.GetAsync("/health/live");
        using var ready = await browser.GetAsync("/health/ready");

        await live.Json();
        var dependencies = (await ready.Json()).GetProperty("dependencies").EnumerateArray()
            .ToDictionary(dependency => dependency.GetProperty("name").GetString()!, dependency => dependency.GetProperty("state").GetString());
        Assert.Equal(["event-log", "key-store", "lobby", "projection:activity", "projection:desk", "projection:offenders", "projection:rules", "projection:transparency", "projection:visitor_history", "turn"], dependencies.Keys.Order());
        Assert.Equal("not configured", dependencies["turn"]);
    }

    [Fact]
    public async Task Relay_only_without_TURN_is_not_ready()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Ice:Policy"] = "relay" });
        using var browser = server.NewBrowser();
        using var ready = await browser.GetAsync("/health/ready");

        Assert.Contains("\"turn\"", (await ready.Json(HttpStatusCode.ServiceUnavailable)).ToString(), StringComparison.Ordinal);
    }
}
