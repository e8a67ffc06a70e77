using System.Net;
using Npgsql;
using RandomChat.Engines;
using RandomChat.StandIn;
using StackExchange.Redis;

namespace RandomChat.Drills;

/// <summary>Two nodes on an event store, PostgreSQL and Redis, with a piece of network between each node and each engine.</summary>
internal sealed class ClusterWorld : World
{
    private readonly DirectoryInfo shared;
    private readonly List<Node> nodes = [];
    private readonly StandInProcess log;
    private readonly PostgresServer postgres;
    private readonly RedisServer redis;

    private ClusterWorld(DirectoryInfo shared, StandInProcess log, PostgresServer postgres, RedisServer redis) =>
        (this.shared, this.log, this.postgres, this.redis) = (shared, log, postgres, redis);

    public override IReadOnlyList<Uri> Doors => [.. nodes.Select(node => new Uri($"http://127.0.0.1:{node.Door.Port}"))];

    public override IReadOnlyList<Fault> Faults
    {
        get
        {
            var (a, b) = (nodes[0], nodes[1]);
            return
            [
                new("node A is killed", 8, a.Server.Kill, a.Server.Start, EndsProcess: true),
                new("node B is killed", 8, b.Server.Kill, b.Server.Start),
                new("node B is stopped and started", 8, b.Server.Terminate, b.Server.Start),
                .. nodes.SelectMany(FaultsOf),
                new("the event store is killed", 6, () => Task.Run(log.Kill), log.Start),
                Fault.AtOnce("the event store is paused", 12, log.Pause, log.Continue),
                new("Redis is killed and comes back empty", 6, () => Task.Run(redis.Stop), redis.Start),
                new("Redis is emptied", 1, redis.FlushAll, () => Task.CompletedTask),
                new("PostgreSQL is stopped", 10, postgres.Stop, postgres.Start),
                .. b.Clock.Faults("node B"),
            ];
        }
    }

    public override IReadOnlyList<(string Name, ServerProcess Server)> Servers => [.. nodes.Select(node => ($"node-{node.Name}", node.Server))];

    public override ServerProcess Measured => nodes[0].Server;

    public static async Task<World> Start()
    {
        var (postgres, redis) = (await PostgresServer.Own(), await RedisServer.Own());
        var shared = Directory.CreateTempSubdirectory("randomchat-drill-");
        var world = new ClusterWorld(shared, await StandInProcess.Begin(shared.CreateSubdirectory("log").FullName), postgres, redis);
        try
        {
            var database = new NpgsqlConnectionStringBuilder(await postgres.NewDatabase());
            foreach (var name in new[] { "A", "B" })
            {
                var node = world.Add(name, database);
                await node.Server.Start();
            }

            world.DidNotTry("a full disk: that of the event store is the stand-in's here (the embedded drill fills the server's own)");
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public override async Task<long?> RedisKeys()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        return await connection.GetServers()[0].DatabaseSizeAsync();
    }

    public override async Task<IReadOnlySet<string>> LastingRedisKeys()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var (server, database, lasting) = (connection.GetServers()[0], connection.GetDatabase(), new HashSet<string>());
        await foreach (var key in server.KeysAsync())
        {
            if (await database.KeyExistsAsync(key) && await database.KeyTimeToLiveAsync(key) is null)
            {
                lasting.Add(key.ToString());
            }
        }

        return lasting;
    }

    public override async Task<IReadOnlyList<int>> StopServers() => await Task.WhenAll(nodes.Select(node => node.Server.Terminate()));

    public override async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        await log.DisposeAsync();
        await redis.DisposeAsync();
        await postgres.DisposeAsync();
        shared.Delete(recursive: true);
    }

    private Node Add(string name, NpgsqlConnectionStringBuilder database)
    {
        var (toLog, toPostgres, toRedis) = (new NetworkProxy(log.Port), new NetworkProxy(database.Port), new NetworkProxy(((IPEndPoint)ConfigurationOptions.Parse(redis.ConnectionString).EndPoints[0]).Port));
        var settings = Settings();
        settings["ConnectionStrings:EventStoreDb"] = $"esdb://127.0.0.1:{toLog.Port}?tls=false";
        settings["ConnectionStrings:Postgres"] = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = toPostgres.Port }.ConnectionString;
        settings["ConnectionStrings:Redis"] = $"127.0.0.1:{toRedis.Port}";
        settings["Sealing:MasterKeyFile"] = Path.Combine(shared.FullName, "master.key");

        // Whichever node keeps the ledger publishes: all into one file, as the runbook asks.
        settings["Ledger:AnchorFile"] = Path.Combine(shared.FullName, "anchors.ndjson");
        var clock = new Clock();
        foreach (var (key, value) in clock.Environment)
        {
            settings[key] = value;
        }

        var server = new ServerProcess(settings);
        var node = new Node(name, server, clock, new(server.Address.Port), toLog, toPostgres, toRedis);
        nodes.Add(node);
        return node;
    }

    private static IEnumerable<Fault> FaultsOf(Node node)
    {
        yield return new($"node {node.Name} is paused", 20, node.Server.Pause, node.Server.Continue);
        yield return Cut($"the connections of everybody at node {node.Name} break", node.Door, 5);
        foreach (var (engine, link) in new[] { ("the event store", node.ToLog), ("PostgreSQL", node.ToPostgres), ("Redis", node.ToRedis) })
        {
            yield return Cut($"node {node.Name} is cut from {engine}", link, 12);
            yield return Fault.AtOnce($"between node {node.Name} and {engine} nothing goes through", 15, link.Silence, link.Heal);
        }
    }

    private static Fault Cut(string name, NetworkProxy link, int mostSeconds) => Fault.AtOnce(name, mostSeconds, link.Cut, link.Heal);

    private sealed record Node(
        string Name, ServerProcess Server, Clock Clock, NetworkProxy Door, NetworkProxy ToLog, NetworkProxy ToPostgres, NetworkProxy ToRedis) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            foreach (var proxy in new[] { Door, ToLog, ToPostgres, ToRedis })
            {
                await proxy.DisposeAsync();
            }

            Clock.Dispose();
        }
    }
}
