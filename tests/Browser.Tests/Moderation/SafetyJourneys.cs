using System.Text.Json;
using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Moderation;

/// <summary>On one machine with nothing installed.</summary>
public sealed class EmbeddedSafetyTests(Chromium chromium, Site site) : SafetyJourneys(chromium, site), IClassFixture<Site>;

/// <summary>On two nodes that share an event store, Postgres and Redis.</summary>
[Trait("run", "long")]
public sealed class SharedEnginesSafetyTests(Chromium chromium, SharedEnginesSite site)
    : SafetyJourneys(chromium, site), IClassFixture<SharedEnginesSite>;

/// <summary>
/// What keeps people safe and what they may ask for, from the page: messages that are held back or warned about, a ban and
/// the way out of it, taking along what is kept and having it erased. The same whatever engines are underneath.
/// </summary>
public abstract class SafetyJourneys(Chromium chromium, ISite site) : Journey(chromium)
{
    protected override Uri Address => site.Address;

    [Fact]
    public async Task A_blocked_message_stays_with_its_sender_with_the_reason_and_a_warned_one_arrives()
    {
        var (ada, bo) = await Meet();

        await ada.Say("go k i l l yourself");
        var row = ada.Conversation.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "go k i l l yourself" });
        await Expect(row).ToContainTextAsync("Not delivered. It looks like a threat. Only you can see it.");
        await Expect(row.GetByRole(AriaRole.Link, new() { Name = "Why?" })).ToHaveAttributeAsync("href", "/guidelines");
        await ada.Say("you can call 07700 900123");
        await bo.Hears("you can call 07700 900123");
        await Expect(ada.Conversation).ToContainTextAsync("Sent. That looks like a phone number; take care.");

        Assert.Equal(["you can call 07700 900123"], await bo.Bodies());
        // Both wait when the word about the first comes.
        ada.Allow("ERR_INTERNET_DISCONNECTED");
        await ada.Browser.SetOfflineAsync(true);
        await ada.Sees("You are offline. Unsent messages wait here.");
        await ada.Say("mail me at ada@example.org");
        await ada.Say("or not");
        await ada.Browser.SetOfflineAsync(false);
        await bo.Hears("or not");
        await Expect(ada.Conversation.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "mail me" })).ToContainTextAsync("take care");
        await Expect(ada.Conversation.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "or not" })).Not.ToContainTextAsync("take care");
        await ada.Page.SetViewportSizeAsync(360, 640);
        Assert.True(await ada.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"));
        await Expect(bo.Conversation).Not.ToContainTextAsync("take care");
        await bo.Say("i did not see a thing");
        await ada.Hears("i did not see a thing");
    }

    [Fact]
    public async Task Whoever_is_warned_reads_it_until_they_close_it_whatever_else_happens()
    {
        var (ada, bo) = await Meet();
        await ada.Say("go k i l l yourself");
        var warning = ada.Page.GetByRole(AriaRole.Region, new() { Name = "Warning" });
        await Expect(warning).ToContainTextAsync("A warning: Threat.");

        await ada.Button("Next").ClickAsync();
        await bo.Sees("Chat ended");
        await ada.Sees("Looking for someone");
        await Expect(warning).ToBeVisibleAsync();
        var why = await ada.Page.RunAndWaitForPopupAsync(() => warning.GetByRole(AriaRole.Link, new() { Name = "Why, and how to appeal" }).ClickAsync());
        await Expect(why.GetByText("Automatically, by rules that nobody looked at")).ToBeVisibleAsync();
        await warning.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(warning).ToBeHiddenAsync();
        var data = await OpenTab(ada);
        await data.Page.GotoAsync("/my-data");
        await data.Page.GetByRole(AriaRole.Link, new() { Name = "Warning: Threat" }).ClickAsync();
        await Sees(data, "Automatically, by rules that nobody looked at");
        await Expect(bo.Page.GetByRole(AriaRole.Region, new() { Name = "Warning" })).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Whoever_is_banned_in_a_chat_reads_why_cannot_start_again_appeals_once_and_is_heard()
    {
        var (ada, bo) = await Meet();
        ada.Allow("WebSocket connection to .* failed");
        ada.Allow("status of 4(03|22)");
        var id = await Desk.IdOf(ada);
        await site.Ban(ada, "harassment", "You kept insulting people.");

        await bo.Sees("Chat ended");
        await Sees(bo, "This chat was ended.");
        await ada.Page.WaitForURLAsync("**/banned");
        await Sees(ada, "You can come back on");
        await Sees(ada, "Harassment");
        await Sees(ada, "You kept insulting people.");
        await Sees(ada, "By a moderator");

        await ada.Button("Send appeal").ClickAsync();
        Assert.True(await ada.Page.GetByLabel("Your side").EvaluateAsync<bool>("one => !one.checkValidity()"));
        await ada.Page.GetByLabel("Your side").FillAsync("We know each other; it was a joke between us.");
        await ada.Button("Send appeal").ClickAsync();
        await ada.Sees("The answer appears on this page");
        Assert.StartsWith("/appeal", new Uri(ada.Page.Url).AbsolutePath, StringComparison.Ordinal);
        var appeal = ada.Page.Url;

        await ada.FillGate();
        await ada.Terms.CheckAsync();
        await ada.Button("Start").ClickAsync();
        await ada.Page.WaitForURLAsync("**/banned");
        await ada.Sees("The answer appears on this page");

        await site.Overturn(id, "Your partner says the same. We are sorry.");
        await ada.Page.GotoAsync(appeal);
        await Sees(ada, "You were right.");
        await Sees(ada, "We are sorry.");
        await ada.Start();
        await ada.Sees("Looking for someone");
    }

    [Fact]
    public async Task A_visitor_downloads_what_is_kept_has_it_erased_and_is_out_of_the_chat_and_of_the_session()
    {
        var (ada, bo) = await Meet();
        await ada.Say("to take along");
        await bo.Hears("to take along");
        ada.Allow("WebSocket connection to .* failed");
        var page = await OpenTab(ada);
        page.Allow("WebSocket connection to .* failed");
        await page.Page.GotoAsync("/privacy");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Your data" }).ClickAsync();

        var download = await page.Page.RunAndWaitForDownloadAsync(() =>
            page.Page.GetByRole(AriaRole.Link, new() { Name = "Download what is kept on me" }).ClickAsync());
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(await download.PathAsync()));
        Assert.Equal("randomchat-my-data.json", download.SuggestedFilename);
        Assert.Equal(JsonValueKind.Array, file.RootElement.GetProperty("sessions").ValueKind);

        await page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "I understand" }).CheckAsync();
        await page.Button("Erase everything about me").ClickAsync();

        await page.Sees("Done.");
        await bo.Sees("Chat ended");
        await ada.Page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await page.Page.GotoAsync("/my-data");
        await page.Sees("This browser has no session");
    }

    private static Task Sees(Visitor visitor, string words) => visitor.Page.GetByText(words).First.WaitForAsync();
}
