using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Limits;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using RandomChat.Engines;
using RandomChat.Infrastructure.Limits;
using RandomChat.Infrastructure.Redis;

namespace RandomChat.Infrastructure.Tests.Redis;

/// <summary>A Redis Cluster refuses a script that touches keys of several slots: none of ours does.</summary>
public sealed class RedisClusterTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact(Explicit = true)]
    public async Task Everything_that_a_lobby_does_stays_in_one_slot()
    {
        await using var server = await RedisServer.OwnCluster();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var (one, other) = (lobby.Nodes[0], lobby.Nodes[1]);
        time.Advance(TimeSpan.FromSeconds(10));

        var ann = await lobby.Waits(0, lobby.Someone() with { Request = new(ChatMode.Video, "en", ["tea", "chess"], true) });
        await one.Exclude(ann.VisitorId, new HashSet<Guid> { Guid.NewGuid() }, None);
        await one.Park(ann.VisitorId, time.GetUtcNow() + TimeSpan.FromSeconds(10), None);
        Assert.IsType<JoinOutcome.Waiting>(await other.Unpark(ann.VisitorId, None));
        var claim = await lobby.Claims(1, lobby.Someone() with { Request = new(ChatMode.Video, "en", ["tea"], false) });
        await one.Return(claim.MatchId, [], None);
        claim = Assert.Single((await lobby.Advance()).Claims);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single((await lobby.Advance()).Expired);
        Assert.Empty(await one.Confirm(claim.MatchId, None));

        var bob = await lobby.Waits(0, lobby.Someone());
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Single((await lobby.Advance()).TimedOut);
        await lobby.Silence(0);
        await lobby.Advance(1);
        time.Advance(SharedLobby.Grace);
        Assert.Equal(bob.VisitorId, Assert.Single((await lobby.Advance(1)).Ended).VisitorId);

        var carl = await lobby.Waits(1, lobby.Someone());
        claim = await lobby.Claims(1, lobby.Someone());
        var dora = await lobby.Waits(1, lobby.Someone());
        await server.FlushAll();
        await lobby.Advance(1);
        Assert.Equal(dora, await one.Find(dora.VisitorId, None));
        Assert.Equal(claim.MatchId, (await lobby.Claims(0, carl)).MatchId);
        Assert.Equal(dora, await one.Leave(dora.VisitorId, None));
    }

    [Fact]
    public async Task Limits_are_counted()
    {
        await using var server = await RedisServer.OwnCluster();
        using var connection = RedisConnection.Open(server.ConnectionString, "test:", NullLogger<RedisConnection>.Instance);
        var options = Microsoft.Extensions.Options.Options.Create(new LimitOptions { Skips = new(1, TimeSpan.FromMinutes(1), 1) });
        var limits = new RedisLimits(connection, new InProcessLimits(options, time), options, time, NullLogger<RedisLimits>.Instance);

        Assert.True((await limits.Take(LimitNames.Skips, "one", None)).Allowed);
        Assert.False((await limits.Take(LimitNames.Skips, "one", None)).Allowed);
        Assert.True(await connection.Database.KeyExistsAsync("test:limit:Skips:one"));
    }
}
