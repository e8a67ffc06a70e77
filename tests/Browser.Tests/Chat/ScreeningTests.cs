using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Chat;

/// <summary>What the two of a chat see of a blocked and of a warned message.</summary>
public sealed class ScreeningTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
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
    public async Task A_name_that_nobody_should_have_to_read_is_told_at_its_field_and_every_other_entry_stays()
    {
        var ada = await Arrive();
        ada.Allow("status of 422");
        await ada.FillGate(name: "f4ggot", interests: "chess");
        await ada.Terms.CheckAsync();

        await ada.Button("Start").ClickAsync();

        var name = ada.Page.GetByRole(AriaRole.Textbox, new() { Name = "Display name" });
        await Expect(name).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(ada.Page.GetByText("Please choose something else: this looks like hate speech.")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Textbox, new() { Name = "Interests" })).ToHaveValueAsync("chess");
        await ada.HasFocus(name);
    }
}
