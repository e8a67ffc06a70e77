using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Nodes;

namespace RandomChat.Browser.Tests.Chat;

/// <summary>Two servers behind a load balancer that sends every connection to the next one.</summary>
public sealed class NodesTests(Chromium chromium) : Journey(chromium)
{
    private Cluster? cluster;
    private Balancer? balancer;

    protected override Uri Address => balancer!.Address;

    public override async ValueTask InitializeAsync()
    {
        cluster = await Cluster.Start();
        balancer = new(cluster.Nodes.Select(node => node.Address));
    }

    public override async ValueTask DisposeAsync()
    {
        if (cluster is null)
        {
            return;
        }

        await base.DisposeAsync();
        await balancer!.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public async Task A_chat_goes_on_when_its_server_is_killed()
    {
        var (ada, bo) = await Meet();
        foreach (var visitor in new[] { ada, bo })
        {
            visitor.Allow("ERR_CONNECTION_|ERR_EMPTY_RESPONSE|WebSocket|htmx:");
        }

        await ada.Say("before");
        await bo.Hears("before");
        await bo.Page.ReloadAsync();
        await bo.Hears("before");

        await cluster!.A.Kill();
        await ada.Say("is anybody there?");
        await bo.Hears("is anybody there?");
        await bo.Say("as if nothing had happened");
        await ada.Hears("as if nothing had happened");

        await ada.Sees("Connected");
        await bo.Sees("Connected");
        var expected = new[] { "before", "is anybody there?", "as if nothing had happened" };
        Assert.Equal(expected, await ada.Bodies());
        Assert.Equal(expected, await bo.Bodies());
    }
}
