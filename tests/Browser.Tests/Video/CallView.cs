using System.Text.Json;
using Microsoft.Playwright;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>What a page shows of a video call, by its accessible names, and what the browser measures of it.</summary>
public sealed class CallView(IPage page)
{
    private const int Some = 15;

    /// <summary>The script that measures; it has to run before those of the page.</summary>
    public static string Meters { get; } =
        Path.Combine(RepositoryFolder.Path, "tests", "Browser.Tests", "Video", "meters.js");

    public ILocator You => page.GetByLabel("You", new() { Exact = true });

    public ILocator Stranger => page.GetByLabel("Stranger", new() { Exact = true });

    /// <summary>How good the connection is, in words.</summary>
    public ILocator Quality => page.GetByRole(AriaRole.Img, new() { NameRegex = new("^Connecti") });

    public ILocator Picker(string name) => page.GetByRole(AriaRole.Combobox, new() { Name = name, Exact = true });

    public Task<Held> Held() => Read<Held>("meters.held()");

    public Task<int> CamerasOpened() => page.EvaluateAsync<int>("meters.camerasOpened()");

    /// <summary>The names of the cameras whose light is on.</summary>
    public Task<string[]> Cameras() => Read<string[]>("""meters.devices("video").map((one) => one.label)""");

    /// <summary>The names of the microphones that listen.</summary>
    public Task<string[]> Microphones() => Read<string[]>("""meters.devices("audio").map((one) => one.label)""");

    public Task<Traffic> Traffic() => Read<Traffic>("await meters.traffic()");

    /// <summary>Returns when pictures and sound have gone on coming for a while.</summary>
    public async Task Flows()
    {
        var before = await Traffic();
        await Until(now => now.Frames >= before.Frames + Some && now.Packets >= before.Packets + Some);
    }

    /// <param name="packets">Fifty are a second.</param>
    public async Task SoundFlows(int packets = Some)
    {
        var before = await Traffic();
        await Until(now => now.Packets >= before.Packets + packets);
    }

    /// <summary>The pictures as they come, before the page does anything with them; looked at from <see cref="WatchWire"/> on.</summary>
    public PictureView Arriving => new(this, "meters.arriving()");

    /// <summary>The pictures that the page shows of the partner; looked at from <see cref="WatchShown"/> on.</summary>
    public PictureView Shown => new(this, "meters.shown()");

    /// <summary>To be called before the call begins.</summary>
    public Task WatchWire() => page.EvaluateAsync("meters.watchWire()");

    /// <summary>To be called when the stage is there.</summary>
    public Task WatchShown() => Stranger.EvaluateAsync("video => meters.watchShown(video)");

    /// <summary>A value of the page's, as <typeparamref name="T"/>.</summary>
    /// <param name="expression">May await.</param>
    public async Task<T> Read<T>(string expression) => JsonSerializer.Deserialize<T>(
        await page.EvaluateAsync<string>($"async () => JSON.stringify({expression})"), JsonSerializerOptions.Web)!;

    /// <summary>Returns when the call's traffic is such.</summary>
    public Task Until(Func<Traffic, bool> isSo) => Wait.Until(async () => isSo(await Traffic()));
}

/// <summary>What a page holds that should be let go when its use is over.</summary>
/// <param name="Tracks">Live ones, of devices and canvases.</param>
/// <param name="Listeners">On what outlives a panel: the window, the document, the devices.</param>
public sealed record Held(int Connections, int Tracks, int Contexts, int Intervals, int Listeners);

/// <summary>What the page's call has brought so far.</summary>
/// <param name="State">Of the peer connection; <c>none</c> where there is none.</param>
/// <param name="Frames">Decoded pictures.</param>
/// <param name="Packets">Of sound.</param>
/// <param name="Loudness">The energy of all sound that came; silence adds nothing.</param>
/// <param name="Local">The kind of this side's candidate in use.</param>
/// <param name="Remote">The kind of the partner's.</param>
public sealed record Traffic(string State, int Frames, int Packets, double Loudness, string? Local, string? Remote)
{
    /// <summary>What a decoder's own noise adds up to; one beep of the fake microphone is a thousand times as much.</summary>
    public const double Silence = 1e-6;
}
