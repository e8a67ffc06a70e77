using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Gate;

/// <summary>The whole way with the settings that a server has when nothing is set.</summary>
public sealed class ProofTests(Chromium chromium) : Journey(chromium)
{
    private RunningServer? server;

    protected override Uri Address => server!.Address;

    public override async ValueTask InitializeAsync() => server = await RunningServer.Start(Site.Guarded);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server!.DisposeAsync();
    }

    [Fact]
    public async Task Two_strangers_pass_the_gate_meet_talk_and_part()
    {
        var ada = await Arrive();
        await ada.Start("Juniper", "en", "film photography, baking");
        await ada.Sees("Looking for someone");
        await Expect(ada.Button("Stop")).ToBeVisibleAsync();

        var bo = await Arrive();
        await bo.Start("Rowan", "en", "baking, chess");

        await ada.Sees("Connected");
        await bo.Sees("Connected");
        await ada.HasFocus(ada.Message);
        await Expect(ada.Page.GetByText("goes by Rowan")).ToBeVisibleAsync();
        await Expect(ada.Conversation).ToContainTextAsync("You are connected. You both like baking.");
        foreach (var name in new[] { "Send", "Emoji", "Next", "Stop", "Report", "Block" })
        {
            await Expect(ada.Button(name)).ToBeVisibleAsync();
        }

        await ada.Say("hello there");
        await bo.Hears("hello there");
        await bo.Message.PressSequentiallyAsync("hi, how");
        await ada.Sees("Stranger is typing");
        await bo.Message.PressAsync("Enter");
        await ada.Hears("hi, how");
        await ada.Sees("Connected");
        await bo.Say("are you?");
        await ada.Hears("are you?");
        Assert.Equal(["hello there", "hi, how", "are you?"], await ada.Bodies());
        Assert.Equal(["hello there", "hi, how", "are you?"], await bo.Bodies());

        await ada.Button("Next").ClickAsync();

        await ada.Sees("Looking for someone");
        await bo.Sees("Chat ended");
        await Expect(bo.Conversation).ToContainTextAsync("Stranger left the chat.");
        await bo.HasFocus(bo.Button("Start"));
        await ada.Button("Stop").ClickAsync();
        await Expect(ada.Button("Start")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Start_before_the_proof_is_there_waits_for_it_and_goes_through()
    {
        var visitor = await Arrive();
        var release = new TaskCompletionSource();
        await visitor.Page.RouteAsync("**/api/captcha", async route =>
        {
            await release.Task;
            await route.ContinueAsync();
        });
        await visitor.FillGate("1990");
        await visitor.Terms.CheckAsync();

        await visitor.Button("Start").ClickAsync();

        await Expect(visitor.Page.GetByText("One moment, your device is being checked.")).ToBeVisibleAsync();
        Assert.EndsWith("/", visitor.Page.Url, StringComparison.Ordinal);
        release.SetResult();
        await visitor.Page.WaitForURLAsync("**/chat*");
        await visitor.Sees("Looking for someone");
    }
}
