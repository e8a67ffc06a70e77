using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using RandomChat.Engines;
using RandomChat.Infrastructure.Redis;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Tests.Redis;

/// <summary>Several nodes with one lobby, as so many processes would have it: each with a connection of its own.</summary>
internal sealed class SharedLobby : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly List<RedisConnection> connections = [];
    private readonly List<RedisLobby> nodes = [];

    private int tickets;

    private SharedLobby(TimeProvider time) => Time = time;

    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; }

    public string Prefix { get; } = $"test-{Guid.NewGuid():N}:";

    public IReadOnlyList<RedisLobby> Nodes => nodes;

    /// <summary>To look at what is stored.</summary>
    public IDatabase Redis => connections[0].Database;

    public static async Task<SharedLobby> Start(RedisServer server, int nodes, TimeProvider time)
    {
        var lobby = new SharedLobby(time);
        for (var i = 0; i < nodes; i++)
        {
            await lobby.Add(server);
        }

        return lobby;
    }

    /// <summary>One more node, which the others know from now on.</summary>
    public async Task<RedisLobby> Add(RedisServer server)
    {
        var connection = RedisConnection.Open(server.ConnectionString, Prefix, NullLogger<RedisConnection>.Instance);
        connections.Add(connection);
        var node = new RedisLobby(connection, Id(nodes.Count), new LobbyOptions(), Grace, Time, Guid.CreateVersion7, NullLogger<RedisLobby>.Instance);
        nodes.Add(node);
        await Beat();
        await node.Count(None);
        return node;
    }

    /// <summary>Says of every node but these that it is alive.</summary>
    public async Task Beat(params int[] silent)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            if (!silent.Contains(i))
            {
                await Redis.StringSetAsync(Heartbeat(i), "", TimeSpan.FromMinutes(5));
            }
        }
    }

    /// <summary>Nothing is heard of the node any more, as after its death.</summary>
    public Task Silence(int node) => Redis.KeyDeleteAsync(Heartbeat(node));

    /// <summary>Lets every node do what is due; what came of it, together.</summary>
    public async Task<LobbyTick> Advance(params int[] which)
    {
        var ticks = new List<LobbyTick>();
        foreach (var node in which.Length == 0 ? nodes : which.Select(i => nodes[i]))
        {
            ticks.Add(await node.Advance(None));
        }

        return new(
            [.. ticks.SelectMany(tick => tick.Claims)], [.. ticks.SelectMany(tick => tick.TimedOut)],
            [.. ticks.SelectMany(tick => tick.Ended)], [.. ticks.SelectMany(tick => tick.Expired)]);
    }

    public async Task<Claim> Claims(int node, Ticket ticket) =>
        Assert.IsType<JoinOutcome.Claimed>(await nodes[node].Join(ticket, null, None)).Claim;

    public async Task<Ticket> Waits(int node, Ticket ticket) =>
        Assert.IsType<JoinOutcome.Waiting>(await nodes[node].Join(ticket, null, None)).Ticket;

    /// <summary>A new visitor's ticket, asked now; who is made later stands behind.</summary>
    public Ticket Someone(params Guid[] excluded) => new(
        new Guid(Interlocked.Increment(ref tickets), 0, 0, new byte[8]), Guid.NewGuid(), Guid.NewGuid(), new MatchRequest(ChatMode.Text, null, [], false),
        Time.GetUtcNow(), excluded.ToHashSet(), new Dictionary<Guid, DateTimeOffset>(), FrequentSkipper: false, TimedOut: false);

    /// <summary>The keys of this lobby, without the prefix.</summary>
    public async Task<IReadOnlyList<string>> Keys()
    {
        List<string> keys = [];
        await foreach (var key in Redis.Multiplexer.GetServers()[0].KeysAsync(pattern: $"{Prefix}*"))
        {
            keys.Add(((string)key!)[Prefix.Length..]);
        }

        return keys;
    }

    /// <summary>
    /// What is stored now, to be had again later: as with a replica that takes over and has not seen what came since.
    /// </summary>
    public async Task<Func<Task>> Replica()
    {
        var seen = new Dictionary<string, byte[]>();
        foreach (var key in await Keys())
        {
            seen[key] = (await Redis.KeyDumpAsync(Prefix + key))!;
        }

        return async () =>
        {
            foreach (var key in await Keys())
            {
                await Redis.KeyDeleteAsync(Prefix + key);
            }

            foreach (var (key, value) in seen)
            {
                await Redis.KeyRestoreAsync(Prefix + key, value, TimeSpan.FromMinutes(5));
            }
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            node.Dispose();
        }

        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private static string Id(int node) => $"node-{node}";

    private string Heartbeat(int node) => $"{Prefix}node:{Id(node)}";
}
