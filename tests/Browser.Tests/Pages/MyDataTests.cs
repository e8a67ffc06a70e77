using System.Text.Json;
using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

/// <summary>Taking along what is kept, and having it erased, from the page.</summary>
public sealed class MyDataTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
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
}
