using System.Net;
using System.Text.Json;
using Mediator;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>A ban takes effect at once, says why, and follows the browser.</summary>
public sealed class BanTests : IAsyncLifetime
{
    private const string Statement = "You kept insulting people after they asked you to stop.";
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");

    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await HubServer.With(new Dictionary<string, string?>
    {
        ["ForwardedHeaders:KnownProxies"] = "127.0.0.1,::1",
    });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(Wire.Json)]
    [InlineData(Wire.MessagePack)]
    public async Task The_match_ends_the_banned_are_told_why_and_every_tab_is_closed(Wire wire)
    {
        await using var pair = await Pair.Meet(server.Address, wire);
        await using var tab = await pair.Ann.AnotherTab();
        var until = DateTimeOffset.UtcNow.AddHours(1);

        await Ban(pair.Ann.Id, until: until);

        Assert.Equal("banned", (await pair.Bob.Next("end_session")).Text("reason"));
        Assert.Empty(pair.Bob.Unread("banned"));
        foreach (var connection in new[] { pair.Ann, tab })
        {
            var told = await connection.Next("banned");
            Assert.Equal(("harassment", Statement), (told.Text("reason"), told.Text("statement")));
            Assert.Equal(until, told.GetProperty("until").GetDateTimeOffset());
            Assert.StartsWith("/appeal?token=", told.Text("appealUrl"), StringComparison.Ordinal);
            await connection.Closed;
        }

        await pair.Bob.Join(Pair.Request());
    }

    [Fact]
    public async Task A_banned_token_opens_ones_own_data_and_nothing_else()
    {
        await using var visitor = await HubVisitor.Enter(server.Address);
        using var rest = visitor.Rest();
        await Ban(visitor.Id);
        await visitor.Closed;

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "/api/preferences", null), (HttpMethod.Get, "/api/turn", null),
            (HttpMethod.Post, "/api/match/start", new { mode = "text" }),
            (HttpMethod.Post, "/api/report", new { matchId = Guid.NewGuid(), reason = "spam" }),
        })
        {
            using var refused = await rest.Send(method, path, body);
            var problem = await refused.Problem(403, "banned");
            Assert.Equal(("harassment", Statement, JsonValueKind.Null), (problem.Text("reason"), problem.Text("statement"), problem.GetProperty("until").ValueKind));
            Assert.StartsWith("/appeal?token=", problem.Text("appealUrl"), StringComparison.Ordinal);
        }

        await visitor.IsKeptOut();
        await Wait.Until(async () =>
        {
            using var answer = await rest.GetAsync("/api/me/export");
            var sanctions = (await answer.Json()).GetProperty("sanctions");
            return sanctions.GetArrayLength() == 1
                && (sanctions[0].Text("reason"), sanctions[0].Text("kind"), sanctions[0].Text("statement")) == ("harassment", "ban", Statement);
        });
        using var erased = await rest.DeleteAsync("/api/me");
        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
    }

    [Fact]
    public async Task Whoever_uses_the_banned_browser_as_another_visitor_is_out_of_the_match_as_well()
    {
        using var browser = server.NewBrowser();
        var before = await browser.Enter();
        using var erasing = new HttpClient { BaseAddress = server.Address }.As(before.Text("token"));
        (await erasing.DeleteAsync("/api/me")).Dispose();
        var now = await browser.Enter();
        await using var again = await HubVisitor.Connect(server.Address, now.Text("token"), now.GetProperty("visitorId").GetGuid());
        await using var bob = await HubVisitor.Enter(server.Address);
        var request = Pair.Request();
        await again.Join(request);
        await bob.Join(request);
        await bob.Next("match_found");

        await Ban(before.GetProperty("visitorId").GetGuid());

        Assert.Equal("banned", (await bob.Next("end_session")).Text("reason"));
        Assert.Equal("harassment", (await again.Next("banned")).Text("reason"));
        await again.Closed;
        using var rest = again.Rest();
        using var left = await rest.PostAsync("/api/match/stop", null);
        Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
    }

    [Fact]
    public async Task The_browser_gets_no_new_session_also_after_an_erasure_and_a_restart()
    {
        var data = Directory.CreateTempSubdirectory("randomchat-test-").FullName;
        try
        {
            string device;
            await using (var before = await HubServer.With(data: data))
            {
                using var browser = before.NewBrowser();
                using var entered = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true });
                var session = await entered.Json(HttpStatusCode.Created);
                device = entered.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("rc_device=", StringComparison.Ordinal)).Split(';')[0];
                await Ban(session.GetProperty("visitorId").GetGuid(), on: before);
                using var rest = new HttpClient { BaseAddress = before.Address }.As(session.Text("token"));
                (await rest.DeleteAsync("/api/me")).Dispose();
                using var again = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true });
                await again.Problem(403, "banned");
            }

            File.Delete(Path.Combine(data, "index.db"));
            await using var after = await HubServer.With(data: data);
            using var late = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = after.Address };
            using var refused = await late.Post("/api/session", new { birthYear = 1990, acceptTerms = true }, ("Cookie", device));
            Assert.Equal(Statement, (await refused.Problem(403, "banned")).Text("statement"));
            using var other = after.NewBrowser();
            await other.Enter();
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Whoever_waits_is_out_of_the_queue()
    {
        var request = Pair.Request();
        await using var ann = await HubVisitor.Enter(server.Address);
        await ann.Join(request);
        await Ban(ann.Id);
        await ann.Closed;
        await using var bob = await HubVisitor.Enter(server.Address);

        Assert.Equal("waiting", (await bob.Join(request)).Text("state"));
        await using var carl = await HubVisitor.Enter(server.Address);
        Assert.Equal("matched", (await carl.Join(request)).Text("state"));
    }

    [Fact]
    public async Task A_ban_ends_by_itself_and_can_be_taken_back()
    {
        var clock = new ShiftedClock();
        await using var own = await HubServer.With(services: services => services.AddSingleton<TimeProvider>(clock));
        using var browser = own.NewBrowser();
        var visitor = (await browser.Enter()).GetProperty("visitorId").GetGuid();
        await Ban(visitor, until: clock.GetUtcNow().AddHours(1), on: own);
        await Refused(browser);
        clock.Ahead = TimeSpan.FromHours(1);
        await browser.Enter();

        await Ban(visitor, on: own);
        await Refused(browser);
        Assert.IsType<Outcome<Nothing>.Done>(await Send(new LiftBan(visitor, "It was somebody else.", Staff), own));
        await browser.Enter();
        Assert.Equal("not-found", Assert.IsType<Outcome<Nothing>.Refused>(await Send(new LiftBan(visitor, "Once more.", Staff), own)).Refusal.Code);
    }

    [Fact]
    public async Task Where_only_the_address_matches_nothing_is_told_and_known_browsers_are_not_touched()
    {
        var (severe, plain) = ("203.0.113.7", "203.0.113.8");
        using var known = server.NewBrowser();
        await known.Enter();
        await BanFrom(severe, "credible-threat");
        await BanFrom(plain, "harassment");

        using var stranger = server.NewBrowser();
        using (var refused = await stranger.Post("/api/session", new { birthYear = 1990, acceptTerms = true }, ("X-Forwarded-For", severe)))
        {
            var problem = await refused.Problem(403, "banned");
            Assert.InRange(problem.GetProperty("until").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddHours(23), DateTimeOffset.UtcNow.AddHours(24));
            Assert.All(["reason", "statement", "appealUrl"], name => Assert.False(problem.TryGetProperty(name, out _), name));
        }

        using (var entered = await known.Post("/api/session", new { birthYear = 1990, acceptTerms = true }, ("X-Forwarded-For", severe)))
        {
            await entered.Json(HttpStatusCode.Created);
        }

        using (var entered = await stranger.Post("/api/session", new { birthYear = 1990, acceptTerms = true }, ("X-Forwarded-For", "203.0.113.9")))
        {
            await entered.Json(HttpStatusCode.Created);
        }

        using var usual = server.NewBrowser();
        Assert.Equal(4, await CostAt(usual, plain) / await CostAt(usual, "203.0.113.9"));
    }

    [Fact]
    public async Task An_IPv6_address_counts_by_its_network_and_a_private_one_never()
    {
        await BanFrom("2001:db8:7:7::1", "credible-threat");
        await BanFrom("10.1.2.3", "credible-threat");
        await BanFrom("127.0.0.1", "credible-threat");

        foreach (var (from, status) in new[] { ("2001:db8:7:7:ffff::9", 403), ("2001:db8:7:8::1", 201), ("10.1.2.3", 201), ("127.0.0.1", 201) })
        {
            using var browser = server.NewBrowser();
            using var answer = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true }, ("X-Forwarded-For", from));
            Assert.Equal((from, status), (from, (int)answer.StatusCode));
        }
    }

    [Theory]
    [InlineData("bad-mood", 1, "reason")]
    [InlineData("spam", -1, "until")]
    public async Task A_ban_that_cannot_be_is_refused_and_changes_nothing(string policy, int hours, string field)
    {
        await using var visitor = await HubVisitor.Enter(server.Address);
        var refused = Assert.IsType<Outcome<IssuedBan>.Refused>(await Send(
            new IssueBan(Guid.NewGuid(), visitor.Id, policy, DateTimeOffset.UtcNow.AddHours(hours), Statement, Staff)));

        Assert.Equal(field, Assert.Single(refused.Refusal.Errors!).Key);
        await visitor.Join(Pair.Request());
    }

    [Fact]
    public async Task Nobody_is_banned_who_never_was_here_or_without_a_word()
    {
        await using var visitor = await HubVisitor.Enter(server.Address);
        var unknown = await Send(new IssueBan(Guid.NewGuid(), Guid.NewGuid(), "spam", null, Statement, Staff));
        var silent = await Send(new IssueBan(Guid.NewGuid(), visitor.Id, "spam", null, "  ", Staff));

        Assert.Equal("not-found", Assert.IsType<Outcome<IssuedBan>.Refused>(unknown).Refusal.Code);
        Assert.Equal("invalid", Assert.IsType<Outcome<IssuedBan>.Refused>(silent).Refusal.Code);
    }

    [Fact]
    public async Task A_decision_is_appealed_once_with_its_link_and_without_a_session()
    {
        await using var visitor = await HubVisitor.Enter(server.Address);
        await Ban(visitor.Id);
        var link = (await visitor.Next("banned")).Text("appealUrl");
        var token = link.Split('=')[1];
        using var anybody = server.NewBrowser();

        using (var wrong = await anybody.Post("/api/appeals", new { token = token[..^2] + "AA", statement = "It was not me." }))
        using (var empty = await anybody.Post("/api/appeals", new { token, statement = " " }))
        using (var tooLong = await anybody.Post("/api/appeals", new { token, statement = new string('x', 2_001) }))
        {
            await wrong.Problem(404, "not-found");
            await empty.Problem(422, "invalid");
            await tooLong.Problem(422, "invalid");
        }

        using (var filed = await anybody.Post("/api/appeals", new { token, statement = "It was not me." }))
        {
            Assert.NotEqual(Guid.Empty, (await filed.Json(HttpStatusCode.Created)).GetProperty("appealId").GetGuid());
        }

        using (var again = await anybody.Post("/api/appeals", new { token, statement = "It was not me." }))
        {
            await again.Problem(409, "conflict");
        }

        var page = await anybody.GetStringAsync(link);
        Assert.Contains(Statement, page, StringComparison.Ordinal);
        Assert.Contains("Your appeal is with us.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("It was not me", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_out_browser_sees_why_instead_of_the_chat()
    {
        using var browser = server.NewBrowser();
        await Ban((await browser.Enter()).GetProperty("visitorId").GetGuid());

        using var chat = await browser.GetAsync("/chat");
        using var panel = await browser.Send(HttpMethod.Get, "/chat?handler=Panel", null, ("HX-Request", "true"));
        Assert.Equal("/banned", chat.Headers.Location?.ToString());
        Assert.Equal("/banned", panel.Headers.GetValues("HX-Redirect").Single());
        using var page = await browser.GetAsync("/banned");
        Assert.True(page.Headers.CacheControl?.NoStore);
        Assert.Contains(Statement, await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var stranger = server.NewBrowser();
        using var nothing = await stranger.GetAsync("/banned");
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    private static async Task Refused(HttpClient browser)
    {
        using var refused = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true });
        await refused.Problem(403, "banned");
    }

    private static async Task<int> CostAt(HttpClient browser, string from)
    {
        using var answer = await browser.Send(HttpMethod.Get, "/api/captcha", null, ("X-Forwarded-For", from));
        return (await answer.Json()).GetProperty("parameters").GetProperty("cost").GetInt32();
    }

    /// <summary>Bans somebody who is connected from an address.</summary>
    private async Task BanFrom(string address, string policy)
    {
        var (token, id) = await HubVisitor.Session(server.Address);
        await using var visitor = await HubVisitor.Connect(server.Address, token, id, from: address);
        await Ban(id, policy);
    }

    private async Task Ban(Guid visitorId, string policy = "harassment", DateTimeOffset? until = null, RunningServer? on = null)
    {
        var banned = await Send(new IssueBan(Guid.NewGuid(), visitorId, policy, until, Statement, Staff), on);
        Assert.IsType<Outcome<IssuedBan>.Done>(banned);
    }

    private async Task<T> Send<T>(IRequest<T> request, RunningServer? on = null) => await (on ?? server).Services.GetRequiredService<ISender>().Send(request);
}
