using System.Net;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Limits;

public sealed class LimitTests
{
    private static readonly object Session = new { birthYear = 1990, acceptTerms = true };

    [Fact]
    public async Task Thirty_sessions_of_one_address_pass_and_the_next_is_told_when_to_come_back()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["ForwardedHeaders:KnownProxies"] = "127.0.0.1" });
        for (var i = 0; i < 30; i++)
        {
            using var browser = server.NewBrowser();
            using var passed = await browser.Post("/api/session", Session, ("X-Forwarded-For", "198.51.100.1"));
            await passed.Json(HttpStatusCode.Created);
        }

        using var late = server.NewBrowser();
        using var refused = await late.Post("/api/session", Session, ("X-Forwarded-For", "198.51.100.1"));
        using var elsewhere = await late.Post("/api/session", Session, ("X-Forwarded-For", "198.51.100.2"));

        await refused.Problem(429, "rate-limited");
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        await elsewhere.Json(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Joins_are_counted_by_address_over_REST()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Limits:Joins:Burst"] = "3" });
        using var browser = server.NewBrowser();
        using var client = server.NewBrowser().As((await browser.Enter()).GetProperty("token").GetString()!);
        for (var i = 0; i < 3; i++)
        {
            using var waits = await client.Post("/api/match/start", new { mode = "text" });
            Assert.Equal("""{"state":"waiting"}""", (await waits.Json(HttpStatusCode.Accepted)).ToString());
        }

        using var refused = await client.Post("/api/match/start", new { mode = "text" });
        using var stopped = await client.Post("/api/match/stop");

        await refused.Problem(429, "rate-limited");
        Assert.Equal(HttpStatusCode.NoContent, stopped.StatusCode);
    }

    [Theory]
    [InlineData("Limits:Enabled")]
    [InlineData("Limits:Sessions:Enabled")]
    public async Task A_limit_can_be_switched_off(string key)
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { [key] = "false", ["Limits:Sessions:Burst"] = "1" });
        for (var i = 0; i < 5; i++)
        {
            using var browser = server.NewBrowser();
            await browser.Enter();
        }
    }

    [Fact]
    public async Task A_forwarded_address_from_an_unknown_proxy_is_not_believed_and_is_logged_once()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Limits:Sessions:Burst"] = "2" });
        var codes = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            using var browser = server.NewBrowser();
            using var answer = await browser.Post("/api/session", Session, ("X-Forwarded-For", $"198.51.100.{i}"));
            codes.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], codes);
        Assert.Single(server.Log.Lines, line => line.Contains("KnownProxies", StringComparison.Ordinal));
    }
}
