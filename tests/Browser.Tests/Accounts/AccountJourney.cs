using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Accounts;

/// <summary>A visitor makes an account, and is the same one in another browser.</summary>
public sealed class AccountJourney(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    private readonly Site site = site;

    [Fact(Explicit = true)]
    public async Task By_the_keyboard_alone_an_account_is_made_and_keeps_wishes_and_badge_in_another_browser_and_the_chat_in_the_first()
    {
        var name = "robin" + Guid.NewGuid().ToString("N")[..8];
        const string Password = "a lantern in the orchard";
        var (robin, bo) = (await Arrive(), await Arrive());
        await robin.Start("Robin", "th", "lanterns");
        await bo.Start("Bo", "th", "lanterns");
        await robin.Sees("Connected");

        // Beside the chat, in another tab; the chat goes on.
        var tab = await robin.OpenTab();
        await tab.Page.GotoAsync("/account");
        await tab.Page.GetByRole(AriaRole.Textbox, new() { Name = "Username" }).FocusAsync();
        await tab.Page.Keyboard.TypeAsync(name);
        await tab.Page.Keyboard.PressAsync("Tab");
        await tab.Page.Keyboard.TypeAsync(Password);
        robin.Allow("HTTP Authentication failed|status of 401|negotiate");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Recovery codes" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(10);
        await bo.Say("still there?");
        await robin.Hears("still there?");
        await robin.Button("Stop").ClickAsync();
        await robin.Sees("Chat ended");

        var elsewhere = await Arrive(new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await elsewhere.Page.GotoAsync("/account/sign-in");
        await elsewhere.Page.Keyboard.TypeAsync(name);
        await elsewhere.Page.Keyboard.PressAsync("Tab");
        await elsewhere.Page.Keyboard.TypeAsync(Password);
        await elsewhere.Page.Keyboard.PressAsync("Enter");
        await elsewhere.Page.WaitForURLAsync("**/chat");
        using (var staff = await Moderator.SignIn(site.Address))
        using (var granted = await staff.PutAsync($"/api/admin/visitors/{await Desk.IdOf(elsewhere)}/badge", null))
        {
            Assert.True(granted.IsSuccessStatusCode, await granted.Content.ReadAsStringAsync());
        }

        // The wishes of the first browser: somebody else who likes lanterns in Thai is found at once.
        await elsewhere.Button("Start").ClickAsync();
        var cleo = await Arrive();
        await cleo.Start("Cleo", "th", "lanterns");
        await cleo.Sees("Connected");
        await Expect(cleo.Page.GetByRole(AriaRole.Heading, new() { Name = "Stranger" })).ToContainTextAsync("Verified");
        await elsewhere.Sees("Connected");
    }
}
