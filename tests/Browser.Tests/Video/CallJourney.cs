using System.Text.Json;
using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>A test with calls, on a server of its own. Calls are heavy: one such test runs at a time.</summary>
[Collection("calls")]
public abstract class CallJourney(Chromium chromium) : Journey(chromium)
{
    private RunningServer? server;

    protected RunningServer Server => server!;

    protected override Uri Address => Server.Address;

    /// <summary>Over those of <see cref="Site.Open"/>.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>();

    public override async ValueTask InitializeAsync() =>
        server = await RunningServer.Start(new Dictionary<string, string?>([.. Site.Open, .. Settings]));

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>Somebody who has passed the gate and sees the preview.</summary>
    protected async Task<Visitor> Preview(BrowserNewContextOptions? options = null)
    {
        var visitor = await ArriveWithCamera(options);
        await visitor.Start(mode: "Video");
        await visitor.Sees("Before anyone sees you");
        return visitor;
    }

    /// <summary>Two strangers in a call that flows both ways.</summary>
    protected async Task<(Visitor Ada, Visitor Bo)> Call(BrowserNewContextOptions? options = null)
    {
        var ada = await Preview(options);
        var bo = await Preview(options);
        await Join(ada, bo);
        return (ada, bo);
    }

    protected static async Task Join(params Visitor[] visitors)
    {
        foreach (var visitor in visitors)
        {
            await visitor.Button("Join").ClickAsync();
        }

        await AreInACall(visitors);
    }

    /// <summary>Pictures and sound flow to each.</summary>
    protected static async Task AreInACall(params Visitor[] visitors)
    {
        foreach (var visitor in visitors)
        {
            await visitor.Sees("Connected");
        }

        await Task.WhenAll(visitors.Select(visitor => visitor.Call.Flows()));
    }

    /// <summary>Milliseconds from the match to the partner's first picture, once the page has told them.</summary>
    protected static async Task<int> FirstPicture(Visitor visitor)
    {
        var first = default(JsonElement);
        await Wait.Until(() => Task.FromResult(visitor.Told("call_report").Any(report => report.TryGetProperty("firstFrameMilliseconds", out first))));
        return first.GetInt32();
    }
}
