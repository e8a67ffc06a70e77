using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Chat;

public sealed class ReportTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    [Fact]
    public async Task The_dialog_asks_in_the_agreed_words_starts_at_the_first_reason_and_is_left_by_Esc_alone()
    {
        var (ada, bo) = await Meet();

        await ada.Button("Report").ClickAsync();

        await Expect(ada.Report.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Why are you reporting this user?");
        var reasons = ada.Report.GetByRole(AriaRole.Radio);
        Assert.Equal(
            ["Nudity", "Harassment", "Hate speech", "Spam", "Threat", "Someone under age", "Other"],
            await ada.Report.Locator("label:has([type=radio])").AllInnerTextsAsync());
        await ada.HasFocus(reasons.First);
        await Expect(ada.Report.GetByRole(AriaRole.Checkbox, new() { Name = "Block", Exact = true })).ToBeCheckedAsync();
        await Expect(ada.Report.GetByRole(AriaRole.Textbox, new() { Name = "Comment" })).ToBeVisibleAsync();

        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Report).ToHaveCountAsync(0);
        await ada.HasFocus(ada.Button("Report"));
        await ada.Page.Keyboard.PressAsync("Escape");

        await Expect(ada.Page.GetByText("Esc again to leave Stranger for good")).ToBeVisibleAsync();
        await ada.Sees("Connected");
        await bo.Sees("Connected");
    }

    [Fact]
    public async Task A_report_is_thanked_for_ends_the_chat_and_is_not_given_away()
    {
        var (ada, bo) = await Meet();
        await bo.Say("buy my coins");
        await ada.Hears("buy my coins");

        await ada.Button("Report").ClickAsync();
        await ada.Report.GetByRole(AriaRole.Radio, new() { Name = "Spam" }).CheckAsync();
        await ada.Report.GetByRole(AriaRole.Textbox, new() { Name = "Comment" }).FillAsync("It sells coins.");
        await ada.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }).ClickAsync();

        await Expect(ada.Report.GetByRole(AriaRole.Heading)).ToHaveTextAsync(
            "Thanks — the user has been reported. If they repeatedly break the rules, they will be removed.");
        await bo.Sees("Chat ended");
        await Expect(bo.Conversation).ToContainTextAsync("Stranger left the chat.");
        await ada.Sees("Chat ended");
        await ada.Report.GetByRole(AriaRole.Button, new() { Name = "Meet someone else" }).ClickAsync();
        await ada.Sees("Looking for someone");
    }

    [Fact]
    public async Task A_report_without_a_reason_asks_for_one_and_keeps_the_comment()
    {
        var (ada, _) = await Meet();
        ada.Allow("status of 422");
        await ada.Button("Report").ClickAsync();
        await ada.Report.GetByRole(AriaRole.Textbox, new() { Name = "Comment" }).FillAsync("so rude");

        await ada.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }).ClickAsync();

        await Expect(ada.Report.GetByText("Please choose what comes closest.")).ToBeVisibleAsync();
        await ada.HasFocus(ada.Report.GetByRole(AriaRole.Radio).First);
        await Expect(ada.Report.GetByRole(AriaRole.Textbox, new() { Name = "Comment" })).ToHaveValueAsync("so rude");
        await ada.Report.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await ada.Sees("Connected");
    }

    [Fact]
    public async Task Someone_who_left_can_still_be_reported_once()
    {
        var (ada, bo) = await Meet();
        ada.Allow("status of 422");
        await bo.Button("Stop").ClickAsync();
        await ada.Sees("Chat ended");

        await Send();
        await Expect(ada.Report).ToContainTextAsync("Thanks — the user has been reported.");
        await ada.Report.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await ada.HasFocus(ada.Button("Report"));
        await Send();

        await Expect(ada.Report.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

        async Task Send()
        {
            await ada.Button("Report").ClickAsync();
            await ada.Report.GetByRole(AriaRole.Radio, new() { Name = "Harassment" }).CheckAsync();
            await ada.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }).ClickAsync();
        }
    }
}
