using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Browser.Tests.Pages;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Accounts;

/// <summary>Passkeys with what a browser itself says and signs.</summary>
public sealed class PasskeyJourney(Chromium chromium) : Journey(chromium)
{
    private RunningServer server = null!;

    /// <summary>No browser makes a passkey for a bare address.</summary>
    protected override Uri Address => new UriBuilder(server.Address) { Host = "localhost" }.Uri;

    public override async ValueTask InitializeAsync() =>
        server = await RunningServer.Start(new Dictionary<string, string?>(Site.Open) { ["Staff:RequireTwoFactor"] = "true" });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public async Task A_passkey_signs_a_visitor_in_and_lets_a_moderator_enrol_and_enter()
    {
        const string Password = "a lantern in the orchard";
        var problems = new List<string>();
        var look = ScreensTests.Find(problems, ColorScheme.Light, ColorScheme.Dark);

        var robin = await ArriveWithPasskeys(ScreensTests.Options(360, 740));
        await robin.Start("Robin");
        await robin.Button("Stop").ClickAsync();
        await robin.Page.GotoAsync("/account");
        await robin.Page.GetByLabel("Username").FillAsync("robin");
        await robin.Page.GetByLabel("Password").FillAsync(Password);
        await robin.Button("Make the account").ClickAsync();
        await Expect(robin.Page.GetByRole(AriaRole.List, new() { Name = "Recovery codes" })).ToBeVisibleAsync();

        await robin.Page.GotoAsync("/account/passkeys");
        await look(robin.Page, "no passkeys");
        robin.Allow("status of 401");
        await robin.Page.GetByLabel("Your password").FillAsync("not that one, surely");
        await robin.Button("Add a passkey").ClickAsync();
        await Expect(robin.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("That is not your password.");
        await look(robin.Page, "passkey refused");
        await robin.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Phone");
        await robin.Page.GetByLabel("Your password").FillAsync(Password);
        await robin.Page.Keyboard.PressAsync("Enter");
        await Expect(robin.Page.GetByRole(AriaRole.List, new() { Name = "Your passkeys" })).ToContainTextAsync("Phone");
        await look(robin.Page, "a passkey");

        await robin.Browser.ClearCookiesAsync();
        await robin.Page.GotoAsync("/account/sign-in");
        await look(robin.Page, "sign in with a passkey");
        await robin.TabTo(robin.Button("Sign in with a passkey"));
        await robin.Page.Keyboard.PressAsync("Enter");
        await robin.Page.WaitForURLAsync("**/chat");

        await robin.Page.GotoAsync("/account/passkeys");
        await robin.Page.GetByRole(AriaRole.Button, new() { Name = "Remove the passkey Phone" }).ClickAsync();
        await Expect(robin.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("removed");
        await robin.Browser.ClearCookiesAsync();
        await robin.Page.GotoAsync("/account/sign-in");
        await robin.Button("Sign in with a passkey").ClickAsync();
        await Expect(robin.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no passkey of an account here");

        var morgan = await ArriveWithPasskeys(ScreensTests.Options(1280, 800));
        await Enter("Sign in");
        await morgan.Page.WaitForURLAsync("**/second-factor");
        await look(morgan.Page, "second factor");
        await morgan.Button("Use a passkey").ClickAsync();
        await Expect(morgan.Page.GetByText("Keep these codes")).ToBeVisibleAsync();
        await morgan.Browser.ClearCookiesAsync();
        await Enter("Sign in with a passkey");
        await morgan.Page.WaitForURLAsync("**/admin");
        await morgan.Page.GotoAsync("/admin/passkeys");
        morgan.Allow("status of 409");
        await morgan.Page.GetByRole(AriaRole.Button, new() { Name = "Remove the passkey" }).ClickAsync();
        await Expect(morgan.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is your only second factor.");
        await look(morgan.Page, "the desk's passkeys");
        await morgan.Page.SetViewportSizeAsync(360, 740);
        foreach (var path in new[] { "/admin/passkeys", "/admin/sessions" })
        {
            await morgan.Page.GotoAsync(path);
            await look(morgan.Page, $"{path} at 360");
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));

        async Task Enter(string button)
        {
            await morgan.Page.GotoAsync("/admin/sign-in");
            await morgan.Page.GetByLabel("Username").FillAsync(Moderator.Name);
            await morgan.Page.GetByLabel("Password").FillAsync(Moderator.Password);
            await morgan.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        }
    }

    /// <summary>Somebody whose device unlocks at once.</summary>
    private async Task<Visitor> ArriveWithPasskeys(BrowserNewContextOptions options)
    {
        var visitor = await Arrive(options);
        var devices = await visitor.Browser.NewCDPSessionAsync(visitor.Page);
        await devices.SendAsync("WebAuthn.enable");
        await devices.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new
            {
                protocol = "ctap2",
                transport = "internal",
                hasResidentKey = true,
                hasUserVerification = true,
                isUserVerified = true,
                automaticPresenceSimulation = true,
            },
        });
        return visitor;
    }
}
