using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

/// <summary>Every screen that a visitor comes to, one after the other.</summary>
public abstract class Tour(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    /// <summary>Goes through all screens and looks at each.</summary>
    /// <param name="options">Of the browser that looks.</param>
    /// <param name="look">Takes the page and the name of the screen.</param>
    protected async Task Walk(BrowserNewContextOptions options, Func<IPage, string, Task> look)
    {
        var ada = await Arrive(options);
        ada.Allow("status of 4(04|22)");
        foreach (var path in new[] { "/", "/terms", "/guidelines", "/privacy", "/my-data", "/no-such-page" })
        {
            await ada.Page.GotoAsync(path);
            await look(ada.Page, path);
        }

        await ada.FillGate("", interests: "film photography, baking");
        await ada.Button("Start").ClickAsync();
        await ada.HasFocus(ada.BirthYear);
        await look(ada.Page, "the gate with errors");

        await ada.Start("Juniper", "en", "film photography");
        await ada.Sees("Looking for someone");
        await look(ada.Page, "searching");

        var bo = await Arrive(options);
        await bo.Start("Rowan", "en", "film photography");
        await ada.Sees("Connected");
        await ada.Say("Do you print your own pictures? The first one took me three evenings and a lot of patience.");
        await bo.Say("أفضل الصور تأتي بالصدفة");
        await ada.Hears("أفضل الصور تأتي بالصدفة");
        await bo.Say("https://photographs.example/an-address-that-is-longer-than-any-line-on-a-small-phone-can-ever-be");
        await ada.Hears("https://photographs.example/an-address-that-is-longer-than-any-line-on-a-small-phone-can-ever-be");
        await look(ada.Page, "chat");

        await ada.Button("Emoji").ClickAsync();
        await look(ada.Page, "emoji picker");
        await ada.Page.Keyboard.PressAsync("Escape");

        await ada.Button("Report").ClickAsync();
        await ada.HasFocus(ada.Report.GetByRole(AriaRole.Radio).First);
        await look(ada.Page, "report");

        await ada.Report.GetByRole(AriaRole.Radio, new() { Name = "Other" }).CheckAsync();
        await ada.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }).ClickAsync();
        await ada.Report.GetByText("Thanks").WaitForAsync();
        await look(ada.Page, "reported");

        await ada.Report.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await ada.Sees("Chat ended");
        await look(ada.Page, "ended");

        var cleo = await Arrive(options);
        await cleo.Start();
        await cleo.Sees("Looking for someone");
        await cleo.Button("Stop").ClickAsync();
        await cleo.Sees("You have stopped");
        await look(cleo.Page, "stopped");
    }
}
