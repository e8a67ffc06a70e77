using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RandomChat.Application.Limits;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Problems;

public sealed class ProblemTests(EdgeServer edge) : IClassFixture<EdgeServer>
{
    [Theory]
    [InlineData("GET", "/api/nothing", 404, "not-found")]
    [InlineData("GET", "/nothing", 404, "not-found")]
    [InlineData("DELETE", "/api/session", 405, "method-not-allowed")]
    [InlineData("GET", "/api/report", 405, "method-not-allowed")]
    [InlineData("GET", "/api/preferences", 401, "no-session")]
    [InlineData("GET", "/api/turn", 401, "no-session")]
    [InlineData("POST", "/api/match/start", 401, "no-session")]
    [InlineData("POST", "/api/match/stop", 401, "no-session")]
    [InlineData("POST", "/api/report", 401, "no-session")]
    [InlineData("POST", "/api/block", 401, "no-session")]
    [InlineData("GET", "/api/me/export", 401, "no-session")]
    [InlineData("DELETE", "/api/me", 401, "no-session")]
    [InlineData("GET", "/api/admin", 401, "no-session")]
    [InlineData("GET", "/api/admin/reports", 401, "no-session")]
    [InlineData("POST", "/api/admin/bans", 401, "no-session")]
    [InlineData("DELETE", "/API/Admin/anything/at/all", 401, "no-session")]
    [InlineData("POST", "/hubs/chat/negotiate?negotiateVersion=1", 401, "no-session")]
    public async Task Whoever_has_no_session_gets_the_contracts_code(string method, string path, int status, string code)
    {
        using var browser = edge.NewBrowser();
        using var answer = await browser.Send(new(method), path, method == "GET" ? null : new { }, ("Accept", "application/json"));

        await answer.Problem(status, code);
    }

    [Theory]
    [InlineData("GET", "/api/admin")]
    [InlineData("GET", "/api/admin/reports")]
    [InlineData("POST", "/api/admin/bans")]
    [InlineData("PUT", "/api/admin/anything")]
    public async Task What_is_the_staffs_is_forbidden_to_visitors(string method, string path)
    {
        using var browser = edge.NewBrowser();
        var token = (await browser.Enter()).GetProperty("token").GetString()!;
        using var client = edge.NewBrowser().As(token);
        using var answer = await client.Send(new(method), path, method == "GET" ? null : new { });

        await answer.Problem(403, "forbidden");
    }

    [Fact]
    public async Task An_odd_bracket_in_a_form_is_no_failure_of_ours()
    {
        using var browser = edge.NewBrowser();
        using var form = new StringContent("[", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer = await browser.Send(HttpMethod.Options, "/chat", form);

        Assert.True((int)answer.StatusCode < 500, answer.StatusCode.ToString());
    }

    [Fact]
    public async Task A_failure_of_ours_says_nothing_but_a_trace_id()
    {
        await using var server = await RunningServer.Start(EdgeServer.Settings, services: services =>
        {
            services.RemoveAll<ILimits>();
            services.AddSingleton<ILimits, Broken>();
        });
        using var browser = server.NewBrowser();
        using var answer = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true });

        var problem = await answer.Problem(500, "internal");
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.DoesNotContain("secret detail", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains(server.Log.Lines, line => line.Contains("secret detail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_the_log_down_the_dependency_is_named_and_nothing_is_recorded()
    {
        var outage = new Outage();
        await using var server = await RunningServer.Start(EdgeServer.Settings, services: outage.Install);
        outage.IsOn = true;
        using var browser = server.NewBrowser();
        using var answer = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true });
        using var ready = await browser.GetAsync("/health/ready");
        using var live = await browser.GetAsync("/health/live");

        var problem = await answer.Problem(503, "unavailable");
        Assert.Contains("event-log", problem.ToString(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Contains("\"event-log\"", (await ready.Json(System.Net.HttpStatusCode.ServiceUnavailable)).ToString(), StringComparison.Ordinal);
        await live.Json();
    }

    [Fact]
    public async Task People_get_a_page_instead_of_JSON()
    {
        using var browser = edge.NewBrowser();
        using var answer = await browser.Send(HttpMethod.Get, "/nothing/here", null, ("Accept", "text/html"));

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
    }

    private sealed class Broken : ILimits
    {
        public ValueTask<LimitDecision> Take(string limit, string key, CancellationToken ct) => throw new InvalidOperationException("secret detail");
    }
}
