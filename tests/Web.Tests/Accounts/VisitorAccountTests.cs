using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Engines;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>Visitors who make an account: what it keeps, whom it lets in, and what it takes along.</summary>
public sealed class VisitorAccountTests
{
    private const string Password = "a lantern in the orchard";

    private static Dictionary<string, string?> Settings => new(Moderator.Unlimited) { ["Limits:Registrations:Enabled"] = "false" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_account_keeps_the_visitor_and_the_preferences_over_browsers_and_restarts_until_it_is_erased(bool postgres)
    {
        var data = Directory.CreateTempSubdirectory("randomchat-test-").FullName;
        try
        {
            var settings = Settings;
            if (postgres)
            {
                settings["ConnectionStrings:Postgres"] = await (await PostgresServer.Shared()).NewDatabase();
            }

            Guid visitorId;
            await using (var before = await HubServer.With(settings, data))
            {
                var (token, id) = await HubVisitor.Session(before.Address, "Robin");
                visitorId = id;
                using var ann = new HttpClient { BaseAddress = before.Address }.As(token);
                using var registered = await ann.Post("/api/register", new { username = "ann.lantern", password = Password, email = "ann@example.org" });
                var account = await registered.Json(HttpStatusCode.Created);
                Assert.Equal(visitorId, account.GetProperty("accountId").GetGuid());
                Assert.Equal(10, account.GetProperty("recoveryCodes").GetArrayLength());

                // A program goes on with the token that it has, or with the new one.
                using var goesOn = await ann.GetAsync("/api/preferences");
                await goesOn.Json();
                ann.As(account.Text("token"));
                using var put = await ann.Send(HttpMethod.Put, "/api/preferences", new { language = "de", interests = new[] { "chess" }, mode = "video" });
                await put.Json();
                using var twice = await ann.Post("/api/register", new { username = "ann.again", password = Password });
                await twice.Problem(409, "conflict");
            }

            await using var after = await HubServer.With(settings, data);
            var later = await SignIn(after, "ANN.Lantern", Password);
            using var anywhere = new HttpClient { BaseAddress = after.Address }.As(later);
            using var kept = await anywhere.GetAsync("/api/preferences");
            var preferences = await kept.Json();
            Assert.Equal(("de", "video"), (preferences.Text("language"), preferences.Text("mode")));
            await Wait.Until(async () =>
            {
                using var answer = await anywhere.GetAsync("/api/me/export");
                return answer.IsSuccessStatusCode && await answer.Json() is var export
                    && (export.GetProperty("account").Text("username"), export.GetProperty("account").Text("email")) == ("ann.lantern", "ann@example.org")
                    && export.GetProperty("accountHistory").GetArrayLength() == 1 && export.GetProperty("signIns").GetArrayLength() == 1;
            });

            using var erased = await anywhere.DeleteAsync("/api/me");
            Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
            using var gone = await anywhere.Post("/api/login", new { username = "ann.lantern", password = Password });
            await gone.Problem(401, "bad-credentials");
            if (!postgres)
            {
                Assert.Empty(after.FilesWith("ann.lantern"u8.ToArray()).Concat(after.FilesWith("ANN.LANTERN"u8.ToArray())));
            }

            // The name is free again.
            var (newToken, newId) = await HubVisitor.Session(after.Address);
            Assert.NotEqual(visitorId, newId);
            using var other = new HttpClient { BaseAddress = after.Address }.As(newToken);
            using var again = await other.Post("/api/register", new { username = "ann.lantern", password = Password });
            await again.Json(HttpStatusCode.Created);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_no_account_is_refused_field_by_field_and_nothing_is_made()
    {
        await using var server = await HubServer.With(Settings);
        using var nobody = new HttpClient { BaseAddress = server.Address };
        using (var answer = await nobody.Post("/api/register", new { username = "somebody", password = Password }))
        {
            await answer.Problem(401, "no-session");
        }

        var (token, _) = await HubVisitor.Session(server.Address);
        using var ann = new HttpClient { BaseAddress = server.Address }.As(token);
        foreach (var (body, field) in new (object, string)[]
        {
            (new { username = "ab", password = Password }, "username"),
            (new { username = new string('a', 33), password = Password }, "username"),
            (new { username = "two words", password = Password }, "username"),
            (new { username = "ann", password = "elevenchars" }, "password"),
            (new { username = "ann", password = "password12345" }, "password"),
            (new { username = "ann", password = new string('x', 257) }, "password"),
            (new { username = "ann", password = Password, email = "no address" }, "email"),
            (new { username = "ann", password = Password, email = "Ann <ann@example.org>" }, "email"),
            (new { password = Password }, "username"),
        })
        {
            using var answer = await ann.Post("/api/register", body);
            Assert.True((await answer.Problem(422, "invalid")).GetProperty("errors").TryGetProperty(field, out _), $"{body} is wrong in {field}.");
        }

        using var login = await ann.Post("/api/login", new { username = "ann", password = Password });
        await login.Problem(401, "bad-credentials");

        // None of it ended the session, and a proper one is still made; its name is taken for others in any case.
        await Register(ann, "ann");
        var (second, _) = await HubVisitor.Session(server.Address);
        using var bob = new HttpClient { BaseAddress = server.Address }.As(second);
        using var taken = await bob.Post("/api/register", new { username = "ANN", password = Password });
        await taken.Problem(409, "conflict");
    }

    [Fact]
    public async Task A_ban_on_the_visitor_is_a_ban_on_the_account_which_is_told_why_in_an_unknown_browser_and_may_still_be_erased()
    {
        await using var server = await HubServer.With(Settings);
        using var staff = await Moderator.SignIn(server.Address);
        var (token, id) = await HubVisitor.Session(server.Address);
        using var ann = new HttpClient { BaseAddress = server.Address }.As(token);
        await Register(ann, "ann");
        using (var ban = await staff.Post("/api/admin/bans", new { visitorId = id, reason = "harassment", statement = "This was harassment." }))
        {
            await ban.Json(HttpStatusCode.Created);
        }

        using var elsewhere = server.NewBrowser();
        using var answer = await elsewhere.Post("/api/login", new { username = "ann", password = Password });
        var problem = await answer.Problem(403, "banned");
        Assert.Equal(("harassment", "This was harassment.", JsonValueKind.Null), (
            problem.Text("reason"), problem.Text("statement"), problem.GetProperty("until").ValueKind));
        Assert.StartsWith("/appeal?token=", problem.Text("appealUrl"), StringComparison.Ordinal);

        using var data = new HttpClient { BaseAddress = server.Address }.As(problem.Text("token"));
        using (var chat = await data.Post("/api/match/start", new { mode = "text" }))
        {
            await chat.Problem(403, "banned");
        }

        // On the page the same: signed in, and shown why.
        using var page = await SignInOnPage(elsewhere, "ann", Password);
        Assert.Equal("/banned", page.Headers.Location?.OriginalString);
        Assert.Contains("This was harassment.", await elsewhere.GetStringAsync("/banned"), StringComparison.Ordinal);
        using (var account = await elsewhere.GetAsync("/account"))
        {
            Assert.Equal("/banned", account.Headers.Location?.OriginalString);
        }

        using var erased = await data.DeleteAsync("/api/me");
        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
    }

    [Fact]
    public async Task Signing_out_and_a_new_password_end_every_session_and_a_recovery_code_is_good_once()
    {
        await using var server = await HubServer.With(Settings);
        var (token, id) = await HubVisitor.Session(server.Address);
        using var ann = new HttpClient { BaseAddress = server.Address }.As(token);
        var codes = (await Register(ann, "ann")).GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!).ToArray();
        using var other = new HttpClient { BaseAddress = server.Address }.As(await SignIn(server, "ann", Password));
        await using (var hub = await HubVisitor.Connect(server.Address, await SignIn(server, "ann", Password), id))
        {
            using (var left = await ann.Post("/api/logout"))
            {
                Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
            }

            await hub.Closed;
        }

        using (var ended = await other.GetAsync("/api/preferences"))
        {
            await ended.Problem(401, "no-session");
        }

        using var browser = server.NewBrowser();
        using (var wrong = await Recover(browser, "ann", "aaaaaaaa-aaaaaaaa", "another lantern altogether"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using (var weak = await Recover(browser, "ann", codes[0], "password12345"))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, weak.StatusCode);
        }

        using (var recovered = await Recover(browser, "ann", codes[0], "another lantern altogether"))
        {
            Assert.Equal("/chat", recovered.Headers.Location?.OriginalString);
        }

        Assert.Contains("9 left", await browser.GetStringAsync("/account"), StringComparison.Ordinal);
        using (var used = await Recover(browser, "ann", codes[0], "yet another lantern"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, used.StatusCode);
        }

        using var stale = await ann.Post("/api/login", new { username = "ann", password = Password });
        await stale.Problem(401, "bad-credentials");
        Assert.NotEmpty(await SignIn(server, "ann", "another lantern altogether"));
    }

    [Fact]
    public async Task On_the_page_an_account_is_made_its_password_changed_and_left_and_a_session_of_before_does_not_come_back()
    {
        await using var server = await HubServer.With(Settings);
        using var browser = server.NewBrowser();
        Assert.Contains("not needed to chat", await browser.GetStringAsync("/account"), StringComparison.Ordinal);
        using var entered = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true });
        var visitor = (await entered.Json(HttpStatusCode.Created)).GetProperty("visitorId").GetGuid();
        var before = entered.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("rc_visitor=", StringComparison.Ordinal)).Split(';')[0];

        var page = await browser.GetStringAsync("/account");
        using (var forged = await browser.PostAsync("/account", new FormUrlEncodedContent([new("username", "robin"), new("password", Password)])))
        {
            Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        }

        using (var weak = await browser.PostForm("/account", page, ("username", "robin"), ("password", "robin robin robin"), ("email", "")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, weak.StatusCode);
            Assert.Contains("everybody tries first", await weak.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var made = await browser.PostForm("/account", page, ("username", "robin"), ("password", Password), ("email", "")))
        {
            var text = await made.Content.ReadAsStringAsync();
            Assert.Equal(10, Regex.Count(text, "<li><code>[a-z2-7]{8}-[a-z2-7]{8}</code></li>"));
        }

        // Whoever kept the cookie of before the account has nothing of it.
        using (var fixated = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/api/preferences")) { Headers = { { "Cookie", before } } })
        using (var plain = new HttpClient(new SocketsHttpHandler { UseCookies = false }))
        using (var refused = await plain.SendAsync(fixated))
        {
            await refused.Problem(401, "no-session");
        }

        page = await browser.GetStringAsync("/account");
        using (var wrong = await browser.PostForm("/account?handler=Password", page, ("current", "not that one, surely"), ("password", "another lantern altogether")))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        // A password that no door takes is none.
        using (var endless = await browser.PostForm("/account?handler=Password", page, ("current", Password), ("password", string.Concat(Enumerable.Repeat("lantern ", 32)) + "x")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, endless.StatusCode);
            Assert.Contains("12 to 256 characters", await endless.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var changed = await browser.PostForm("/account?handler=Password", page, ("current", Password), ("password", "another lantern altogether")))
        {
            Assert.Contains("Your password is changed", await changed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // The session goes on: whoever changes a password has not signed in.
        Assert.DoesNotContain("visitors.session.resumed.v1", await Recorded(server, StreamName.For("visitor", visitor)));

        page = await browser.GetStringAsync("/account");
        Assert.Contains("robin", page, StringComparison.Ordinal);
        using (var codes = await browser.PostForm("/account?handler=Codes", page, ("current", "another lantern altogether")))
        {
            Assert.Contains("The codes of before are good no longer.", await codes.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var left = await browser.PostForm("/account?handler=SignOut", await browser.GetStringAsync("/account")))
        {
            Assert.Equal("/", left.Headers.Location?.OriginalString);
        }

        // At the gate a browser that signed out is somebody new, and signing in makes it the same visitor again.
        Assert.NotEqual(visitor, (await browser.Enter()).GetProperty("visitorId").GetGuid());
        using (var back = await SignInOnPage(browser, "robin", "another lantern altogether"))
        {
            Assert.Equal("/chat", back.Headers.Location?.OriginalString);
        }

        Assert.Equal(visitor, (await browser.Enter()).GetProperty("visitorId").GetGuid());
    }

    [Fact]
    public async Task The_badge_is_the_staffs_to_give_and_partners_see_it()
    {
        await using var server = await HubServer.With(Settings);
        using var staff = await Moderator.SignIn(server.Address);
        var (token, id) = await HubVisitor.Session(server.Address, "Robin");
        using var ann = new HttpClient { BaseAddress = server.Address }.As(token);
        using (var none = await staff.Send(HttpMethod.Put, $"/api/admin/visitors/{id}/badge"))
        {
            await none.Problem(404, "not-found");
        }

        var account = await Register(ann, "robin");
        using (var own = await ann.As(account.Text("token")).Send(HttpMethod.Put, $"/api/admin/visitors/{id}/badge"))
        {
            await own.Problem(403, "forbidden");
        }

        using (var granted = await staff.Send(HttpMethod.Put, $"/api/admin/visitors/{id}/badge"))
        {
            Assert.Equal(HttpStatusCode.NoContent, granted.StatusCode);
        }

        var request = Pair.Request();
        await using var robin = await HubVisitor.Connect(server.Address, account.Text("token"), id);
        await using var bob = await HubVisitor.Enter(server.Address);
        await robin.Join(request);
        await bob.Join(request);
        var (bobs, robins) = (await bob.Next("match_found"), await robin.Next("match_found"));
        Assert.Equal(["verified"], bobs.GetProperty("peer").GetProperty("badges").EnumerateArray().Select(badge => badge.GetString()));
        Assert.Empty(robins.GetProperty("peer").GetProperty("badges").EnumerateArray());
    }

    private static async Task<List<string>> Recorded(RunningServer server, StreamName stream)
    {
        var types = new List<string>();
        await foreach (var recorded in server.Services.GetRequiredService<IEventStore>().Read(stream, 0, default))
        {
            types.Add(recorded.Type);
        }

        return types;
    }

    private static async Task<JsonElement> Register(HttpClient visitor, string name)
    {
        using var answer = await visitor.Post("/api/register", new { username = name, password = Password });
        var account = await answer.Json(HttpStatusCode.Created);
        visitor.As(account.Text("token"));
        return account;
    }

    private static async Task<string> SignIn(RunningServer server, string name, string password)
    {
        using var http = server.NewBrowser();
        using var answer = await http.Post("/api/login", new { username = name, password });
        var signedIn = await answer.Json();
        Assert.Equal(0, signedIn.GetProperty("roles").GetArrayLength());
        return signedIn.Text("token");
    }

    private static async Task<HttpResponseMessage> SignInOnPage(HttpClient browser, string name, string password) => await browser.PostForm(
        "/account/sign-in", await browser.GetStringAsync("/account/sign-in"), ("username", name), ("password", password));

    private static async Task<HttpResponseMessage> Recover(HttpClient browser, string name, string code, string password) => await browser.PostForm(
        "/account/recover", await browser.GetStringAsync("/account/recover"), ("username", name), ("code", code), ("password", password));
}
