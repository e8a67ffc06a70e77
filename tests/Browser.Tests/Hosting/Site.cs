using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Nodes;

namespace RandomChat.Browser.Tests.Hosting;

/// <summary>What visitors find at an address, whatever stands behind it.</summary>
public interface ISite
{
    Uri Address { get; }
}

/// <summary>A server that the tests of a class share. Their visitors never meet: each test closes its own.</summary>
public sealed class Site : ISite, IAsyncLifetime
{
    private RunningServer? server;

    public RunningServer Server => server!;

    public Uri Address => Server.Address;

    /// <summary>Without proof of work and limits, since every visitor here comes from one address.</summary>
    public static IReadOnlyDictionary<string, string?> Open { get; } = new Dictionary<string, string?>
    {
        ["Captcha:Mode"] = "off",
        ["Limits:Enabled"] = "false",
    };

    /// <summary>As an operator gets it who sets nothing.</summary>
    public static IReadOnlyDictionary<string, string?> Guarded { get; } = new Dictionary<string, string?>
    {
        ["Captcha:Mode"] = "always",
    };

    public async ValueTask InitializeAsync() => server = await RunningServer.Start(Open);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>The same on the engines of a large one: two nodes on an event store, Postgres and Redis, a connection to each in turn.</summary>
public sealed class SharedEnginesSite : ISite, IAsyncLifetime
{
    private Cluster? cluster;
    private Balancer? balancer;

    public Uri Address => balancer!.Address;

    public async ValueTask InitializeAsync()
    {
        cluster = await Cluster.Start();
        balancer = new(cluster.Nodes.Select(node => node.Address));
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
        {
            await balancer!.DisposeAsync();
            await cluster.DisposeAsync();
        }
    }
}
