using Microsoft.Extensions.DependencyInjection;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>
/// One server for a class of tests. What is counted by address is not limited: all tests have the same one. Nor is what a test
/// asks for again and again until a read model has it.
/// </summary>
public sealed class HubServer : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> Unlimited = new()
    {
        ["Limits:Sessions:Enabled"] = "false",
        ["Limits:Joins:Enabled"] = "false",
        ["Limits:Exports:Enabled"] = "false",
        ["Matching:InterestPatience"] = "00:00:00.5",
    };

    public RunningServer Server { get; private set; } = null!;

    /// <summary>A server of a test's own.</summary>
    public static Task<RunningServer> With(
        IReadOnlyDictionary<string, string?>? settings = null, string? data = null, Action<IServiceCollection>? services = null)
    {
        var all = new Dictionary<string, string?>(Unlimited);
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
        {
            all[key] = value;
        }

        return RunningServer.Start(all, data, services);
    }

    public async ValueTask InitializeAsync() => Server = await With();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
