using Microsoft.Playwright;
using RandomChat.Browser.Tests.Video;

namespace RandomChat.Browser.Tests.Hosting;

/// <summary>A test with visitors. It fails, too, when a console complained or a page asked another host for anything.</summary>
public abstract class Journey(Chromium chromium) : IAsyncLifetime
{
    private readonly List<Visitor> visitors = [];

    protected abstract Uri Address { get; }

    public virtual ValueTask InitializeAsync() => default;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var context in visitors.Select(visitor => visitor.Browser).Distinct())
        {
            await context.CloseAsync();
        }

        Assert.Empty(visitors.SelectMany(visitor => visitor.Complaints));
        Assert.All(
            visitors.SelectMany(visitor => visitor.Requests).Where(url => !url.StartsWith("blob:", StringComparison.Ordinal)),
            url => Assert.StartsWith(Address.ToString(), url, StringComparison.Ordinal));
        Assert.All(
            visitors.SelectMany(visitor => visitor.Sockets),
            url => Assert.Equal(Address.Authority, new Uri(url).Authority));
    }

    protected async Task<Visitor> Arrive(BrowserNewContextOptions? options = null) =>
        Keep(await Visitor.Arrive(await chromium.Browser(), Address, options));

    /// <summary>Somebody with camera and microphone, who permits them unless the options say otherwise.</summary>
    protected async Task<Visitor> ArriveWithCamera(BrowserNewContextOptions? options = null)
    {
        var wishes = new BrowserNewContextOptions(options ?? new());
        wishes.Permissions ??= ["camera", "microphone"];
        var visitor = Keep(await Visitor.Arrive(await chromium.WithDevices(), Address, wishes));
        await visitor.Browser.AddInitScriptAsync(scriptPath: CallView.Meters);
        return visitor;
    }

    protected async Task<Visitor> OpenTab(Visitor visitor) => Keep(await visitor.OpenTab());

    /// <summary>Two strangers in a chat.</summary>
    protected async Task<(Visitor Ada, Visitor Bo)> Meet(BrowserNewContextOptions? options = null)
    {
        var ada = await Arrive(options);
        var bo = await Arrive(options);
        await ada.Start();
        await bo.Start();
        await ada.Sees("Connected");
        await bo.Sees("Connected");
        return (ada, bo);
    }

    private Visitor Keep(Visitor visitor)
    {
        visitors.Add(visitor);
        return visitor;
    }
}

/// <summary>A journey on the server that its class shares.</summary>
public abstract class SharedJourney(Chromium chromium, Site site) : Journey(chromium), IClassFixture<Site>
{
    protected override Uri Address => site.Address;
}
