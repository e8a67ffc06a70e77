using RandomChat.Engines;
using RandomChat.StandIn;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;

namespace RandomChat.Web.Tests.Nodes;

/// <summary>Servers as processes of their own on one event store, one Postgres and one Redis, each of which a test may stop.</summary>
public sealed class Cluster : IAsyncDisposable
{
    private readonly DirectoryInfo shared;

    private Cluster(DirectoryInfo shared, StandInProcess log, PostgresServer postgres, RedisServer redis) =>
        (this.shared, Log, Postgres, Redis) = (shared, log, postgres, redis);

    public StandInProcess Log { get; }

    public PostgresServer Postgres { get; }

    public RedisServer Redis { get; }

    public IReadOnlyList<ServerProcess> Nodes { get; private set; } = [];

    /// <summary>Of every node.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; } = new Dictionary<string, string?>();

    public ServerProcess A => Nodes[0];

    public ServerProcess B => Nodes[1];

    public static Task<Cluster> Start(int nodes = 2, params (string Key, string Value)[] settings) => Start(new string?[nodes], settings);

    /// <param name="versions">The published folder of each node; null: this version.</param>
    public static async Task<Cluster> Start(IReadOnlyList<string?> versions, params (string Key, string Value)[] settings)
    {
        var (postgres, redis) = (await PostgresServer.Own(), await RedisServer.Own());
        var shared = Directory.CreateTempSubdirectory("randomchat-cluster-");
        var cluster = new Cluster(shared, await StandInProcess.Begin(shared.CreateSubdirectory("log").FullName), postgres, redis);
        try
        {
            var all = new Dictionary<string, string?>
            {
                ["Limits:Enabled"] = "false",
                ["Matching:ReconnectGrace"] = "00:00:20",
                ["Staff:RequireTwoFactor"] = "false",
                ["Staff:Bootstrap:Username"] = Moderator.Name,
                ["Staff:Bootstrap:Password"] = Moderator.Password,
                ["ConnectionStrings:EventStoreDb"] = cluster.Log.ConnectionString,
                ["ConnectionStrings:Postgres"] = await cluster.Postgres.NewDatabase(),
                ["ConnectionStrings:Redis"] = cluster.Redis.ConnectionString,
                ["Sealing:MasterKeyFile"] = Path.Combine(cluster.shared.FullName, "master.key"),
            };
            foreach (var (key, value) in settings)
            {
                all[key] = value;
            }

            cluster.Settings = all;
            cluster.Nodes = [.. versions.Select(version => new ServerProcess(all) { Version = version })];
            foreach (var node in cluster.Nodes)
            {
                await node.Start();
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the nodes wrote to their consoles, for a test that failed.</summary>
    public string Output => string.Join("\n----\n", Nodes.Select(node => node.Output));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await Log.DisposeAsync();
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
        shared.Delete(recursive: true);
    }
}
