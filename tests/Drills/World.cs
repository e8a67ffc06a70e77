using RandomChat.Engines;

namespace RandomChat.Drills;

/// <summary>A site to break: its servers, the doors that people come in by, and what can be made to go wrong with it.</summary>
internal abstract class World : IAsyncDisposable
{
    private readonly List<string> notTried = [];

    /// <summary>Where people connect; each leads to one node, over a piece of network that can be cut.</summary>
    public abstract IReadOnlyList<Uri> Doors { get; }

    public abstract IReadOnlyList<Fault> Faults { get; }

    /// <summary>All servers, by the names that the faults use.</summary>
    public abstract IReadOnlyList<(string Name, ServerProcess Server)> Servers { get; }

    /// <summary>The node whose memory, threads and handles are watched.</summary>
    public abstract ServerProcess Measured { get; }

    /// <summary>Faults that this machine cannot make, with the reason.</summary>
    public IReadOnlyList<string> NotTried => notTried;

    /// <summary>How many keys Redis has; null where there is none.</summary>
    public virtual Task<long?> RedisKeys() => Task.FromResult<long?>(null);

    /// <summary>The names of those keys in Redis that have no end of their own.</summary>
    public virtual Task<IReadOnlySet<string>> LastingRedisKeys() => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>());

    /// <summary>Stops the servers gracefully and leaves the engines.</summary>
    /// <returns>The exit codes.</returns>
    public abstract Task<IReadOnlyList<int>> StopServers();

    public abstract ValueTask DisposeAsync();

    /// <summary>What every server of a drill is set to: the people of a drill share an address and talk for hours.</summary>
    protected static Dictionary<string, string?> Settings() => new()
    {
        ["Limits:Enabled"] = "false",
        ["Captcha:Mode"] = "off",
        ["Matching:RematchWindow"] = "00:01:00",
        ["Staff:Bootstrap:Username"] = "drill",
        ["Staff:Bootstrap:Password"] = "a drill is no emergency",
        ["Logging:LogLevel:Default"] = "Warning",
    };

    protected void DidNotTry(string what) => notTried.Add(what);
}
