namespace RandomChat.Web.Tests.Hosting;

/// <summary>
/// One server for a class of tests about HTTP. Loopback is a known proxy, so that a test can come from any address;
/// what is counted by address is not limited, since most tests come from one.
/// </summary>
public sealed class EdgeServer : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public static Dictionary<string, string?> Settings { get; } = new()
    {
        ["ForwardedHeaders:KnownProxies"] = "127.0.0.1,::1",
        ["Limits:Sessions:Enabled"] = "false",
        ["Limits:Joins:Enabled"] = "false",
    };

    public HttpClient NewBrowser() => Server.NewBrowser();

    public async ValueTask InitializeAsync() => Server = await RunningServer.Start(Settings);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
