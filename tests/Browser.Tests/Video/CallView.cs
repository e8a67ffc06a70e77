using System.Text.Json;
using Microsoft.Playwright;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>What a page shows of a video call, by its accessible names, and what the browser measures of it.</summary>
public sealed class CallView(IPage page)
{
    /// <summary>The script that measures; it has to run before those of the page.</summary>
    public static string Meters { get; } =
        Path.Combine(RepositoryFolder.Path, "tests", "Browser.Tests", "Video", "meters.js");

    public ILocator You => page.GetByLabel("You", new() { Exact = true });

    public ILocator Stranger => page.GetByLabel("Stranger", new() { Exact = true });

    /// <summary>How good the connection is, in words.</summary>
    public ILocator Quality => page.GetByRole(AriaRole.Img, new() { NameRegex = new("^Connect|^Reconnect") });

    public ILocator Picker(string name) => page.GetByRole(AriaRole.Combobox, new() { Name = name, Exact = true });

    public Task<Held> Held() => Read<Held>("meters.held()");

    public Task<int> CamerasOpened() => page.EvaluateAsync<int>("meters.camerasOpened()");

    /// <summary>How many cameras or canvases make a picture here.</summary>
    public Task<int> LivePictures() => page.EvaluateAsync<int>("""meters.tracks("video").length""");

    public Task<Traffic> Traffic() => Read<Traffic>("await meters.traffic()");

    /// <summary>Returns when pictures and sound have gone on coming for a while.</summary>
    public Task Flows() => Grows(now => now.Frames, now => now.Packets);

    public Task SoundFlows() => Grows(now => now.Packets);

    /// <summary>A value of the page's, as <typeparamref name="T"/>.</summary>
    /// <param name="expression">May await.</param>
    public async Task<T> Read<T>(string expression) => JsonSerializer.Deserialize<T>(
        await page.EvaluateAsync<string>($"async () => JSON.stringify({expression})"), JsonSerializerOptions.Web)!;

    private async Task Grows(params Func<Traffic, int>[] counts)
    {
        const int Some = 15;
        var before = await Traffic();
        await Wait.Until(async () =>
        {
            var now = await Traffic();
            return Array.TrueForAll(counts, count => count(now) >= count(before) + Some);
        });
    }
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
public sealed record Traffic(string State, int Frames, int Packets, double Loudness, string? Local, string? Remote);
