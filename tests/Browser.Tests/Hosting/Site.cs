using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Hosting;

/// <summary>A server that the tests of a class share. Their visitors never meet: each test closes its own.</summary>
public sealed class Site : IAsyncLifetime
{
    private RunningServer? server;

    public RunningServer Server => server!;

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
