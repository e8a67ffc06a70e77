using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtpNet;
using RandomChat.Engines;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>Staff sign in with a second factor, from the desk's pages and over REST.</summary>
public sealed partial class SecondFactorTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await RunningServer.Start(
        new Dictionary<string, string?>(Moderator.Unlimited) { ["Staff:RequireTwoFactor"] = "true" },
        services: services => services.AddSingleton<SecondFactor>().AddSingleton(provider => new StaffAccounts(
            provider.GetRequiredService<StaffStore>(), provider.GetRequiredService<StaffSessions>(), provider.GetRequiredService<StaffTokens>(),
            provider.GetRequiredService<SecondFactor>(), clock, requireTwoFactor: true)));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Who_has_none_can_only_enrol_one_and_is_then_in()
    {
        using var bearer = await Moderator.SignIn(server.Address);
        using (var refused = await bearer.GetAsync("/api/admin/reports"))
        {
            await refused.Problem(403, "two-factor-required");
        }

        using var browser = server.NewBrowser();
        Assert.Equal("/admin/sign-in?returnUrl=%2Fadmin%2Faudit", (await browser.GetAsync("/admin/audit")).Headers.Location!.ToString());
        using (var entered = await browser.SignIn(Moderator.Name, Moderator.Password, code: "", returnUrl: "/admin/audit"))
        {
            Assert.Equal((HttpStatusCode.Redirect, "/admin/audit"), (entered.StatusCode, entered.Headers.Location!.ToString()));
        }

        Assert.Equal("/admin/second-factor", (await browser.GetAsync("/admin/audit")).Headers.Location!.ToString());
        var (_, recovery) = await Enrol(browser);

        Assert.Equal(RecoveryCodes.Count, recovery.Distinct().Count());
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/admin/audit")).StatusCode);

        // What was signed in without it has ended, and it is not shown again.
        using var ended = await bearer.GetAsync("/api/admin/reports");
        await ended.Problem(401, "no-session");
        Assert.Equal("/admin", (await browser.GetAsync("/admin/second-factor")).Headers.Location!.ToString());
    }

    [Fact]
    public async Task The_app_is_good_also_after_all_keys_of_tokens_were_revoked()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, code: "", returnUrl: null);
        var (secret, _) = await Enrol(browser);
        var keys = server.Services.GetRequiredService<IKeyManager>();
        for (var time = 0; time < 2; time++)
        {
            var now = TimeProvider.System.GetUtcNow();
            keys.CreateNewKey(now, now.AddDays(90));
            keys.RevokeAllKeys(now);
            server.Services.GetRequiredService<TokenKeyRing>().Refresh();

            // The framework reads its keys again beside whoever asks next.
            await Wait.Until(async () => (await browser.GetAsync("/admin/audit")).StatusCode == HttpStatusCode.Redirect);

            clock.Advance(TimeSpan.FromSeconds(30));
            using var right = await LogIn(Code(secret));
            Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        }
    }

    [Fact]
    public async Task A_code_is_needed_and_good_once()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, code: "", returnUrl: null);
        var (secret, _) = await Enrol(browser);

        // The one that was shown to enrol is used up.
        await Wrong(Code(secret));
        clock.Advance(TimeSpan.FromSeconds(30));
        await Wrong(null);
        await Wrong("000000");
        var code = Code(secret);
        using (var right = await LogIn(code))
        {
            using var staff = new HttpClient { BaseAddress = server.Address }.As((await right.Json()).GetProperty("token").GetString()!);
            using var open = await staff.GetAsync("/api/admin/ledger/anchors");
            Assert.True(open.IsSuccessStatusCode, await open.Content.ReadAsStringAsync());
        }

        await Wrong(code);

        // The next one, with a space in it as apps show it, and nothing that is long over.
        clock.Advance(TimeSpan.FromSeconds(30));
        using (var next = await LogIn(Code(secret).Insert(3, " ")))
        {
            Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        }

        var old = Code(secret);
        clock.Advance(TimeSpan.FromMinutes(5));
        await Wrong(old);
    }

    [Fact]
    public async Task A_recovery_code_is_good_once_and_each_is_another()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, code: "", returnUrl: null);
        var (_, recovery) = await Enrol(browser);

        using (var first = await LogIn(recovery[3]))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        }

        await Wrong(recovery[3]);
        using var second = await LogIn(recovery[4].ToUpperInvariant().Replace("-", "", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task A_password_is_changed_with_a_code_alone_and_what_is_unfit_uses_none_up()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, code: "", returnUrl: null);
        var (_, recovery) = await Enrol(browser);
        var page = await browser.GetStringAsync("/admin/sessions");
        foreach (var (code, password, status) in new[]
        {
            ("", "a kettle on the windowsill", HttpStatusCode.Unauthorized), ("000000", "a kettle on the windowsill", HttpStatusCode.Unauthorized),
            (recovery[0], "password12345", HttpStatusCode.UnprocessableEntity), (recovery[0], "a kettle on the windowsill", HttpStatusCode.Redirect),
        })
        {
            using var answer = await browser.PostForm(
                "/admin/sessions?handler=Password", page, ("current", Moderator.Password), ("code", code), ("password", password));
            Assert.Equal((code, password, status), (code, password, answer.StatusCode));
        }

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/admin/sessions")).StatusCode);
        await Wrong(recovery[1]);
    }

    [Fact]
    public async Task Who_knows_the_password_can_try_few_codes_and_is_not_told_so()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, code: "", returnUrl: null);
        var (secret, _) = await Enrol(browser);
        clock.Advance(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 12; i++)
        {
            await Wrong("000000");
        }

        await Wrong(Code(secret));
    }

    [Fact]
    public async Task Neither_secret_nor_recovery_codes_are_on_disk_in_clear()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, code: "", returnUrl: null);
        var (secret, recovery) = await Enrol(browser);

        foreach (var file in Directory.GetFiles(server.Data, "staff.db*"))
        {
            var bytes = await ReadShared(file);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Base32Encoding.ToBytes(secret)));
            Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)));
            Assert.All(recovery, code => Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(code))));
        }
    }

    [Fact]
    public async Task Two_who_use_one_code_at_once_are_not_both_let_in()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, code: "", returnUrl: null);
        var (secret, _) = await Enrol(browser);
        clock.Advance(TimeSpan.FromSeconds(30));
        var code = Code(secret);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LogIn(code)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
    }

    private string Code(string secret) => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(clock.GetUtcNow().UtcDateTime);

    private async Task<HttpResponseMessage> LogIn(string? totp)
    {
        using var http = server.NewBrowser();
        return await http.Post("/api/login", new { username = Moderator.Name, password = Moderator.Password, totp });
    }

    private async Task Wrong(string? totp)
    {
        using var answer = await LogIn(totp);
        var problem = await answer.Problem(401, "bad-credentials");
        Assert.Equal("Name, password and code do not belong together.", problem.GetProperty("detail").GetString());
    }

    /// <summary>As somebody with an app does; once with a wrong code.</summary>
    private async Task<(string Secret, string[] Recovery)> Enrol(HttpClient browser)
    {
        var page = await browser.GetStringAsync("/admin/second-factor");
        var secret = Key().Match(page).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        Assert.Contains("data:image/svg&#x2B;xml;base64,", page, StringComparison.Ordinal);
        using (var wrong = await browser.PostForm("/admin/second-factor", page, ("code", "000000")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
            page = await wrong.Content.ReadAsStringAsync();
            Assert.Equal(secret, Key().Match(page).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal));
        }

        using var set = await browser.PostForm("/admin/second-factor", page, ("code", Code(secret)));
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        return (secret, [.. RecoveryCode().Matches(await set.Content.ReadAsStringAsync()).Select(code => code.Groups[1].Value)]);
    }

    private static async Task<byte[]> ReadShared(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    [GeneratedRegex("id=\"key\" value=\"([^\"]+)\"")]
    private static partial Regex Key();

    [GeneratedRegex("<li><code>([^<]+)</code></li>")]
    private static partial Regex RecoveryCode();
}
