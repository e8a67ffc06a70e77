using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Engines;
using RandomChat.Infrastructure.Redis;
using RandomChat.Infrastructure.Redis.Nodes;

namespace RandomChat.Infrastructure.Tests.Redis;

/// <summary>What a node may believe about itself and about the others.</summary>
public sealed class NodeLifeTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new();
    private RedisConnection redis = null!;
    private NodeLife life = null!;
    private NodeLife other = null!;

    public async ValueTask InitializeAsync()
    {
        redis = RedisConnection.Open((await RedisServer.Shared()).ConnectionString, $"life-{Guid.NewGuid():N}:", NullLogger<RedisConnection>.Instance);
        (life, other) = (new(redis, new("one"), clock), new(redis, new("other"), clock));
    }

    public ValueTask DisposeAsync() => redis?.DisposeAsync() ?? default;

    [Fact]
    public async Task A_node_that_shows_life_is_certain_and_seen_by_the_others()
    {
        Assert.False(life.IsCertain);
        await life.Beat(3);

        Assert.True(life.IsCertain);
        Assert.Empty(await other.FindDead());
        Assert.True(other.SeemsAlive("one"));
        Assert.Equal(3, other.VisitorsElsewhere);
    }

    [Fact]
    public async Task A_node_that_stood_still_is_in_doubt_before_anybody_gives_it_up()
    {
        await life.Beat(0);
        clock.Advance(NodeLife.Patience - TimeSpan.FromSeconds(2));

        Assert.False(life.IsCertain);
        Assert.True(await other.IsAlive("one"));
    }

    [Fact]
    public async Task A_node_that_was_given_up_stays_in_doubt_until_it_has_looked_what_is_still_its_own()
    {
        await life.Beat(0);
        await GiveUp();

        await life.Beat(0);
        Assert.True(life.HasLapsed);
        Assert.False(life.IsCertain);

        life.Settle(life.Lapses);
        Assert.False(life.HasLapsed);
        Assert.True(life.IsCertain);
    }

    [Fact]
    public async Task A_lapse_during_the_look_needs_another_look()
    {
        await life.Beat(0);
        await GiveUp();
        await life.Beat(0);
        var looked = life.Lapses;
        await GiveUp();
        await life.Beat(0);

        life.Settle(looked);

        Assert.True(life.HasLapsed);
        Assert.False(life.IsCertain);
    }

    [Fact]
    public async Task A_dead_node_is_found_until_it_is_forgotten_and_one_that_leaves_is_dead_at_once()
    {
        await life.Beat(0);
        await life.Leave();

        Assert.Equal(["one"], await other.FindDead());
        Assert.Equal(["one"], await other.FindDead());
        await other.Forget("one");
        Assert.Empty(await other.FindDead());
        Assert.False(life.IsCertain);
    }

    /// <summary>As when the key of a paused node expires.</summary>
    private Task<bool> GiveUp() => redis.Database.KeyDeleteAsync($"{redis.KeyPrefix}node:one");
}
