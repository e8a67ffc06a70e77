using System.Net;
using System.Text.Json;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Identity;

public sealed class SessionTests(EdgeServer edge) : IClassFixture<EdgeServer>
{
    private static readonly int Year = DateTime.UtcNow.Year;

    [Fact]
    public async Task Passing_the_gate_gives_a_session_and_a_cookie_that_scripts_cannot_read()
    {
        using var browser = edge.NewBrowser();
        using var answer = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true, displayName = " Juniper " });

        var session = await answer.Json(HttpStatusCode.Created);
        Assert.Equal(["expiresAt", "token", "visitorId"], session.EnumerateObject().Select(p => p.Name).Order());
        Assert.True(session.GetProperty("visitorId").TryGetGuid(out _));
        Assert.True(session.GetProperty("expiresAt").GetDateTimeOffset() > DateTimeOffset.UtcNow);
        var cookie = Cookie(answer, "rc_visitor");
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Under_HTTPS_the_cookies_are_secure()
    {
        using var browser = edge.NewBrowser();
        using var answer = await browser.Post(
            "/api/session", new { birthYear = 1990, acceptTerms = true }, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "198.51.100.7"));

        await answer.Json(HttpStatusCode.Created);
        Assert.All(answer.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_same_browser_stays_the_same_visitor()
    {
        using var browser = edge.NewBrowser();
        using var other = edge.NewBrowser();

        var first = await browser.Enter();
        var second = await browser.Enter();
        var third = await other.Enter();

        Assert.Equal(first.GetProperty("visitorId").GetGuid(), second.GetProperty("visitorId").GetGuid());
        Assert.NotEqual(first.GetProperty("visitorId").GetGuid(), third.GetProperty("visitorId").GetGuid());
    }

    [Theory]
    [InlineData("{", 400, "malformed")]
    [InlineData("", 400, "malformed")]
    [InlineData("[]", 400, "malformed")]
    [InlineData("null", 400, "malformed")]
    [InlineData("{}", 422, "invalid")]
    [InlineData("""{"birthYear":"1990","acceptTerms":true}""", 422, "invalid")]
    [InlineData("""{"birthYear":1990.5,"acceptTerms":true}""", 422, "invalid")]
    [InlineData("""{"birthYear":1899,"acceptTerms":true}""", 422, "invalid")]
    [InlineData("""{"birthYear":3000,"acceptTerms":true}""", 422, "invalid")]
    [InlineData("""{"birthYear":99999999999,"acceptTerms":true}""", 422, "invalid")]
    [InlineData("""{"birthYear":1990,"acceptTerms":"yes"}""", 422, "invalid")]
    [InlineData("""{"birthYear":1990,"acceptTerms":true,"displayName":5}""", 422, "invalid")]
    [InlineData("""{"birthYear":1990,"acceptTerms":true,"captcha":5}""", 422, "invalid")]
    [InlineData("""{"birthYear":1990,"acceptTerms":false}""", 422, "terms-required")]
    [InlineData("""{"birthYear":1990}""", 422, "terms-required")]
    public async Task What_does_not_fit_is_refused_and_starts_nothing(string json, int status, string code)
    {
        using var browser = edge.NewBrowser();
        using var answer = await browser.Post("/api/session", Answers.Json(json));

        var problem = await answer.Problem(status, code);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(code == "invalid", problem.TryGetProperty("errors", out _));
    }

    [Theory]
    [InlineData("12345678901234567890123456", false)]
    [InlineData("123456789012345678901234", true)]
    [InlineData("tab\there", false)]
    [InlineData("\u202Eevil", false)]
    [InlineData("\u2066evil", false)]
    [InlineData("مرحبا", true)]
    [InlineData("   ", true)]
    public async Task A_display_name_has_at_most_24_characters_that_can_be_shown(string name, bool fits)
    {
        using var browser = edge.NewBrowser();
        using var answer = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true, displayName = name });

        if (fits)
        {
            await answer.Json(HttpStatusCode.Created);
        }
        else
        {
            var problem = await answer.Problem(422, "invalid");
            Assert.Equal(["displayName"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        }
    }

    [Fact]
    public async Task Only_JSON_of_bearable_size_from_our_own_pages_is_read()
    {
        using var browser = edge.NewBrowser();
        using var form = await browser.Post("/api/session", new FormUrlEncodedContent([new("birthYear", "1990")]));
        using var large = await browser.Post("/api/session", Answers.Json("{\"x\":\"" + new string('x', 1 << 20) + "\"}"));
        using var foreign = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true }, ("Origin", "https://elsewhere.example"));
        using var own = await browser.Post(
            "/api/session", new { birthYear = 1990, acceptTerms = true }, ("Origin", edge.Server.Address.GetLeftPart(UriPartial.Authority)));

        await form.Problem(415, "unsupported-media-type");
        await large.Problem(413, "too-large");
        await foreign.Problem(403, "forbidden");
        await own.Json(HttpStatusCode.Created);
    }

    // ---- age

    [Fact]
    public async Task Whoever_turns_18_this_year_enters_and_whoever_turns_17_does_not()
    {
        using var adult = edge.NewBrowser();
        using var child = edge.NewBrowser();
        using var yes = await adult.Post("/api/session", new { birthYear = Year - 18, acceptTerms = true });
        using var no = await child.Post("/api/session", new { birthYear = Year - 17, acceptTerms = true });

        await yes.Json(HttpStatusCode.Created);
        await no.Problem(403, "age-restricted");
    }

    [Fact]
    public async Task A_browser_that_was_refused_is_refused_with_another_year_too_and_another_one_is_not()
    {
        using var browser = edge.NewBrowser();
        using var neighbour = edge.NewBrowser();
        using var refused = await browser.Post("/api/session", new { birthYear = Year - 12, acceptTerms = true });
        using var again = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true });
        using var other = await neighbour.Post("/api/session", new { birthYear = 1990, acceptTerms = true });

        await refused.Problem(403, "age-restricted");
        Assert.Contains("expires", Cookie(refused, "rc_gate"), StringComparison.OrdinalIgnoreCase);
        await again.Problem(403, "age-restricted");
        await other.Json(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("198.51.100.20", "198.51.100.20", "phone", "phone", true, false)]
    [InlineData("198.51.100.21", "198.51.100.22", "phone", "phone", false, false)]
    [InlineData("198.51.100.23", "198.51.100.23", "phone", "laptop", false, false)]
    [InlineData("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", "phone", "phone", true, false)]
    [InlineData("2001:db8:1:3::5", "2001:db8:1:4::5", "phone", "phone", false, false)]
    [InlineData("192.168.1.20", "192.168.1.20", "phone", "phone", false, false)]
    [InlineData("10.0.0.20", "10.0.0.20", "phone", "phone", false, false)]
    [InlineData("127.0.0.1", "127.0.0.1", "phone", "phone", false, false)]
    [InlineData("198.51.100.24", "198.51.100.24", "phone", "phone", false, true)]
    public async Task A_refusal_is_remembered_for_the_same_public_address_and_program_without_our_cookie(
        string refusedAt, string triedAt, string refusedWith, string triedWith, bool refused, bool hasOurCookie)
    {
        using var child = edge.NewBrowser();
        using var next = edge.NewBrowser();
        if (hasOurCookie)
        {
            using var before = await next.Post(
                "/api/session", new { birthYear = 1990, acceptTerms = true }, ("X-Forwarded-For", "198.51.100.99"), ("User-Agent", triedWith));
            await before.Json(HttpStatusCode.Created);
        }

        using var first = await child.Post(
            "/api/session", new { birthYear = Year - 12, acceptTerms = true }, ("X-Forwarded-For", refusedAt), ("User-Agent", refusedWith));
        using var second = await next.Post(
            "/api/session", new { birthYear = 1990, acceptTerms = true }, ("X-Forwarded-For", triedAt), ("User-Agent", triedWith));

        await first.Problem(403, "age-restricted");
        Assert.Equal(refused ? HttpStatusCode.Forbidden : HttpStatusCode.Created, second.StatusCode);
    }

    // ---- tokens

    [Fact]
    public async Task A_token_is_taken_from_the_header_or_the_cookie_and_from_the_address_only_for_the_hub()
    {
        using var browser = edge.NewBrowser();
        using var plain = edge.NewBrowser();
        var token = (await browser.Enter()).GetProperty("token").GetString()!;

        using var byCookie = await browser.GetAsync("/api/preferences");
        using var byHeader = await plain.Send(HttpMethod.Get, "/api/preferences", null, ("Authorization", $"Bearer {token}"));
        using var byAddress = await plain.GetAsync($"/api/preferences?access_token={token}");
        using var hub = await plain.Post($"/hubs/chat/negotiate?negotiateVersion=1&access_token={token}");
        using var tampered = await plain.Send(HttpMethod.Get, "/api/preferences", null, ("Authorization", $"Bearer {token[..^4]}AAAA"));

        await byCookie.Json();
        await byHeader.Json();
        await byAddress.Problem(401, "no-session");
        await hub.Json();
        await tampered.Problem(401, "no-session");
    }

    [Fact]
    public async Task Tokens_and_refusals_outlive_a_restart()
    {
        var data = Directory.CreateTempSubdirectory("randomchat-test-");
        string token;
        await using (var first = await RunningServer.Start(EdgeServer.Settings, data.FullName))
        {
            using var browser = first.NewBrowser();
            token = (await browser.Enter()).GetProperty("token").GetString()!;
        }

        await using (var second = await RunningServer.Start(EdgeServer.Settings, data.FullName))
        {
            using var browser = second.NewBrowser().As(token);
            using var answer = await browser.GetAsync("/api/preferences");
            await answer.Json();
        }

        data.Delete(recursive: true);
    }

    [Fact]
    public async Task No_token_name_or_address_is_logged()
    {
        using var browser = edge.NewBrowser();
        using var answer = await browser.Post(
            "/api/session", new { birthYear = 1990, acceptTerms = true, displayName = "Unmistakable" }, ("X-Forwarded-For", "198.51.100.77"));
        var token = (await answer.Json(HttpStatusCode.Created)).GetProperty("token").GetString()!;
        using var plain = edge.NewBrowser();
        using var hub = await plain.Post($"/hubs/chat/negotiate?negotiateVersion=1&access_token={token}");
        await hub.Json();

        Assert.NotEmpty(edge.Server.Log.Lines);
        foreach (var secret in new[] { token, "Unmistakable", "198.51.100.77" })
        {
            Assert.DoesNotContain(edge.Server.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        }
    }

    // ---- antiforgery, preferences

    [Theory]
    [InlineData("PUT", "/api/preferences")]
    [InlineData("POST", "/api/match/start")]
    [InlineData("POST", "/api/match/stop")]
    [InlineData("POST", "/api/report")]
    [InlineData("POST", "/api/block")]
    public async Task What_a_browser_sends_by_itself_is_refused_without_the_antiforgery_token(string method, string path)
    {
        using var browser = edge.NewBrowser();
        await browser.Enter();

        using var answer = await browser.Send(new(method), path, new { mode = "text" });
        using var forged = await browser.Send(new(method), path, new { mode = "text" }, ("RequestVerificationToken", "made-up"));

        await answer.Problem(403, "forbidden");
        await forged.Problem(403, "forbidden");
    }

    [Fact]
    public async Task Preferences_are_kept_for_the_session()
    {
        using var browser = edge.NewBrowser();
        var token = (await browser.Enter()).GetProperty("token").GetString()!;
        using var client = edge.NewBrowser().As(token);
        using var before = await client.GetAsync("/api/preferences");
        using var put = await client.Send(HttpMethod.Put, "/api/preferences", new { mode = "video", language = "pt-BR", interests = new[] { " Chess ", "chess", "Tea" } });
        using var after = await client.GetAsync("/api/preferences");
        using var wrong = await client.Send(HttpMethod.Put, "/api/preferences", new { mode = "radio" });
        using var unchanged = await client.GetAsync("/api/preferences");

        Assert.Empty((await before.Json()).GetProperty("interests").EnumerateArray());
        await put.Json();
        var kept = await after.Json();
        Assert.Equal("video", kept.GetProperty("mode").GetString());
        Assert.Equal("pt-br", kept.GetProperty("language").GetString());
        Assert.Equal(["chess", "tea"], kept.GetProperty("interests").EnumerateArray().Select(interest => interest.GetString()!));
        await wrong.Problem(422, "invalid");
        Assert.Equal(kept.ToString(), (await unchanged.Json()).ToString());
    }

    private static string Cookie(HttpResponseMessage answer, string name) =>
        Assert.Single(answer.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith(name + "=", StringComparison.Ordinal));
}
