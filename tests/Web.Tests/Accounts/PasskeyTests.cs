using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;
using RandomChat.Engines;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>Passkeys: for a visitor in place of name and password, for the staff in place of a code.</summary>
public sealed partial class PasskeyTests
{
    private const string Password = "a lantern in the orchard";

    [Theory]
    [InlineData(false)]
    [InlineData(true, Explicit = true)]
    public async Task A_visitors_passkey_signs_in_anywhere_and_nothing_else_does(bool postgres)
    {
        var settings = new Dictionary<string, string?>(Moderator.Unlimited) { ["Limits:Registrations:Enabled"] = "false" };
        if (postgres)
        {
            settings["ConnectionStrings:Postgres"] = await (await PostgresServer.Shared()).NewDatabase();
        }

        await using var server = await RunningServer.Start(settings);
        using var passkey = new TestPasskey(Origin(server));
        using var browser = NewBrowser(server);
        Assert.Equal("/account", (await browser.GetAsync("/account/passkeys")).Headers.Location?.OriginalString);
        var visitor = (await browser.Enter()).GetProperty("visitorId").GetGuid();
        using (var made = await browser.PostForm("/account", await browser.GetStringAsync("/account"), ("username", "robin"), ("password", Password), ("email", "")))
        {
            Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        }

        // For whoever knows the password, and in the browser that asked.
        var page = await browser.GetStringAsync("/account/passkeys");
        using (var wrong = await browser.PostForm("/account/passkeys?handler=Options", page, ("current", "not that one, surely")))
        {
            Assert.Equal("bad-credentials", JsonDocument.Parse(await Text(wrong, HttpStatusCode.Unauthorized)).RootElement.GetProperty("code").GetString());
        }

        using (var unasked = await Add(browser, "{}", "Phone"))
        {
            Assert.Contains("took too long", await Text(unasked, HttpStatusCode.Conflict), StringComparison.Ordinal);
        }

        foreach (var spoil in new Action[] { () => passkey.Origin = "https://elsewhere.example", () => (passkey.Origin, passkey.Verifies) = (Origin(server), false) })
        {
            spoil();
            using var spoiled = await Add(browser, passkey.Create(await AddingOptions(browser)), "Phone");
            Assert.Contains("cannot use", await Text(spoiled, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        }

        passkey.Verifies = true;
        using (var endless = await Add(browser, passkey.Create(await AddingOptions(browser)), new string('x', 41)))
        {
            Assert.Contains("40 characters at most", await Text(endless, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        }

        using (var added = await Add(browser, passkey.Create(await AddingOptions(browser)), "<b>Phone"))
        {
            Assert.Contains("&lt;b&gt;Phone", await Text(added, HttpStatusCode.OK), StringComparison.Ordinal);
        }

        // In any browser, as the same visitor.
        using var elsewhere = NewBrowser(server);
        var kept = passkey.Sign(await Options(elsewhere, "/account/sign-in"));
        using (var entered = await Show(elsewhere, kept))
        {
            Assert.Equal("/chat", entered.Headers.Location?.OriginalString);
        }

        Assert.Equal(visitor, (await elsewhere.Enter()).GetProperty("visitorId").GetGuid());

        // An answer is good once and there; one to another page, or of nobody's finger, is none.
        using var stranger = NewBrowser(server);
        await Refused(kept);
        await Options(stranger, "/account/sign-in");
        await Refused(kept);
        passkey.Origin = "https://elsewhere.example";
        await Refused(passkey.Sign(await Options(stranger, "/account/sign-in")));
        (passkey.Origin, passkey.Count) = (Origin(server), 0);
        await Refused(passkey.Sign(await Options(stranger, "/account/sign-in")));
        (passkey.Count, passkey.Verifies) = (10, false);
        await Refused(passkey.Sign(await Options(stranger, "/account/sign-in")));
        passkey.Verifies = true;
        foreach (var broken in new[] { "", "{}", "[", new string('x', 20_000) })
        {
            await Options(stranger, "/account/sign-in");
            await Refused(broken);
        }

        // It is a way into the account and nothing more: the log says so, and so does the visitor's own data.
        Assert.Contains("accounts.passkey.added.v1", await Recorded(server, StreamName.For("account", visitor)));
        page = await browser.GetStringAsync("/account/passkeys");
        var id = PasskeyId().Match(page).Groups[1].Value;
        using (var unknown = await browser.PostForm("/account/passkeys?handler=Remove", page, ("id", "AAAA")))
        {
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        }

        using (var removed = await browser.PostForm("/account/passkeys?handler=Remove", page, ("id", id)))
        {
            Assert.DoesNotContain("&lt;b&gt;Phone", await Text(removed, HttpStatusCode.OK), StringComparison.Ordinal);
        }

        await Refused(passkey.Sign(await Options(stranger, "/account/sign-in")));
        Assert.Contains("accounts.passkey.removed.v1", await Recorded(server, StreamName.For("account", visitor)));
        if (!postgres)
        {
            Assert.Empty(server.FilesWith(passkey.Id));
        }

        async Task Refused(string credential)
        {
            using var refused = await Show(stranger, credential);
            Assert.Contains("no passkey of an account here", await Text(refused, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
            Assert.Equal("/account", (await stranger.GetAsync("/account/passkeys")).Headers.Location?.OriginalString);
        }
    }

    [Fact]
    public async Task Passkeys_end_with_the_account_and_a_ban_holds_for_who_shows_one()
    {
        await using var server = await RunningServer.Start(Moderator.Unlimited);
        using var passkey = new TestPasskey(Origin(server));
        using var browser = NewBrowser(server);
        var visitor = (await browser.Enter()).GetProperty("visitorId").GetGuid();
        (await browser.PostForm("/account", await browser.GetStringAsync("/account"), ("username", "robin"), ("password", Password), ("email", ""))).Dispose();
        (await Add(browser, passkey.Create(await AddingOptions(browser)), "Phone")).Dispose();
        using (var staff = await Moderator.SignIn(server.Address))
        using (var banned = await staff.Post("/api/admin/bans", new { visitorId = visitor, reason = "spam", statement = "Adverts." }))
        {
            Assert.Equal(HttpStatusCode.Created, banned.StatusCode);
        }

        using var elsewhere = NewBrowser(server);
        await Wait.Until(async () =>
        {
            using var entered = await Show(elsewhere, passkey.Sign(await Options(elsewhere, "/account/sign-in")));
            return entered.Headers.Location?.OriginalString == "/banned";
        });
        Assert.Equal("/banned", (await elsewhere.GetAsync("/account/passkeys")).Headers.Location?.OriginalString);

        using (var erased = await elsewhere.PostForm("/my-data", await elsewhere.GetStringAsync("/my-data"), ("sure", "true")))
        {
            Assert.True(erased.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect, erased.StatusCode.ToString());
        }

        using var gone = await Show(elsewhere, passkey.Sign(await Options(elsewhere, "/account/sign-in")));
        Assert.Equal(HttpStatusCode.Unauthorized, gone.StatusCode);
        Assert.Empty(server.FilesWith(passkey.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true, Explicit = true)]
    public async Task Staff_enrol_with_a_passkey_and_show_it_beside_the_password_until_the_second_factor_is_reset(bool postgres)
    {
        var settings = new Dictionary<string, string?>(Moderator.Unlimited) { ["Staff:RequireTwoFactor"] = "true" };
        if (postgres)
        {
            settings["ConnectionStrings:Postgres"] = await (await PostgresServer.Shared()).NewDatabase();
        }

        await using var server = await RunningServer.Start(settings);
        var staff = server.Services.GetRequiredService<StaffAccounts>();
        var robin = Assert.IsType<Enlistment.Done>(await staff.Enlist("robin", Moderator.Password, StaffRoles.Administrator)).StaffId;
        using var mine = new TestPasskey(Origin(server));
        using var theirs = new TestPasskey(Origin(server));
        using var morgan = NewBrowser(server);
        var codes = await Enrol(morgan, Moderator.Name, mine);
        using (var other = NewBrowser(server))
        {
            await Enrol(other, "robin", theirs);
        }

        using var browser = NewBrowser(server);
        await Refused(Moderator.Name, Moderator.Password, "");
        await Refused(Moderator.Name, Moderator.Password, theirs.Sign(await Options(browser, "/admin/sign-in")));
        await Refused(Moderator.Name, "not that one, surely", mine.Sign(await Options(browser, "/admin/sign-in")));
        await Refused("robin", Moderator.Password, mine.Sign(await Options(browser, "/admin/sign-in")));
        using (var entered = await Enter(browser, Moderator.Name, Moderator.Password, mine.Sign(await Options(browser, "/admin/sign-in"))))
        {
            Assert.Equal("/admin", entered.Headers.Location?.OriginalString);
        }

        // The last one stays, unless there is another; a recovery code is good without any app.
        var page = await browser.GetStringAsync("/admin/passkeys");
        using (var last = await browser.PostForm("/admin/passkeys?handler=Remove", page, ("id", PasskeyId().Match(page).Groups[1].Value)))
        {
            Assert.Contains("only second factor", await Text(last, HttpStatusCode.Conflict), StringComparison.Ordinal);
        }

        using var spare = new TestPasskey(Origin(server));
        using (var unknown = await browser.PostForm("/admin/passkeys?handler=Options", page, ("current", "not that one, surely")))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        }

        using (var options = await browser.PostForm("/admin/passkeys?handler=Options", page, ("current", Moderator.Password)))
        using (var added = await browser.PostForm(
            "/admin/passkeys?handler=Add", page, ("credential", spare.Create(JsonDocument.Parse(await Text(options, HttpStatusCode.OK)).RootElement)), ("name", "Spare")))
        {
            page = await Text(added, HttpStatusCode.OK);
            Assert.Contains("Spare", page, StringComparison.Ordinal);
        }

        using (var removed = await browser.PostForm("/admin/passkeys?handler=Remove", page, ("id", PasskeyId().Match(page).Groups[1].Value)))
        {
            Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        }

        // It changes the password as well, where a code would.
        page = await browser.GetStringAsync("/admin/sessions");
        const string Next = "another quiet harbour at dusk";
        foreach (var credential in new[] { "", "{}" })
        {
            using var refused = await browser.PostForm("/admin/sessions?handler=Password", page, ("current", Moderator.Password), ("password", Next), ("credential", credential));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using (var changed = await browser.PostForm(
            "/admin/sessions?handler=Password", page, ("current", Moderator.Password), ("password", Next), ("credential", spare.Sign(await Options(browser, "/admin/sessions")))))
        {
            Assert.Equal("/admin/sessions?changed=true", changed.Headers.Location?.OriginalString);
        }

        using (var lost = NewBrowser(server))
        using (var entered = await lost.SignIn(Moderator.Name, Next, codes[0], returnUrl: null))
        {
            Assert.Equal("/admin", entered.Headers.Location?.OriginalString);
        }

        // Who lost all enrols anew, and what was lost lets nobody in.
        var by = (await staff.IdOf(Moderator.Name))!.Value;
        var reset = await server.Services.GetRequiredService<StaffChanges>().Change(robin, (_, at) => new StaffCommand.ResetSecondFactor(by, at), default);
        Assert.IsType<Outcome<Nothing>.Done>(reset);
        using var found = NewBrowser(server);
        using (var entered = await Enter(found, "robin", Moderator.Password, theirs.Sign(await Options(found, "/admin/sign-in"))))
        {
            Assert.Equal("/admin", entered.Headers.Location?.OriginalString);
        }

        Assert.Equal("/admin/second-factor", (await found.GetAsync("/admin")).Headers.Location?.OriginalString);
        Assert.Equal(
            ["accounts.staff.joined.v1", "accounts.passkey.enrolled.v1", "accounts.factor.removed.v1"], await Recorded(server, StreamName.For("staff", robin)));

        async Task Refused(string name, string password, string credential)
        {
            using var refused = await Enter(browser, name, password, credential);
            Assert.Contains("do not belong together", await Text(refused, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        }
    }

    /// <summary>Signs in with the password, which opens nothing but this.</summary>
    private static async Task<string[]> Enrol(HttpClient browser, string name, TestPasskey passkey)
    {
        (await browser.SignIn(name, Moderator.Password, code: "", returnUrl: null)).Dispose();
        var page = await browser.GetStringAsync("/admin/second-factor");
        using var options = await browser.PostForm("/admin/second-factor?handler=PasskeyOptions", page);
        using var set = await browser.PostForm(
            "/admin/second-factor?handler=Passkey", page, ("credential", passkey.Create(JsonDocument.Parse(await Text(options, HttpStatusCode.OK)).RootElement)));
        var codes = RecoveryCode().Matches(await Text(set, HttpStatusCode.OK)).Select(code => code.Groups[1].Value).ToArray();
        Assert.Equal(RecoveryCodes.Count, codes.Length);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/admin/audit")).StatusCode);
        return codes;
    }

    private static async Task<HttpResponseMessage> Enter(HttpClient browser, string name, string password, string credential) => await browser.PostForm(
        "/admin/sign-in", await browser.GetStringAsync("/admin/sign-in"), ("username", name), ("password", password), ("credential", credential));

    private static async Task<HttpResponseMessage> Show(HttpClient browser, string credential) =>
        await browser.PostForm("/account/sign-in?handler=Passkey", await browser.GetStringAsync("/account/sign-in"), ("credential", credential));

    private static async Task<HttpResponseMessage> Add(HttpClient browser, string credential, string name) => await browser.PostForm(
        "/account/passkeys?handler=Add", await browser.GetStringAsync("/account/passkeys"), ("credential", credential), ("name", name));

    private static async Task<JsonElement> AddingOptions(HttpClient browser)
    {
        using var answer = await browser.PostForm("/account/passkeys?handler=Options", await browser.GetStringAsync("/account/passkeys"), ("current", Password));
        return JsonDocument.Parse(await Text(answer, HttpStatusCode.OK)).RootElement;
    }

    private static async Task<JsonElement> Options(HttpClient browser, string path)
    {
        using var answer = await browser.PostForm($"{path}?handler=PasskeyOptions", await browser.GetStringAsync(path));
        return JsonDocument.Parse(await Text(answer, HttpStatusCode.OK)).RootElement;
    }

    private static async Task<string> Text(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} {text}");
        return text;
    }

    /// <summary>A browser says where a form comes from.</summary>
    private static HttpClient NewBrowser(RunningServer server)
    {
        var browser = server.NewBrowser();
        browser.DefaultRequestHeaders.Add("Origin", Origin(server));
        return browser;
    }

    private static string Origin(RunningServer server) => server.Address.GetLeftPart(UriPartial.Authority);

    private static async Task<List<string>> Recorded(RunningServer server, StreamName stream)
    {
        var types = new List<string>();
        await foreach (var recorded in server.Services.GetRequiredService<IEventStore>().Read(stream, 0, default))
        {
            types.Add(recorded.Type);
        }

        return types;
    }

    [GeneratedRegex("name=\"id\" value=\"([^\"]+)\"")]
    private static partial Regex PasskeyId();

    [GeneratedRegex("<li><code>([^<]+)</code></li>")]
    private static partial Regex RecoveryCode();
}
