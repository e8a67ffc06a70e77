using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>Administrators run the staff from the desk: who comes, what they may do, where they are signed in, who goes.</summary>
public sealed partial class StaffPageTests(StaffPageTests.StaffServer fixture) : IClassFixture<StaffPageTests.StaffServer>
{
    private readonly RunningServer server = fixture.Server;

    [Fact]
    public async Task Somebody_is_invited_joins_by_the_link_once_and_is_recorded_without_a_name()
    {
        using var morgan = await Administrator();
        var link = await Invite(morgan, "Moderator");
        Assert.Empty(server.FilesWith(System.Text.Encoding.UTF8.GetBytes(link.Split('=')[1])));

        using var robin = server.NewBrowser();
        var page = await robin.GetStringAsync(link);
        Assert.Contains("You are invited as moderator.", page, StringComparison.Ordinal);
        foreach (var (name, password, field) in new[] { ("robin", "short", "password"), ("MORGAN", Moderator.Password, "username"), ("<b>robin</b>", Moderator.Password, "username") })
        {
            using var refused = await Accept(robin, link, page, name, password);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains($"id=\"{field}-error\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var joined = await Accept(robin, link, page, "robin", Moderator.Password))
        {
            Assert.Equal("/admin", joined.Headers.Location!.ToString());
        }

        Assert.Equal(HttpStatusCode.OK, (await robin.GetAsync("/admin/bans")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await robin.GetAsync("/admin/staff")).StatusCode);
        using var late = server.NewBrowser();
        using (var used = await Accept(late, link, page: await late.GetStringAsync("/admin/sign-in"), "sam", Moderator.Password))
        {
            Assert.Equal(HttpStatusCode.NotFound, used.StatusCode);
        }

        // One that is withdrawn looks like one that never was.
        var other = await Invite(morgan, "Administrator");
        var list = await morgan.GetStringAsync("/admin/staff");
        var invitation = Invited().Match(list).Groups[1].Value;
        using (var revoked = await morgan.PostForm("/admin/staff?handler=Revoke", list, ("staffId", invitation)))
        {
            Assert.Equal("/admin/staff?done=revoke", revoked.Headers.Location!.ToString());
        }

        using (var gone = await late.GetAsync(other))
        using (var never = await late.GetAsync("/admin/invitation?token=x"))
        {
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (gone.StatusCode, never.StatusCode));
            Assert.Equal(await Shown(gone), await Shown(never));
        }

        Assert.Equal(
            ["accounts.staff.invited.v1", "accounts.invitation.revoked.v1"], (await Recorded(Guid.Parse(invitation))).Select(e => e.Type));
        var robinId = (await Member("robin")).StaffId;
        Assert.Equal(["accounts.staff.invited.v1", "accounts.staff.joined.v1"], (await Recorded(robinId)).Select(e => e.Type));
        Assert.DoesNotContain(await Recorded(robinId), e => e.Data.Contains("robin", StringComparison.OrdinalIgnoreCase));
        await Wait.Until(async () => (await morgan.GetStringAsync("/admin/audit")).Contains("<b dir=\"auto\">robin</b>: <span>Joined the staff as moderator.</span>", StringComparison.Ordinal));
        Assert.Contains("Joined the staff as moderator.", await robin.GetStringAsync($"/admin/history?id={robinId}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_signing_in_is_a_session_that_ends_alone_or_with_all_others_at_once()
    {
        using var kim = server.NewBrowser();
        using var first = await Moderator.Another(server, "kim", StaffRoles.Analyst);
        kim.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0");
        await kim.SignIn("kim", Moderator.Password, "", null);
        using var third = await Moderator.SignIn(server.Address, "kim");
        var page = await kim.GetStringAsync("/admin/sessions");
        Assert.Contains("Firefox on Windows, this one", page, StringComparison.Ordinal);
        var sessions = Session().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(3, sessions.Count);

        // One alone: whichever of the programs' it is, exactly one of the two ends.
        var others = Regex.Matches(page, "A program</td>[\\s\\S]*?name=\"sessionId\" value=\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();
        using (await kim.PostForm("/admin/sessions", page, ("change", "end"), ("sessionId", others[0])))
        {
        }

        var open = new List<HttpClient>();
        foreach (var client in new[] { first, third })
        {
            using var answer = await client.GetAsync("/api/admin/metrics");
            if (answer.StatusCode != HttpStatusCode.Unauthorized)
            {
                open.Add(client);
            }
        }

        Assert.Single(open);
        Assert.Equal(HttpStatusCode.OK, (await kim.GetAsync("/admin/sessions")).StatusCode);

        // Nobody ends a session of somebody else by this page.
        using var morgan = await Administrator();
        var morgans = Session().Match(await morgan.GetStringAsync("/admin/sessions")).Groups[1].Value;
        using (await kim.PostForm("/admin/sessions", page, ("change", "end"), ("sessionId", morgans), ("staffId", (await Member(Moderator.Name)).StaffId.ToString())))
        {
        }

        Assert.Equal(HttpStatusCode.OK, (await morgan.GetAsync("/admin/sessions")).StatusCode);

        // All, by an administrator.
        var kimId = (await Member("kim")).StaffId;
        await Change(morgan, kimId, "end-all");
        using (var ended = await open[0].GetAsync("/api/admin/metrics"))
        {
            await ended.Problem(401, "no-session");
        }

        Assert.Equal(HttpStatusCode.Redirect, (await kim.GetAsync("/admin/sessions")).StatusCode);
        Assert.Equal(
            ["accounts.staff.joined.v1", "accounts.session.revoked.v1", "accounts.session.revoked.v1"],
            (await Recorded(kimId)).Select(e => e.Type));
    }

    [Fact]
    public async Task Whoever_knows_the_password_changes_it_and_is_signed_out_everywhere_else()
    {
        using var elsewhere = await Moderator.Another(server, "toni", StaffRoles.Analyst);
        using var toni = server.NewBrowser();
        await toni.SignIn("toni", Moderator.Password, "", null);
        var page = await toni.GetStringAsync("/admin/sessions");
        const string Other = "a kettle on the windowsill";
        foreach (var (current, password, status, says) in new[]
        {
            ("not that one, surely", Other, HttpStatusCode.Unauthorized, "That is not your password."),
            (Moderator.Password, "short", HttpStatusCode.UnprocessableEntity, "id=\"password-error\""),
            (Moderator.Password, new string('x', 257), HttpStatusCode.UnprocessableEntity, "12 to 256 characters"),
        })
        {
            using var refused = await toni.PostForm("/admin/sessions?handler=Password", page, ("current", current), ("password", password));
            Assert.Equal((password, status), (password, refused.StatusCode));
            Assert.Contains(says, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/api/admin/metrics")).StatusCode);
        using (var changed = await toni.PostForm("/admin/sessions?handler=Password", page, ("current", Moderator.Password), ("password", Other)))
        {
            Assert.Equal("/admin/sessions?changed=true", changed.Headers.Location!.ToString());
        }

        var after = await toni.GetStringAsync("/admin/sessions?changed=true");
        Assert.Contains("Your password is changed.", after, StringComparison.Ordinal);
        Assert.Single(Session().Matches(after));
        using (var ended = await elsewhere.GetAsync("/api/admin/metrics"))
        {
            await ended.Problem(401, "no-session");
        }

        await CannotSignIn("toni");
        using var again = server.NewBrowser();
        using (var entered = await again.SignIn("toni", Other, "", null))
        {
            Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);
        }

        var id = (await Member("toni")).StaffId;
        Assert.Equal(["accounts.staff.joined.v1", "accounts.staffpassword.changed.v1"], (await Recorded(id)).Select(e => e.Type));
        using var morgan = await Administrator();
        await Wait.Until(async () => (await morgan.GetStringAsync($"/admin/history?id={id}")).Contains("Changed their own password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cookie_that_somebody_else_put_there_is_not_the_one_after_signing_in()
    {
        // Somebody of the staff gets their own session into another one's browser, and waits.
        using var planted = await Moderator.Another(server, "mallory");
        var token = planted.DefaultRequestHeaders.Authorization!.Parameter!;
        var cookies = new CookieContainer();
        cookies.Add(new Cookie("rc_staff", token, "/admin", server.Address.Host));
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = server.Address };
        using (await browser.SignIn(Moderator.Name, Moderator.Password, "", null))
        {
        }

        var after = Assert.Single(cookies.GetAllCookies(), cookie => cookie.Name == "rc_staff").Value;
        Assert.NotEqual(token, after);
        Assert.Contains($"{Moderator.Name}, your sessions", await browser.GetStringAsync("/admin/sessions"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await planted.GetAsync("/admin/staff")).StatusCode);

        // Nor does signing in twice give the same one.
        using (await browser.SignIn(Moderator.Name, Moderator.Password, "", null))
        {
        }

        Assert.NotEqual(after, cookies.GetAllCookies().Single(cookie => cookie.Name == "rc_staff").Value);
    }

    [Fact]
    public async Task Rights_change_at_once_and_who_is_out_is_out_at_once()
    {
        using var morgan = await Administrator();
        using var alex = await Moderator.Another(server, "alex");
        var alexId = (await Member("alex")).StaffId;

        // Severe cases are a right of their own.
        var hold = $"/api/admin/cases/{Guid.NewGuid()}/hold";
        await Expect(alex, hold, HttpStatusCode.Forbidden);
        await Change(morgan, alexId, "grant");
        await Expect(alex, hold, HttpStatusCode.UnprocessableEntity);
        await Change(morgan, alexId, "withdraw");
        await Change(morgan, alexId, "role", ("role", "Administrator"));
        await Expect(alex, hold, HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.OK, (await alex.GetAsync("/admin/staff")).StatusCode);

        // A link of somebody who may invite nobody any more is no way back in.
        using var browser = server.NewBrowser();
        await browser.SignIn("alex", Moderator.Password, "", null);
        var link = await Invite(browser, "Moderator");
        await Change(morgan, alexId, "role", ("role", "Analyst"));
        Assert.Equal(HttpStatusCode.Forbidden, (await alex.GetAsync("/api/admin/reports")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(link)).StatusCode);

        await Change(morgan, alexId, "suspend");
        using (var ended = await alex.GetAsync("/api/admin/metrics"))
        {
            await ended.Problem(401, "no-session");
        }

        await CannotSignIn("alex");
        await Change(morgan, alexId, "reinstate");
        using (var again = await Moderator.SignIn(server.Address, "alex"))
        {
            await Change(morgan, alexId, "remove", ("sure", "true"));
            using var ended = await again.GetAsync("/api/admin/metrics");
            await ended.Problem(401, "no-session");
        }

        await CannotSignIn("alex");
        Assert.DoesNotContain(await server.Services.GetRequiredService<StaffAccounts>().All(), member => member.Name == "alex");

        // Neither the settings at the next start nor somebody with a link becomes who they were.
        Assert.IsType<Enlistment.Taken>(await server.Services.GetRequiredService<StaffAccounts>().Enlist("alex", Moderator.Password, StaffRoles.Administrator));
    }

    [Fact]
    public async Task Nobody_changes_themselves_and_the_last_administrator_stays()
    {
        using var morgan = await Administrator();
        var own = (await Member(Moderator.Name)).StaffId;
        foreach (var (change, says) in new[]
        {
            ("role", "Nobody changes their own role"), ("withdraw", "Nobody changes their own role"), ("suspend", "Nobody changes their own role"),
            ("reset", "Nobody changes their own role"), ("remove", "This is the only administrator."),
        })
        {
            using var refused = await Post(morgan, own, change, ("role", "Analyst"), ("sure", "true"));
            Assert.Equal((change, HttpStatusCode.Conflict), (change, refused.StatusCode));
            Assert.Contains(says, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var unsure = await Post(morgan, own, "remove"))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, unsure.StatusCode);
        }

        using (var nobody = await Post(morgan, Guid.NewGuid(), "suspend"))
        {
            Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await morgan.GetAsync("/admin/staff")).StatusCode);
        Assert.Equal(["accounts.staff.joined.v1"], (await Recorded(own)).Select(e => e.Type));
    }

    private async Task<HttpClient> Administrator()
    {
        var browser = server.NewBrowser();
        using var entered = await browser.SignIn(Moderator.Name, Moderator.Password, "", null);
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);
        return browser;
    }

    /// <returns>The link, without the site.</returns>
    private static async Task<string> Invite(HttpClient administrator, string role)
    {
        using var made = await administrator.PostForm("/admin/staff?handler=Invite", await administrator.GetStringAsync("/admin/staff"), ("role", role));
        var link = Link().Match(await made.Content.ReadAsStringAsync()).Groups[1].Value;
        Assert.StartsWith(administrator.BaseAddress!.ToString(), link, StringComparison.Ordinal);
        Assert.DoesNotMatch(Link(), await administrator.GetStringAsync("/admin/staff"));
        return new Uri(link).PathAndQuery;
    }

    private static Task<HttpResponseMessage> Accept(HttpClient browser, string link, string page, string name, string password) =>
        browser.PostForm("/admin/invitation", page, ("token", link.Split('=')[1]), ("username", name), ("password", password));

    private static async Task Change(HttpClient administrator, Guid staffId, string change, params (string Name, string Value)[] more)
    {
        using var answer = await Post(administrator, staffId, change, more);
        Assert.Equal($"/admin/staff?done={change}", answer.Headers.Location?.ToString());
    }

    private static async Task<HttpResponseMessage> Post(HttpClient administrator, Guid staffId, string change, params (string Name, string Value)[] more) =>
        await administrator.PostForm(
            "/admin/staff?handler=Change", await administrator.GetStringAsync("/admin/staff"), [("staffId", staffId.ToString()), ("change", change), .. more]);

    private static async Task Expect(HttpClient staff, string path, HttpStatusCode status)
    {
        using var answer = await staff.Post(path, new { });
        Assert.Equal(status, answer.StatusCode);
    }

    private async Task CannotSignIn(string name)
    {
        using var http = server.NewBrowser();
        using var refused = await http.Post("/api/login", new { username = name, password = Moderator.Password });
        await refused.Problem(401, "bad-credentials");
    }

    private async Task<ListedMember> Member(string name) =>
        (await server.Services.GetRequiredService<StaffAccounts>().All()).Single(member => member.Name == name);

    private async Task<List<(string Type, string Data)>> Recorded(Guid staffId)
    {
        var events = new List<(string, string)>();
        await foreach (var e in server.Services.GetRequiredService<IEventStore>().Read(StreamName.For("staff", staffId), 0, default))
        {
            events.Add((e.Type, System.Text.Encoding.UTF8.GetString(e.Data.Span)));
        }

        return events;
    }

    private static async Task<string> Shown(HttpResponseMessage answer) =>
        Regex.Match(await answer.Content.ReadAsStringAsync(), "<main[\\s\\S]*</main>").Value;

    [GeneratedRegex("id=\"link\" value=\"([^\"]+)\"")]
    private static partial Regex Link();

    [GeneratedRegex("handler=Revoke\"[\\s\\S]*?name=\"staffId\" value=\"([^\"]+)\"")]
    private static partial Regex Invited();

    [GeneratedRegex("name=\"sessionId\" value=\"([^\"]+)\"")]
    private static partial Regex Session();

    public sealed class StaffServer : IAsyncLifetime
    {
        public RunningServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await HubServer.With(Moderator.Unlimited);

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
