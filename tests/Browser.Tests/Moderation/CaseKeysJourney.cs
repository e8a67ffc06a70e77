using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Browser.Tests.Pages;
using RandomChat.Web.Accounts;
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
        await Reported("you are nothing and nobody", "Harassment");
        await Reported("buy cheap followers here", "Spam");
        var morgan = await SignIn(Moderator.Name);
        var page = morgan.Page;
        var problems = new List<string>();
        var look = ScreensTests.Find(problems, ColorScheme.Light, ColorScheme.Dark);
        await Queue(page, 2);
        var heading = page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^Case ") });
        var first = await heading.TextContentAsync();

        await Press(page, "?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" })).ToBeVisibleAsync();
        await look(page, "keys");
        await page.Keyboard.PressAsync("Escape");
        await ClaimAndReveal(page);
        await Press(page, "t");
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Statement" })).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("you called somebody a nobody");
        await page.Keyboard.PressAsync("Escape");
        await look(page, "ready to decide");
        await Press(page, "b");
        await Expect(page.GetByText("Banned, and out at once.")).ToBeVisibleAsync();
        await Expect(heading).Not.ToHaveTextAsync(first!);
        await Expect(page.GetByText("It can be taken back for")).ToBeVisibleAsync();
        await look(page, "after a ban");

        await Press(page, "u");
        await Expect(page.GetByText("Taken back. The case is open again, and yours.")).ToBeVisibleAsync();
        await Expect(heading).ToHaveTextAsync(first!);
        await Press(page, "n");
        await page.Keyboard.TypeAsync("For somebody who may see more.");
        await page.Keyboard.PressAsync("Escape");
        await Press(page, "e");
        await Expect(page.GetByText("Escalated to whoever may see severe cases.")).ToBeVisibleAsync();
        await Expect(heading).Not.ToHaveTextAsync(first!);
        await Press(page, "f");
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

    /// <summary>A second moderator decides the appeal; both find what happened in history and audit, and nobody touches a mouse.</summary>
    [Fact(Explicit = true)]
    public async Task A_ban_is_appealed_and_overturned_by_somebody_else_and_the_log_tells_it_by_keys_alone()
    {
        Assert.IsType<Enlistment.Done>(await server.Services.GetRequiredService<StaffAccounts>().Enlist("robin", Moderator.Password, StaffRoles.Moderator));
        var ada = await Reported("you are nothing and nobody", "Harassment");
        var problems = new List<string>();
        var look = ScreensTests.Find(problems, ColorScheme.Light, ColorScheme.Dark);

        var morgan = await SignIn(Moderator.Name);
        await Queue(morgan.Page, 1);
        await ClaimAndReveal(morgan.Page);

        // What there was when the report came, beside the case; nothing of what was done since.
        await morgan.TabTo(morgan.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^The history at that time") }));
        var history = await morgan.Page.Context.RunAndWaitForPageAsync(() => morgan.Page.Keyboard.PressAsync("Enter"));
        await Until(history, history.GetByText(new Regex("reported .*: Harassment")));
        await Expect(history.GetByText("Looked at the evidence.")).ToHaveCountAsync(0);
        await look(history, "the history at the time of the report");
        await history.CloseAsync();
        await Press(morgan.Page, "t");
        await morgan.Page.Keyboard.TypeAsync("You insulted somebody who was kind to you.");
        await morgan.Page.Keyboard.PressAsync("Escape");
        await Press(morgan.Page, "b");
        await Expect(morgan.Page.GetByText("Banned, and out at once.")).ToBeVisibleAsync();

        await ada.Page.WaitForURLAsync("**/banned");
        await ada.TabTo(ada.Page.GetByLabel("Your side"));
        await ada.Page.Keyboard.TypeAsync("We know each other; it was a joke.");
        await ada.TabTo(ada.Button("Send appeal"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.Sees("The answer appears on this page");

        // Whoever decided cannot uphold it; somebody else decides.
        await Appeals(morgan);
        await Expect(morgan.Button("Uphold")).ToHaveCountAsync(0);
        var robin = await SignIn("robin");
        await Appeals(robin);
        await look(robin.Page, "appeals");
        await robin.TabTo(robin.Page.GetByRole(AriaRole.Textbox, new() { Name = "Answer" }));
        await robin.Page.Keyboard.TypeAsync("We have read it again, and you are right.");
        await robin.TabTo(robin.Button("Overturn"));
        await robin.Page.Keyboard.PressAsync("Enter");
        await Expect(robin.Page.GetByRole(AriaRole.Status)).ToBeVisibleAsync();
        await ada.Page.ReloadAsync();
        await Expect(ada.Page.GetByText("We have read it again, and you are right.")).ToBeVisibleAsync();

        // The log, searched by what and who, and what each did.
        await Follow(robin, "History");
        await robin.TabTo(robin.Page.GetByLabel("What happened"));
        await robin.Page.Keyboard.TypeAsync("moderation.case.decided");
        await robin.TabTo(robin.Page.GetByLabel("Who did it"));
        await robin.Page.Keyboard.TypeAsync(Moderator.Name);
        await robin.Page.Keyboard.PressAsync("Enter");
        await robin.Page.WaitForURLAsync("**/admin/history?*");
        await Until(robin.Page, robin.Page.GetByText("1 report upheld: Harassment."));
        await look(robin.Page, "history search");
        await Follow(robin, "Audit");
        await robin.TabTo(robin.Page.GetByLabel("Who"));
        await robin.Page.Keyboard.TypeAsync(Moderator.Name);
        await robin.Page.Keyboard.PressAsync("Enter");
        await Expect(robin.Page.GetByRole(AriaRole.Region, new() { Name = "What the staff did" })).ToContainTextAsync(Moderator.Name);
        await look(robin.Page, "audit with filters");
        await Follow(robin, "Transparency");
        await Expect(robin.Page.GetByRole(AriaRole.Heading, new() { Name = "Transparency" })).ToBeVisibleAsync();
        await look(robin.Page, "transparency");
        await robin.Page.SetViewportSizeAsync(768, 1024);
        foreach (var path in new[] { "/admin/appeals", "/admin/audit", "/admin/transparency", "/admin/passkeys", "/admin/sessions", "/transparency" })
        {
            await robin.Page.GotoAsync(path);
            await look(robin.Page, $"{path} at 768");
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));

        async Task Appeals(Visitor who)
        {
            await Follow(who, "Appeals");
            await Until(who.Page, who.Page.GetByText("it was a joke"));
        }
    }

    /// <summary>Looks again until the event has been read that something comes of.</summary>
    private static Task Until(IPage page, ILocator there) => Wait.Until(async () =>
    {
        if (await there.CountAsync() > 0)
        {
            return true;
        }

        await page.ReloadAsync();
        return false;
    });

    private static async Task Follow(Visitor who, string link)
    {
        await who.TabTo(who.Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }));
        await who.Page.Keyboard.PressAsync("Enter");
        await who.Page.WaitForURLAsync($"**/admin/{link.ToLowerInvariant()}");
        await who.Page.WaitForLoadStateAsync();
    }

    /// <summary>Somebody says something, and is reported for it.</summary>
    private async Task<Visitor> Reported(string said, string reason)
    {
        var (ada, bo) = await Meet();
        ada.Allow("WebSocket connection to .* failed");
        await ada.Say(said);
        await bo.Hears(said);
        await bo.Button("Report").ClickAsync();
        await bo.Report.GetByRole(AriaRole.Radio, new() { Name = reason }).CheckAsync();
        await bo.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }).ClickAsync();
        await bo.Report.GetByText("Thanks").WaitForAsync();
        return ada;
    }

    private async Task<Visitor> SignIn(string name)
    {
        var staff = await Arrive(ScreensTests.Options(1280, 800));
        await staff.Page.GotoAsync("/admin");
        await staff.HasFocus(staff.Page.GetByRole(AriaRole.Textbox, new() { Name = "Username" }));
        await staff.Page.Keyboard.TypeAsync(name);
        await staff.Page.Keyboard.PressAsync("Tab");
        await staff.Page.Keyboard.TypeAsync(Moderator.Password);
        await staff.Page.Keyboard.PressAsync("Enter");
        await staff.Page.WaitForURLAsync("**/admin");
        return staff;
    }

    /// <summary>A key of the page. One that is pressed before its script runs is nobody's.</summary>
    private static async Task Press(IPage page, string key)
    {
        await page.WaitForLoadStateAsync();
        await page.Keyboard.PressAsync(key);
    }

    /// <summary>Of the case that is shown.</summary>
    private static async Task ClaimAndReveal(IPage page)
    {
        await Press(page, "c");
        await Expect(page.GetByText("Claimed by you until")).ToBeVisibleAsync();
        await Press(page, "r");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Evidence" })).ToContainTextAsync("nobody");
    }

    /// <summary>Opens the queue when so many cases are in it.</summary>
    private static async Task Queue(IPage page, int cases)
    {
        await Wait.Until(async () =>
        {
            await page.GotoAsync("/admin/cases");
            return await page.Locator(".rail ol a").CountAsync() == cases;
        });
        await page.WaitForLoadStateAsync();
    }
}
