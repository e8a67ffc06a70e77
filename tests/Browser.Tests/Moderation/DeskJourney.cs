using Microsoft.Playwright;
using OtpNet;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Browser.Tests.Pages;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Moderation;

/// <summary>A moderator's first quarter of an hour, by the keyboard alone, and every page of it looked at by a program.</summary>
public sealed class DeskJourney(Chromium chromium) : Journey(chromium)
{
    private RunningServer server = null!;

    protected override Uri Address => server.Address;

    public override async ValueTask InitializeAsync() =>
        server = await RunningServer.Start(new Dictionary<string, string?>(Site.Open) { ["Staff:RequireTwoFactor"] = "true" });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server.DisposeAsync();
    }

    /// <param name="isThorough">Every page in both themes, and once more on a tablet.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true, Explicit = true)]
    public async Task A_moderator_enrols_claims_reveals_and_bans_with_the_keyboard_alone(bool isThorough)
    {
        var (ada, bo) = await Meet();
        ada.Allow("WebSocket connection to .* failed");
        await ada.Say("you are nothing and nobody");
        await bo.Hears("you are nothing and nobody");
        await bo.Button("Report").ClickAsync();
        await bo.Report.GetByRole(AriaRole.Radio, new() { Name = "Harassment" }).CheckAsync();
        await bo.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }).ClickAsync();
        await bo.Report.GetByText("Thanks").WaitForAsync();

        var morgan = await Arrive(ScreensTests.Options(1280, 800));
        var (page, keys) = (morgan.Page, morgan.Page.Keyboard);
        var problems = new List<string>();
        var look = isThorough ? ScreensTests.Find(problems, ColorScheme.Light, ColorScheme.Dark) : ScreensTests.Find(problems, ColorScheme.Light);
        await page.GotoAsync("/admin");
        await look(page, "sign in");
        await morgan.HasFocus(Textbox("Username"));
        await keys.TypeAsync(Moderator.Name);
        await keys.PressAsync("Tab");
        await keys.TypeAsync(Moderator.Password);
        await keys.PressAsync("Enter");

        await page.WaitForURLAsync("**/second-factor");
        await look(page, "second factor");
        await morgan.HasFocus(Textbox("Code"));
        var secret = (await Textbox("Or type this key into the app").InputValueAsync()).Replace(" ", "", StringComparison.Ordinal);
        await keys.TypeAsync(new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp());
        await keys.PressAsync("Enter");
        await Expect(page.GetByText("Keep these codes")).ToBeVisibleAsync();
        await look(page, "recovery codes");
        await morgan.TabTo(page.GetByRole(AriaRole.Link, new() { Name = "Go on" }));
        await keys.PressAsync("Enter");

        await page.WaitForURLAsync("**/admin");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "What waits" })).ToContainTextAsync("1 Normal");
        await look(page, "overview");
        await morgan.TabTo(page.GetByRole(AriaRole.Link, new() { Name = "Cases" }));
        await keys.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^Case ") })).ToBeVisibleAsync();
        await look(page, "case");
        await keys.PressAsync("c");
        await Expect(page.GetByText("Claimed by you until")).ToBeVisibleAsync();
        await Expect(page.GetByText("you are nothing and nobody")).ToHaveCountAsync(0);

        // A key that is pressed before the page's script runs is nobody's.
        await page.WaitForLoadStateAsync();
        await keys.PressAsync("r");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Evidence" })).ToContainTextAsync("you are nothing and nobody");
        await look(page, "evidence");
        await morgan.TabTo(Textbox("Statement"));
        await keys.TypeAsync("You insulted somebody who was kind to you.");
        await morgan.TabTo(morgan.Button("Ban"));
        await keys.PressAsync("Enter");

        await Expect(page.GetByText("Banned, and out at once.")).ToBeVisibleAsync();
        await ada.Page.WaitForURLAsync("**/banned");
        await Expect(ada.Page.GetByText("You insulted somebody who was kind to you.")).ToBeVisibleAsync();
        foreach (var (link, says) in new[] { ("Bans", "You insulted somebody"), ("Appeals", "Nothing is waiting."), ("History", "Id of a visitor"), ("Audit", "The log against its ledger"), ("Staff", "Invite somebody") })
        {
            await morgan.TabTo(page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }));
            await keys.PressAsync("Enter");
            await page.WaitForURLAsync($"**/admin/{link.ToLowerInvariant()}");
            await Wait.Until(async () =>
            {
                // A ban is in the list when its event has been read.
                if (await page.GetByText(says).CountAsync() > 0)
                {
                    return true;
                }

                await page.ReloadAsync();
                return false;
            });
            await look(page, link);
        }

        await page.SetViewportSizeAsync(768, 1024);
        foreach (var path in isThorough ? ["/admin", "/admin/cases", "/admin/bans", "/admin/history", "/admin/audit", "/admin/staff", "/admin/sessions"] : Array.Empty<string>())
        {
            await page.GotoAsync(path);
            await look(page, $"{path} at 768");
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));

        ILocator Textbox(string name) => page.GetByRole(AriaRole.Textbox, new() { Name = name, Exact = true });
    }
}
