using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Moderation;

/// <summary>Being banned, being told why, and appealing, from the page.</summary>
public sealed class BannedTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    private readonly Site site = site;

    [Fact]
    public async Task Whoever_is_banned_in_a_chat_reads_why_appeals_once_and_cannot_start_again()
    {
        var (ada, bo) = await Meet();
        ada.Allow("WebSocket connection to .* failed");
        ada.Allow("status of 4(03|22)");
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

        await ada.FillGate();
        await ada.Terms.CheckAsync();
        await ada.Button("Start").ClickAsync();
        await ada.Page.WaitForURLAsync("**/banned");
        await ada.Sees("The answer appears on this page");
    }

    private static Task Sees(Visitor visitor, string words) => visitor.Page.GetByText(words).First.WaitForAsync();
}
