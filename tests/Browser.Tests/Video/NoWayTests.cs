using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>Only the relay is allowed, and nobody answers there.</summary>
public sealed class NoWayTests(Chromium chromium) : CallJourney(chromium)
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        ["Turn:Urls"] = "turn:127.0.0.1:9?transport=udp",
        ["Turn:Secret"] = "nobody-knows",
    };

    [Fact(Explicit = true)]
    public async Task Who_cannot_be_reached_goes_on_by_text_or_to_the_next()
    {
        var (ada, bo) = (await Preview(), await Preview());
        await ada.Button("Join").ClickAsync();
        await bo.Button("Join").ClickAsync();
        await ada.Sees("Connected");
        await Expect(Trouble(ada)).ToBeVisibleAsync();
        await Expect(Trouble(bo)).ToBeVisibleAsync();
        await Expect(ada.Button("Try again")).ToBeVisibleAsync();

        await ada.Button("Continue by text").ClickAsync();

        await Expect(ada.Call.Stranger).ToBeHiddenAsync();
        await ada.HasFocus(ada.Message);
        var held = await ada.Call.Held();
        Assert.Equal((0, 0), (held.Connections, held.Tracks));
        await ada.Say("then in writing");
        await bo.Hears("then in writing");
        await ada.Page.ReloadAsync();
        await ada.Hears("then in writing");
        await Expect(ada.Call.Stranger).ToBeHiddenAsync();
        Assert.Equal(0, await ada.Call.CamerasOpened());

        await bo.Page.GetByRole(AriaRole.Region, new() { Name = "Video call" }).GetByRole(AriaRole.Button, new() { Name = "Next" }).First.ClickAsync();
        await bo.Sees("Looking for someone");
        await ada.Sees("Chat ended");
        await RecordedCall.Says(Server, "failed");
    }

    private static ILocator Trouble(Visitor visitor) =>
        visitor.Page.GetByRole(AriaRole.Alert).GetByRole(AriaRole.Heading, new() { Name = "Video could not get through your network" });
}
