using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>Camera and microphone in mid-call: switched off and on, changed, and taken away.</summary>
public sealed class DevicesTests(Chromium chromium, ITestOutputHelper output) : CallJourney(chromium)
{
    [Fact(Explicit = true)]
    public async Task A_camera_that_is_taken_away_is_missed_in_words_and_comes_back_by_its_button()
    {
        var (ada, bo) = await Call();
        var offers = Offers(ada, bo);

        await ada.Page.EvaluateAsync("""
            () => {
              const [camera] = meters.devices("video");
              camera.stop();
              camera.dispatchEvent(new Event("ended"));
            }
            """);

        await Expect(ada.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "The connection to the camera ended" })).ToBeVisibleAsync();
        await Expect(ada.Button("Camera")).ToHaveAttributeAsync("aria-pressed", "false");
        Assert.Empty(await ada.Call.Cameras());
        await Expect(bo.Page.GetByText("No picture comes from Stranger just now.")).ToBeVisibleAsync();
        await Task.WhenAll(ada.Call.Flows(), bo.Call.SoundFlows());

        await ada.Button("Camera").ClickAsync();

        await bo.Call.Flows();
        await Expect(bo.Page.GetByText("No picture comes")).ToBeHiddenAsync();
        await Expect(ada.Page.GetByText("The connection to the camera ended")).ToBeHiddenAsync();
        Assert.Equal(offers, Offers(ada, bo));
    }

    [Fact(Explicit = true)]
    public async Task Mute_silences_and_Camera_puts_the_light_out_and_the_partner_reads_it()
    {
        var (ada, bo) = await Call();
        var before = await bo.Call.Traffic();
        await bo.Call.Until(now => now.Loudness > before.Loudness + (1000 * Traffic.Silence));

        await ada.Button("Mute").ClickAsync();
        await ada.Button("Camera").ClickAsync();

        await Expect(bo.Page.GetByText("No picture comes from Stranger just now.")).ToBeVisibleAsync();
        Assert.Empty(await ada.Call.Cameras());
        var silent = await bo.Call.Traffic();
        // Longer than from one beep to the next.
        await bo.Call.SoundFlows(packets: 100);
        Assert.InRange((await bo.Call.Traffic()).Loudness - silent.Loudness, 0, Traffic.Silence);
        await Expect(ada.Page.GetByText("Muted")).ToBeVisibleAsync();

        await ada.Button("Mute").ClickAsync();
        await ada.Button("Camera").ClickAsync();

        await bo.Call.Flows();
        await bo.Call.Until(now => now.Loudness > silent.Loudness + (1000 * Traffic.Silence));
        output.WriteLine($"{before.Loudness} {silent.Loudness}");
    }

    [Fact(Explicit = true)]
    public async Task Another_camera_and_another_microphone_take_over_without_a_new_offer()
    {
        var (ada, bo) = await Call();
        var offers = Offers(ada, bo);

        await ada.Call.Picker("Camera").SelectOptionAsync("fake_device_1");
        await ada.Call.Picker("Microphone").SelectOptionAsync("Fake Audio Input 1");

        await Wait.Until(async () => (await ada.Call.Cameras()) is ["fake_device_1"] && (await ada.Call.Microphones()) is ["Fake Audio Input 1"]);
        await Task.WhenAll(ada.Call.Flows(), bo.Call.Flows());
        Assert.Equal(offers, Offers(ada, bo));
        // One microphone, one camera, the coarse pictures that are sent and shown.
        Assert.Equal(4, (await ada.Call.Held()).Tracks);
    }

    /// <summary>Offers that crossed the hub.</summary>
    private static int Offers(params Visitor[] visitors) =>
        visitors.Sum(visitor => visitor.Told("signal").Count(signal => signal.GetProperty("type").ValueEquals("offer")));
}
