using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using RandomChat.Engines;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>Who signs in as staff, and what that opens.</summary>
public sealed class LoginTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_administrator_of_the_settings_signs_in_over_restarts_until_signing_out(bool postgres)
    {
        var data = Directory.CreateTempSubdirectory("randomchat-test-").FullName;
        try
        {
            var settings = Moderator.Unlimited;
            if (postgres)
            {
                settings["ConnectionStrings:Postgres"] = await (await PostgresServer.Shared()).NewDatabase();
            }

            string token;
            await using (var before = await HubServer.With(settings, data))
            {
                using var http = before.NewBrowser();
                using var answer = await http.Post("/api/login", new { username = "MORGAN", password = Moderator.Password });
                var signedIn = await answer.Json();
                token = signedIn.Text("token");
                Assert.Equal([StaffRoles.Administrator], signedIn.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
            }

            await using var after = await HubServer.With(settings, data);
            using var staff = new HttpClient { BaseAddress = after.Address }.As(token);
            await Wait.Until(async () =>
            {
                // Unavailable until the read models are built.
                using var open = await staff.GetAsync("/api/admin/appeals");
                return open.IsSuccessStatusCode && (await open.Json()).GetProperty("soleStaff").GetBoolean();
            });
            using var left = await staff.Post("/api/logout");
            Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
            using var closed = await staff.GetAsync("/api/admin/appeals");
            await closed.Problem(401, "no-session");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike()
    {
        await using var server = await HubServer.With(Moderator.Unlimited);
        using var http = server.NewBrowser();
        using var wrong = await http.Post("/api/login", new { username = Moderator.Name, password = "not that one, surely" });
        using var unknown = await http.Post("/api/login", new { username = "nobody", password = "not that one, surely" });

        var (first, second) = (await wrong.Problem(401, "bad-credentials"), await unknown.Problem(401, "bad-credentials"));
        Assert.Equal(first.Text("detail"), second.Text("detail"));
    }

    [Fact]
    public async Task Signing_in_is_limited_by_address_and_by_name()
    {
        var settings = new Dictionary<string, string?>(Moderator.Unlimited)
        {
            ["Limits:SignIns:Enabled"] = "true",
            ["Limits:SignIns:Burst"] = "2",
            ["Limits:SignInsByName:Burst"] = "2",
            ["ForwardedHeaders:KnownProxies"] = "127.0.0.1,::1",
        };
        await using var server = await HubServer.With(settings);
        using var http = server.NewBrowser();
        foreach (var (name, from, status) in new[]
        {
            ("one", "203.0.113.1", 401), ("two", "203.0.113.1", 401), ("three", "203.0.113.1", 429),
            ("morgan", "203.0.113.2", 401), ("Morgan", "203.0.113.3", 401), ("MORGAN", "203.0.113.4", 429),
        })
        {
            using var answer = await http.Post("/api/login", new { username = name, password = "not that one, surely" }, ("X-Forwarded-For", from));
            Assert.Equal((name, status), (name, (int)answer.StatusCode));
            Assert.Equal(status == 429, answer.Headers.RetryAfter is not null);
        }

        // It is one name however it is written, at every door: with blanks around it, or with a Kelvin sign for its K.
        foreach (var (door, name, from, status) in new[]
        {
            ("/api/login", "kim", "203.0.113.5", 401), ("/account/sign-in", " \u212Aim  ", "203.0.113.6", 401),
            ("/account/sign-in", "KIM\t", "203.0.113.7", 429), ("/account/recover", " kim", "203.0.113.8", 429),
            ("/admin/sign-in", "kim ", "203.0.113.9", 429), ("/api/login", "\u212AIM", "203.0.113.10", 429),
        })
        {
            using var browser = server.NewBrowser();
            var page = door.StartsWith("/api", StringComparison.Ordinal) ? null : await browser.GetStringAsync(door);
            browser.DefaultRequestHeaders.Add("X-Forwarded-For", from);
            using var answer = page is null
                ? await browser.Post(door, new { username = name, password = "not that one, surely" })
                : await browser.PostForm(door, page, ("username", name), ("password", "not that one, surely"), ("code", "aaaaaaaa-aaaaaaaa"));
            Assert.Equal((door, name, status), (door, name, (int)answer.StatusCode));
        }
    }

    [Fact]
    public async Task Whoever_fails_again_and_again_from_one_address_does_not_keep_the_names_owner_out()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["ForwardedHeaders:KnownProxies"] = "127.0.0.1,::1" });
        using var http = server.NewBrowser();
        for (var i = 0; i < 12; i++)
        {
            using var failed = await http.Post(
                "/api/login", new { username = Moderator.Name, password = "not that one, surely" }, ("X-Forwarded-For", "203.0.113.1"));
            Assert.Equal((i, i < 10 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests), (i, failed.StatusCode));
        }

        using var signedIn = await http.Post(
            "/api/login", new { username = Moderator.Name, password = Moderator.Password }, ("X-Forwarded-For", "203.0.113.2"));
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
    }

    [Fact]
    public async Task Nobody_but_moderators_and_administrators_gets_at_what_the_staff_does()
    {
        await using var server = await HubServer.With(Moderator.Unlimited);
        await using var visitor = await HubVisitor.Enter(server.Address);
        using var rest = visitor.Rest();
        using var anonymous = server.NewBrowser();
        using var analyst = await Moderator.Another(server, "avery", StaffRoles.Analyst);
        using var moderator = await Moderator.Another(server, "robin");
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "/api/admin/reports", null), (HttpMethod.Get, $"/api/admin/reports/{Guid.NewGuid()}", null),
            (HttpMethod.Post, "/api/admin/bans", new { visitorId = visitor.Id, reason = "spam", statement = "No." }),
            (HttpMethod.Delete, $"/api/admin/bans/{visitor.Id}", new { statement = "No." }), (HttpMethod.Get, "/api/admin/appeals", null),
            (HttpMethod.Post, $"/api/admin/appeals/{Guid.NewGuid()}", new { outcome = "overturned", statement = "No." }),
            (HttpMethod.Post, $"/api/admin/cases/{Guid.NewGuid()}/dismiss", null),
        })
        {
            using var first = await anonymous.Send(method, path, body);
            using var second = await rest.Send(method, path, body);
            using var third = await analyst.Send(method, path, body);
            await first.Problem(401, "no-session");
            await second.Problem(403, "forbidden");
            await third.Problem(403, "forbidden");
        }

        using var allowed = await moderator.GetAsync("/api/admin/reports");
        Assert.Equal(JsonValueKind.Array, (await allowed.Json()).GetProperty("items").ValueKind);

        // A token of the staff is nobody's session, and the other way round.
        using var notAVisitor = await moderator.GetAsync("/api/me/export");
        await notAVisitor.Problem(401, "no-session");
    }

    [Fact]
    public async Task With_nobody_on_the_staff_an_administrator_is_made_and_the_password_told_once()
    {
        await using var server = new ServerProcess();
        await server.Start();
        var told = Regex.Match(server.Output, "The first administrator is (?<name>[a-z]+) with the password (?<password>[0-9a-f]{24})");
        Assert.True(told.Success, server.Output);
        await server.Terminate();
        await server.Start();

        Assert.Single(Regex.Matches(server.Output, "The first administrator is"));
        using var http = new HttpClient { BaseAddress = server.Address };
        using var answer = await http.Post("/api/login", new { username = told.Groups["name"].Value, password = told.Groups["password"].Value });
        Assert.Equal([StaffRoles.Administrator], (await answer.Json()).GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("password12345")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("morganmorgan1")]
    public async Task A_server_does_not_start_with_a_bad_password_for_its_administrator(string password)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => HubServer.With(new Dictionary<string, string?>
        {
            ["Staff:Bootstrap:Username"] = Moderator.Name,
            ["Staff:Bootstrap:Password"] = password,
        }));
        Assert.StartsWith("RandomChat cannot start. Staff:Bootstrap", RandomChat.Web.Hosting.StartFailure.Explain(failure), StringComparison.Ordinal);
    }
}
