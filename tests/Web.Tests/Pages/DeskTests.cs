using System.Net;
using System.Text.RegularExpressions;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Pages;

/// <summary>The desk's pages: who gets in, and what they say.</summary>
public sealed partial class DeskTests : IAsyncLifetime
{
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await HubServer.With(Moderator.Unlimited);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Nobody_without_a_session_of_the_staff_sees_anything_of_the_desk_but_its_door()
    {
        await using var visitor = await HubVisitor.Enter(server.Address);
        using var anonymous = server.NewBrowser();
        using var entered = server.NewBrowser();
        await entered.Enter();
        foreach (var browser in new[] { anonymous, entered })
        {
            foreach (var path in new[] { "/admin", "/admin?handler=Numbers", "/admin/audit", "/admin/second-factor", "/admin/sign-out" })
            {
                using var answer = await browser.GetAsync(path);
                Assert.Equal((path, HttpStatusCode.Redirect), (path, answer.StatusCode));
                Assert.StartsWith("/admin/sign-in", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
            }
        }

        // A visitor's token is none of the staff's, wherever it stands.
        using var rest = visitor.Rest();
        using var refused = await rest.GetAsync("/admin");
        Assert.Equal("/admin/sign-in", refused.RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Theory]
    [InlineData(StaffRoles.Moderator)]
    [InlineData(StaffRoles.Analyst)]
    public async Task Staff_sign_in_look_around_and_sign_out_everywhere(string role)
    {
        using (await Moderator.Another(server, "robin", role))
        {
        }

        using var browser = server.NewBrowser();
        using (var wrong = await browser.SignIn("robin", "not that one, surely", "", null))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.Contains("Name, password and code do not belong together.", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var entered = await browser.SignIn("robin", Moderator.Password, "", null))
        {
            Assert.Equal("/admin", entered.Headers.Location!.ToString());
            var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"), value => value.StartsWith("rc_staff=", StringComparison.Ordinal));
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("path=/admin", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        }

        await Wait.Until(async () => (await browser.GetAsync("/admin")).StatusCode == HttpStatusCode.OK);
        var page = await browser.GetStringAsync("/admin");
        Assert.Contains("robin", page, StringComparison.Ordinal);
        Assert.Equal("page", Current().Match(page).Groups[1].Value);

        // Another window, as a colleague might have left it open.
        using var other = server.NewBrowser();
        using (await other.SignIn("robin", Moderator.Password, "", null))
        {
        }

        using (var left = await browser.PostForm("/admin/sign-out", page))
        {
            Assert.Equal("/admin/sign-in", left.Headers.Location!.ToString());
        }

        Assert.Equal(HttpStatusCode.Redirect, (await other.GetAsync("/admin")).StatusCode);
    }

    [Fact]
    public async Task What_waits_is_on_the_overview()
    {
        await using var pair = await Pair.Meet(server.Address, Wire.Json, "text");
        using (var rest = pair.Ann.Rest())
        using (var reported = await rest.Post("/api/report", new { matchId = pair.MatchId, reason = "underage" }))
        {
            Assert.Equal(HttpStatusCode.Created, reported.StatusCode);
        }

        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, "", null);

        await Wait.Until(async () =>
        {
            using var answer = await browser.GetAsync("/admin?handler=Numbers");
            return answer.IsSuccessStatusCode && Regex.IsMatch(await answer.Content.ReadAsStringAsync(), "<li class=\"hot\"><b>1</b> Severe <small>oldest");
        });
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_sent_elsewhere_after_signing_in(string returnUrl)
    {
        using var browser = server.NewBrowser();

        using var entered = await browser.SignIn(Moderator.Name, Moderator.Password, "", returnUrl);

        Assert.Equal("/admin", entered.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_form_without_what_protects_it_changes_nothing()
    {
        using var browser = server.NewBrowser();
        using (var refused = await browser.PostForm("/admin/sign-in", "", ("username", Moderator.Name), ("password", Moderator.Password)))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        await browser.SignIn(Moderator.Name, Moderator.Password, "", null);
        using var stays = await browser.PostForm("/admin/sign-out", "");
        Assert.Equal(HttpStatusCode.BadRequest, stays.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/admin/audit")).StatusCode);
    }

    [Fact]
    public async Task The_rest_interface_is_not_called_by_the_desk_s_cookie()
    {
        using var browser = server.NewBrowser();
        using (var entered = await browser.SignIn(Moderator.Name, Moderator.Password, "", null))
        {
            var cookie = entered.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("rc_staff=", StringComparison.Ordinal)).Split(';')[0];
            using var client = new HttpClient { BaseAddress = server.Address };
            client.DefaultRequestHeaders.Add("Cookie", cookie);
            using var refused = await client.GetAsync("/api/admin/reports");
            await refused.Problem(401, "no-session");
        }
    }

    [GeneratedRegex("<a href=\"/admin\" aria-current=\"([^\"]+)\">Overview")]
    private static partial Regex Current();
}
