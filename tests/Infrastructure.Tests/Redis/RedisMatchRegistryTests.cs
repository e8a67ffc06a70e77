using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Matches;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Engines;
using RandomChat.Infrastructure.Redis;
using RandomChat.Infrastructure.Redis.Nodes;

namespace RandomChat.Infrastructure.Tests.Redis;

/// <summary>Who owns which match, as several nodes read it.</summary>
public sealed class RedisMatchRegistryTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private RedisConnection redis = null!;

    public async ValueTask InitializeAsync() =>
        redis = RedisConnection.Open((await RedisServer.Shared()).ConnectionString, $"registry-{Guid.NewGuid():N}:", NullLogger<RedisConnection>.Instance);

    public ValueTask DisposeAsync() => redis?.DisposeAsync() ?? default;

    [Fact]
    public async Task A_match_that_is_over_is_cleared_whoever_owned_it_and_also_where_nothing_names_it_any_more()
    {
        var (owner, other) = (await Node("owner"), await Node("other"));
        var match = new MatchEvent.Started(Guid.NewGuid(), ChatMode.Text, Ticket(), Ticket(), 0, Now);
        Assert.True(await owner.Claim(match, TestContext.Current.CancellationToken));
        Assert.False(await other.Claim(match, TestContext.Current.CancellationToken));
        Assert.IsType<VisitorPlace.InMatch>(await other.Find(match.First.VisitorId, TestContext.Current.CancellationToken));

        await other.Clear(match);
        await other.Clear(match);

        Assert.Null(await other.Find(match.First.VisitorId, TestContext.Current.CancellationToken));
        Assert.Null(await other.Find(match.Second.VisitorId, TestContext.Current.CancellationToken));
        Assert.True(await other.Claim(match, TestContext.Current.CancellationToken));
    }

    private async Task<RedisMatchRegistry> Node(string name)
    {
        var node = new NodeId(name);
        var life = new NodeLife(redis, node, TimeProvider.System);
        await life.Beat(0);
        return new(redis, node, life);
    }

    private static TicketRecord Ticket() => new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), ChatMode.Text, null, null, 0, false, false, Now, 0);
}
