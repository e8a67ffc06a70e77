using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

/// <summary>Every screen that a visitor comes to, one after the other.</summary>
public abstract class Tour(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    private readonly Site site = site;

    /// <summary>Goes through all screens and looks at each.</summary>
    /// <param name="options">Of the browser that looks.</param>
    /// <param name="look">Takes the page and the name of the screen.</param>
    protected async Task Walk(BrowserNewContextOptions options, Func<IPage, string, Task> look)
    {
        var ada = await Arrive(options);
        ada.Allow("status of 4(04|22)");
        foreach (var path in new[] { "/", "/terms", "/guidelines", "/privacy", "/my-data", "/account", "/account/sign-in", "/account/recover", "/api", "/no-such-page" })
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

        cleo.Allow("WebSocket connection to .* failed");
        await site.Ban(cleo, "harassment", "In a chat you kept insulting your partner after they had asked you to stop.");
        await cleo.Page.WaitForURLAsync("**/banned");
        await look(cleo.Page, "banned");

        await cleo.Page.GetByLabel("Your side").FillAsync("We know each other; it was a joke between us.");
        await cleo.Button("Send appeal").ClickAsync();
        await cleo.Sees("The answer appears on this page");
        await look(cleo.Page, "appealed");
    }

    /// <summary>Goes through the screens of a video chat and looks at each.</summary>
    /// <param name="options">Of the browser that looks.</param>
    /// <param name="look">Takes the page and the name of the screen.</param>
    protected async Task WalkCall(BrowserNewContextOptions options, Func<IPage, string, Task> look)
    {
        var refusing = await ArriveWithCamera(new(options) { Permissions = [] });
        await refusing.Start(mode: "Video");
        await refusing.Button("Try again").WaitForAsync();
        await look(refusing.Page, "preview refused");

        var ada = await ArriveWithCamera(options);
        await ada.Start("Juniper", "en", "film photography", "Video");
        await ada.Page.GetByText("What Stranger sees").WaitForAsync();
        await Plays(ada.Call.You);
        await Plays(ada.Page.Locator("#coarse"));
        await look(ada.Page, "preview");

        await ada.Button("Join").ClickAsync();
        await ada.Sees("Looking for someone");
        await Plays(ada.Call.You);
        await look(ada.Page, "searching by video");

        var bo = await ArriveWithCamera(options);
        await bo.Start("Rowan", "en", "film photography", "Video");
        await bo.Button("Join").ClickAsync();
        await ada.Sees("Connected");
        await ada.Call.Flows();
        await look(ada.Page, "video blurred");

        await bo.Button("Show my video").ClickAsync();
        await ada.Button("Show my video").ClickAsync();
        await ada.Button("Blur again").WaitForAsync();
        await bo.Say("There you are! What is that behind you?");
        await ada.Say("A shelf that I built too quickly. It leans a little.");
        await bo.Hears("A shelf that I built too quickly. It leans a little.");
        await ada.Call.WatchShown();
        await ada.Call.Shown.BecomesClear();
        await look(ada.Page, "video clear");

        var tab = await OpenTab(ada);
        await tab.Page.GotoAsync("/chat");
        await tab.Button("Take it here").WaitForAsync();
        await look(tab.Page, "video elsewhere");

        await ada.Button("Mute").ClickAsync();
        await ada.Button("Camera").ClickAsync();
        await bo.Page.GetByText("No picture comes").WaitForAsync();
        await look(ada.Page, "video with camera off");
        await look(bo.Page, "video paused");

        var (cleo, dan) = (await Unreachable(options), await Unreachable(options));
        await cleo.Button("Join").ClickAsync();
        await dan.Button("Join").ClickAsync();
        await cleo.Sees("Connected");
        await cleo.Page.Clock.FastForwardAsync(20_000);
        await cleo.Button("Continue by text").WaitForAsync();
        await look(cleo.Page, "video without a way");

        await cleo.Button("Continue by text").ClickAsync();
        await cleo.HasFocus(cleo.Message);
        await look(cleo.Page, "video continued by text");
    }

    private static async Task Plays(ILocator video) => await video.EvaluateAsync(
        "video => new Promise((resolve) => video.requestVideoFrameCallback(resolve))");

    /// <summary>Somebody at the preview whose calls will find no way, and whose clock can be turned.</summary>
    private async Task<Visitor> Unreachable(BrowserNewContextOptions options)
    {
        var visitor = await ArriveWithCamera(options);
        await visitor.Page.Clock.InstallAsync();
        await visitor.Start(mode: "Video");
        // Whoever tries again sends the ways already known inside the offer.
        await visitor.Page.EvaluateAsync("""
            () => {
              const calls = RTCPeerConnection.prototype;
              const accept = calls.setRemoteDescription;
              calls.addIceCandidate = async () => {};
              calls.setRemoteDescription = function ({ type, sdp }) {
                return accept.call(this, { type, sdp: sdp.replace(/^a=candidate:.*\r\n/gm, "") });
              };
            }
            """);
        return visitor;
    }
}
