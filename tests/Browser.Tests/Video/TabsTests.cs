using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

public sealed class TabsTests(Chromium chromium) : CallJourney(chromium)
{
    [Fact(Explicit = true)]
    public async Task Only_one_tab_holds_the_call_and_another_takes_it_when_that_one_is_closed()
    {
        var (ada, bo) = await Call();
        var tab = await OpenTab(ada);
        await tab.Page.GotoAsync("/chat");
        await Expect(tab.Page.Locator("#stage.elsewhere")).ToBeAttachedAsync();
        Assert.False(await tab.Button("Mute").IsVisibleAsync());

        await Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "The call is in another tab" })).ToBeVisibleAsync();
        await HoldsNothing(tab);
        await tab.Button("Take it here").ClickAsync();
        await Expect(tab.Page.GetByText("The call is in another tab")).ToBeVisibleAsync();
        await HoldsNothing(tab);
        await tab.Say("written beside it");
        await bo.Hears("written beside it");
        await Task.WhenAll(ada.Call.Flows(), bo.Call.Flows());

        await ada.Page.CloseAsync();
        await tab.Button("Take it here").ClickAsync();

        await Task.WhenAll(tab.Call.Flows(), bo.Call.Flows());
        await Expect(tab.Page.GetByText("The call is in another tab")).ToBeHiddenAsync();
    }

    [Fact(Explicit = true)]
    public async Task Who_wants_video_never_meets_who_wants_text()
    {
        var ada = await Preview();
        await ada.Button("Join").ClickAsync();
        await ada.Sees("Looking for someone");
        var bo = await Arrive();
        await bo.Start();
        await bo.Sees("Looking for someone");

        // Each waited first, and still meets who came last.
        var cleo = await Preview();
        await cleo.Button("Join").ClickAsync();
        await AreInACall(ada, cleo);
        await bo.Sees("Looking for someone");
        var dan = await Arrive();
        await dan.Start();
        await bo.Sees("Connected");
        await Expect(dan.Status).ToHaveTextAsync("Connected");
        await Expect(ada.Status).ToHaveTextAsync("Connected · video");
    }

    private static async Task HoldsNothing(Visitor visitor)
    {
        var held = await visitor.Call.Held();
        Assert.Equal((0, 0), (held.Connections, held.Tracks));
    }
}
