using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>Before the first call: what one sees and hears of oneself, and what is said where that is not possible.</summary>
public sealed class PreviewTests(Chromium chromium) : CallJourney(chromium)
{
    private const string Both = "the camera and the microphone";

    [Fact]
    public async Task It_shows_the_picture_the_blurred_one_the_devices_and_how_loud_it_is()
    {
        var ada = await Preview();

        await Expect(ada.Button("Join")).ToBeEnabledAsync();
        await Expect(ada.Call.Picker("Microphone").Locator("option")).ToHaveTextAsync(
            ["Fake Default Audio Input", "Fake Audio Input 1", "Fake Audio Input 2"]);
        await Expect(ada.Call.Picker("Camera").Locator("option")).ToHaveTextAsync(["fake_device_0", "fake_device_1"]);
        await ada.Page.WaitForFunctionAsync("() => document.querySelector('video[aria-label=You]').videoWidth > 0");
        await Expect(ada.Page.GetByText("What Stranger sees")).ToBeVisibleAsync();
        await ada.Page.EvaluateAsync("""
            () => {
              const meter = document.querySelector("meter");
              window.levels = new Set();
              setInterval(() => window.levels.add(meter.value), 50);
            }
            """);
        // The fake microphone beeps once a second.
        await ada.Page.WaitForFunctionAsync("() => Math.max(...window.levels) - Math.min(...window.levels) > 0.2");
        Assert.Equal(0, (await ada.Call.Held()).Connections);
        Assert.Empty(ada.Told("signal"));
    }

    [Fact(Explicit = true)]
    public async Task Who_refuses_reads_how_to_allow_it_and_gets_on_by_text_or_by_allowing()
    {
        var ada = await Preview(new() { Permissions = [] });
        await Says(ada, $"Your browser blocks {Both}.");
        await ada.Page.GetByText("How to allow it").ClickAsync();
        await Expect(ada.Page.GetByText("Press the sign beside the address")).ToBeVisibleAsync();
        await Expect(ada.Button("Join")).ToBeHiddenAsync();

        await ada.Browser.GrantPermissionsAsync(["camera", "microphone"]);
        await ada.Button("Try again").ClickAsync();
        await Expect(ada.Button("Join")).ToBeVisibleAsync();
        await Expect(Problem(ada)).ToBeHiddenAsync();

        var bo = await Preview(new() { Permissions = [] });
        await bo.Button("Use text instead").ClickAsync();
        await bo.Sees("Looking for someone");
        await Expect(bo.Page.GetByText("Text", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Use_text_instead_lets_the_camera_go_and_joins_a_text_chat()
    {
        var ada = await Preview();
        await Expect(ada.Button("Join")).ToBeEnabledAsync();
        await ada.Button("Use text instead").ClickAsync();
        var bo = await Arrive();
        await bo.Start();

        await ada.Sees("Connected");
        await bo.Sees("Connected");
        Assert.Equal((0, 0), (await ada.Call.Held()) switch { var held => (held.Tracks, held.Contexts) });
        await ada.Say("no picture today");
        await bo.Hears("no picture today");
    }

    [Fact]
    public async Task Without_any_device_it_says_so()
    {
        var ada = await Arrive(new() { Permissions = ["camera", "microphone"] });
        await ada.Start(mode: "Video");

        await Says(ada, "Your device has not got a camera or a microphone that we could find.");
        await Expect(ada.Button("Join")).ToBeHiddenAsync();
        await ada.Button("Use text instead").ClickAsync();
        await ada.Sees("Looking for someone");
    }

    [Fact]
    public async Task On_an_insecure_page_it_says_so()
    {
        var ada = await ArriveWithCamera();
        await ada.Page.AddInitScriptAsync("""Object.defineProperty(Navigator.prototype, "mediaDevices", { get: () => undefined })""");
        await ada.Start(mode: "Video");

        await Says(ada, $"Browsers give {Both} to secure pages (https) only, and this is none.");
        await Expect(ada.Button("Join")).ToBeHiddenAsync();
        await Expect(ada.Button("Try again")).ToBeHiddenAsync();
        await Expect(ada.Button("Use text instead")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task While_another_program_has_them_it_says_so_and_Try_again_takes_them_afterwards()
    {
        var ada = await ArriveWithCamera();
        await Fail(ada, "NotReadableError", "window.isBusy !== false");
        await ada.Start(mode: "Video");
        await Says(ada, $"Another program is using {Both}.");
        await Expect(ada.Button("Join")).ToBeHiddenAsync();

        await ada.Page.EvaluateAsync("window.isBusy = false");
        await ada.Button("Try again").ClickAsync();

        await Expect(ada.Button("Join")).ToBeVisibleAsync();
        await Expect(Problem(ada)).ToBeHiddenAsync();
        Assert.Equal(1, await ada.Call.CamerasOpened());
    }

    [Fact(Explicit = true)]
    public async Task With_a_microphone_alone_one_joins_and_is_heard()
    {
        var ada = await ArriveWithCamera();
        await Fail(ada, "NotFoundError", "constraints.video");
        await ada.Start(mode: "Video");
        await Says(ada, "Your device has not got a camera that we could find.");
        var bo = await Preview();

        await ada.Button("Join").ClickAsync();
        await bo.Button("Join").ClickAsync();

        await bo.Sees("Connected");
        await bo.Call.SoundFlows();
        await ada.Call.Flows();
        Assert.Equal(0, (await bo.Call.Traffic()).Frames);
        await Expect(bo.Page.GetByText("No picture comes from Stranger just now.")).ToBeVisibleAsync();
    }

    [Fact(Explicit = true)]
    public async Task Muted_and_without_camera_before_Join_one_is_so_in_the_call_and_the_next_time()
    {
        var (ada, bo) = (await Preview(), await Preview());
        await ada.Button("Mute").ClickAsync();
        await ada.Button("Camera").ClickAsync();
        await Expect(ada.Page.GetByText("Your camera is off.")).ToBeVisibleAsync();
        Assert.Empty(await ada.Call.Cameras());
        await ada.Page.ReloadAsync();
        await Expect(ada.Page.GetByText("Muted")).ToBeVisibleAsync();
        Assert.Equal(0, await ada.Call.CamerasOpened());

        await ada.Button("Join").ClickAsync();
        await bo.Button("Join").ClickAsync();

        await ada.Call.Flows();
        await Expect(ada.Button("Mute")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(ada.Button("Camera")).ToHaveAttributeAsync("aria-pressed", "false");
        await bo.Call.SoundFlows();
        var heard = await bo.Call.Traffic();
        Assert.Equal(0, heard.Frames);
        Assert.InRange(heard.Loudness, 0, Traffic.Silence);
        Assert.Empty(await ada.Call.Cameras());
    }

    [Fact(Explicit = true)]
    public async Task What_was_chosen_stays_in_the_browser_and_is_told_to_nobody()
    {
        var posted = new List<string>();
        var ada = await ArriveWithCamera();
        ada.Page.Request += (_, request) => posted.Add($"{request.Url} {request.PostData}");
        await ada.Start(mode: "Video");
        await ada.Call.Picker("Microphone").SelectOptionAsync("Fake Audio Input 2");
        await ada.Call.Picker("Camera").SelectOptionAsync("fake_device_1");
        var bo = await Preview();
        await Join(ada, bo);

        var kept = JsonSerializer.Deserialize<JsonElement>(await ada.Page.EvaluateAsync<string>("localStorage.getItem('video')"));
        var devices = new[] { kept.GetProperty("camera").GetString()!, kept.GetProperty("microphone").GetString()! };
        Assert.Equal(["fake_device_1"], await ada.Call.Cameras());
        Assert.Equal(["Fake Audio Input 2"], await ada.Call.Microphones());
        Assert.DoesNotContain(posted, request => devices.Any(request.Contains));
        Assert.DoesNotContain(ada.Frames, frame => devices.Any(frame.Text.Contains));

        await ada.Button("End call").ClickAsync();
        await ada.Start(mode: "Video");
        await Expect(ada.Button("Join")).ToBeEnabledAsync();
        await Expect(ada.Call.Picker("Camera")).ToHaveValueAsync(devices[0]);
        await Expect(ada.Call.Picker("Microphone")).ToHaveValueAsync(devices[1]);
    }

    [Fact]
    public async Task It_says_that_Stranger_can_learn_the_address()
    {
        var ada = await Preview();

        await Expect(ada.Page.GetByText("who can learn your internet address (IP) from it")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByText("does not learn your internet address")).ToBeHiddenAsync();
    }

    private static ILocator Problem(Visitor visitor) => visitor.Page.Locator("#devices-problem");

    private static Task Says(Visitor visitor, string words) =>
        Expect(visitor.Page.GetByRole(AriaRole.Alert).Filter(new() { HasTextRegex = new($"^{Regex.Escape(words)}$") })).ToBeVisibleAsync();

    /// <summary>The browser fails to give a device.</summary>
    /// <param name="error">The name of the error.</param>
    /// <param name="when">A condition in JavaScript on <c>constraints</c>.</param>
    private static async Task Fail(Visitor visitor, string error, string when) => await visitor.Page.AddInitScriptAsync($$"""
        {
          const { getUserMedia } = MediaDevices.prototype;
          MediaDevices.prototype.getUserMedia = function (constraints) {
            return {{when}} ? Promise.reject(new DOMException("", "{{error}}")) : getUserMedia.call(this, constraints);
          };
        }
        """);
}
