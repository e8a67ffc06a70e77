using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>No clear picture before both agreed: measured on what arrives and on what is shown, not on styles.</summary>
public sealed class ConsentTests(Chromium chromium) : CallJourney(chromium)
{
    [Fact]
    public async Task Pictures_are_blurred_until_both_agreed_and_again_when_one_takes_it_back()
    {
        var (ada, bo) = await WatchedCall();
        await Everywhere(ada, bo, picture => picture.StaysCoarse());

        await ada.Button("Show my video").ClickAsync();
        await Expect(ada.Page.GetByText("You agreed. Waiting for Stranger.")).ToBeVisibleAsync();
        await Expect(bo.Page.GetByText("Stranger agreed to show the picture. Now it is up to you.")).ToBeVisibleAsync();
        await Everywhere(ada, bo, picture => picture.StaysCoarse());

        await bo.Button("Show my video").ClickAsync();
        await Everywhere(ada, bo, picture => picture.BecomesClear());
        await Expect(ada.Button("Show my video")).ToBeHiddenAsync();

        await ada.Button("Blur again").ClickAsync();
        await Everywhere(ada, bo, picture => picture.BecomesCoarse());
        await Expect(bo.Page.GetByText("You agreed. Waiting for Stranger.")).ToBeVisibleAsync();

        await ada.Button("Show my video").ClickAsync();
        await Everywhere(ada, bo, picture => picture.BecomesClear());
    }

    [Fact(Explicit = true)]
    public async Task What_a_careless_partner_sends_clear_is_shown_blurred()
    {
        var (ada, bo) = (await Preview(), await Preview());
        await bo.Page.EvaluateAsync("""
            () => { HTMLCanvasElement.prototype.captureStream = () => new MediaStream([meters.devices("video")[0].clone()]); }
            """);
        await Watch(ada, bo);

        await ada.Call.Arriving.BecomesClear();
        await ada.Call.Shown.StaysCoarse();
        await bo.Call.Arriving.StaysCoarse();
        await ada.Button("Show my video").ClickAsync();
        await ada.Call.Shown.StaysCoarse();
        await bo.Button("Show my video").ClickAsync();
        await ada.Call.Shown.BecomesClear();
    }

    [Fact(Explicit = true)]
    public async Task A_page_that_cannot_blur_sends_and_shows_no_picture_before_both_agreed()
    {
        var (ada, bo) = (await Preview(), await Preview());
        await bo.Page.EvaluateAsync("""
            () => { HTMLCanvasElement.prototype.captureStream = () => { throw new Error("Not here"); }; }
            """);
        await ada.Button("Join").ClickAsync();
        await bo.Button("Join").ClickAsync();
        await ada.Sees("Connected");
        await ada.Call.SoundFlows();
        await bo.Call.Flows();

        Assert.Equal(0, (await ada.Call.Traffic()).Frames);
        await Expect(ada.Page.GetByText("No picture comes from Stranger just now.")).ToBeVisibleAsync();
        Assert.False(await bo.Call.Stranger.EvaluateAsync<bool>("video => video.srcObject !== null"));

        await ada.Button("Show my video").ClickAsync();
        await bo.Button("Show my video").ClickAsync();
        await ada.Call.Flows();
        await FirstPicture(ada);
        await Expect(ada.Page.GetByText("No picture comes")).ToBeHiddenAsync();
        foreach (var visitor in new[] { ada, bo })
        {
            await visitor.Call.WatchShown();
            await visitor.Call.Shown.BecomesClear();
        }
    }

    [Fact(Explicit = true)]
    public async Task Always_show_mine_is_remembered_and_counts_until_it_is_taken_back_in_a_call()
    {
        var (ada, bo) = (await Preview(), await Preview());
        await Always(ada).CheckAsync();
        await ada.Page.ReloadAsync();
        await ada.Sees("Before anyone sees you");
        await Expect(Always(ada)).ToBeCheckedAsync();
        await Expect(Always(bo)).Not.ToBeCheckedAsync();
        await Watch(ada, bo);
        await Expect(bo.Page.GetByText("Stranger agreed to show the picture. Now it is up to you.")).ToBeVisibleAsync();
        await bo.Call.Arriving.StaysCoarse();
        await bo.Button("Show my video").ClickAsync();
        await bo.Call.Shown.BecomesClear();

        await ada.Button("Blur again").ClickAsync();
        await bo.Call.Shown.BecomesCoarse();
        await ada.Page.ReloadAsync();
        await ada.Sees("Connected");
        await Task.WhenAll(ada.Call.Flows(), bo.Call.Flows());
        await Expect(ada.Button("Show my video")).ToHaveAttributeAsync("aria-pressed", "false");
        await bo.Call.Arriving.StaysCoarse();

        await ada.Button("Next").ClickAsync();
        await bo.Sees("Chat ended");
        var cleo = await Preview();
        await cleo.Button("Join").ClickAsync();
        await ada.Sees("Connected");
        await Expect(ada.Button("Show my video")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(cleo.Page.GetByText("Stranger agreed to show the picture. Now it is up to you.")).ToBeVisibleAsync();
    }

    private static ILocator Always(Visitor visitor) => visitor.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Always show mine" });

    private async Task<(Visitor Ada, Visitor Bo)> WatchedCall()
    {
        var (ada, bo) = (await Preview(), await Preview());
        await Watch(ada, bo);
        return (ada, bo);
    }

    /// <summary>From the preview into a call in which every picture is looked at.</summary>
    private static async Task Watch(params Visitor[] visitors)
    {
        foreach (var visitor in visitors)
        {
            await visitor.Call.WatchWire();
        }

        await Join(visitors);
        foreach (var visitor in visitors)
        {
            await visitor.Call.WatchShown();
        }
    }

    private static Task Everywhere(Visitor ada, Visitor bo, Func<PictureView, Task> look) =>
        Task.WhenAll(new[] { ada.Call.Arriving, ada.Call.Shown, bo.Call.Arriving, bo.Call.Shown }.Select(look));
}

/// <summary>On a server that leaves it to each.</summary>
public sealed class WithoutConsentTests(Chromium chromium) : CallJourney(chromium)
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?> { ["Video:ConsentBlur"] = "false" };

    [Fact(Explicit = true)]
    public async Task Pictures_are_clear_at_once_but_of_whoever_starts_blurred()
    {
        var (ada, bo) = (await Preview(), await Preview());
        await ada.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Start with my picture blurred" }).CheckAsync();
        await ada.Call.WatchWire();
        await bo.Call.WatchWire();
        await Join(ada, bo);
        await ada.Call.WatchShown();
        await bo.Call.WatchShown();

        await ada.Call.Shown.BecomesClear();
        await bo.Call.Arriving.StaysCoarse();
        await Expect(bo.Button("Show my video")).ToBeHiddenAsync();

        await ada.Button("Show my video").ClickAsync();
        await bo.Call.Shown.BecomesClear();
        await ada.Button("Blur again").ClickAsync();
        await bo.Call.Arriving.BecomesCoarse();
    }
}
