using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Browser.Tests.Pages;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Moderation;

/// <summary>What a moderator does all day, without a mouse.</summary>
public sealed class CaseKeysJourney(Chromium chromium) : Journey(chromium)
{
    private RunningServer server = null!;

    protected override Uri Address => server.Address;

    public override async ValueTask InitializeAsync() => server = await RunningServer.Start(new Dictionary<string, string?>(Site.Open));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server.DisposeAsync();
    }

    /// <summary>A case is claimed, read, decided, taken back and handed on, and the next one is there each time.</summary>
    [Fact(Explicit = true)]
    public async Task Cases_are_worked_and_a_decision_is_taken_back_by_keys_alone()
    {
        foreach (var (said, reason) in new[] { ("you are nothing and nobody", "Harassment"), ("buy cheap followers here", "Spam") })
        {
            var (ada, bo) = await Meet();
            ada.Allow("WebSocket connection to .* failed");
            await ada.Say(said);
            await bo.Hears(said);
            await bo.Button("Report").ClickAsync();
            await bo.Report.GetByRole(AriaRole.Radio, new() { Name = reason }).CheckAsync();
            await bo.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }).ClickAsync();
            await bo.Report.GetByText("Thanks").WaitForAsync();
        }

        var morgan = await Arrive(ScreensTests.Options(1280, 800));
        var page = morgan.Page;
        var problems = new List<string>();
        var look = ScreensTests.Find(problems, ColorScheme.Light, ColorScheme.Dark);
        await page.GotoAsync("/admin");
        await morgan.HasFocus(page.GetByRole(AriaRole.Textbox, new() { Name = "Username" }));
        await page.Keyboard.TypeAsync(Moderator.Name);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(Moderator.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/admin");
        await Wait.Until(async () =>
        {
            await page.GotoAsync("/admin/cases");
            return await page.Locator(".rail ol a").CountAsync() == 2;
        });
        var heading = page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^Case ") });
        var first = await heading.TextContentAsync();

        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" })).ToBeVisibleAsync();
        await look(page, "keys");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("c");
        await Expect(page.GetByText("Claimed by you until")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("r");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Evidence" })).ToContainTextAsync("nobody");
        await page.Keyboard.PressAsync("t");
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Statement" })).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("you called somebody a nobody");
        await page.Keyboard.PressAsync("Escape");
        await look(page, "ready to decide");
        await page.Keyboard.PressAsync("b");
        await Expect(page.GetByText("Banned, and out at once.")).ToBeVisibleAsync();
        await Expect(heading).Not.ToHaveTextAsync(first!);
        await Expect(page.GetByText("It can be taken back for")).ToBeVisibleAsync();
        await look(page, "after a ban");

        await page.Keyboard.PressAsync("u");
        await Expect(page.GetByText("Taken back. The case is open again, and yours.")).ToBeVisibleAsync();
        await Expect(heading).ToHaveTextAsync(first!);
        await page.Keyboard.PressAsync("n");
        await page.Keyboard.TypeAsync("For somebody who may see more.");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("e");
        await Expect(page.GetByText("Escalated to whoever may see severe cases.")).ToBeVisibleAsync();
        await Expect(heading).Not.ToHaveTextAsync(first!);
        await page.Keyboard.PressAsync("f");
        await Expect(page.GetByText("Dismissed. Here is the next one.")).ToBeVisibleAsync();

        await page.SetViewportSizeAsync(768, 1024);
        await Wait.Until(async () =>
        {
            await page.GotoAsync("/admin/cases?lane=severe");
            return await page.GetByText($"Escalated by {Moderator.Name}").CountAsync() == 1;
        });
        await look(page, "escalated at 768");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }
}
