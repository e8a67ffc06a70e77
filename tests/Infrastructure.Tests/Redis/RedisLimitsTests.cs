using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Limits;
using RandomChat.Engines;
using RandomChat.Infrastructure.Limits;
using RandomChat.Infrastructure.Redis;
using RandomChat.Infrastructure.Tests.Limits;

namespace RandomChat.Infrastructure.Tests.Redis;

public sealed class RedisLimitsTests : LimitsContract, IAsyncDisposable
{
    private readonly ConcurrentBag<RedisConnection> connections = [];
    private readonly string prefix = $"test-{Guid.NewGuid():N}:";

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private protected override async ValueTask<ILimits> Create(LimitOptions options) =>
        Node(await RedisServer.Shared(), options);

    [Fact]
    public async Task Nodes_count_together_what_is_shared_and_apart_what_belongs_to_a_match()
    {
        var one = await Create(Options());
        var other = await Create(Options());
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await Take(one, LimitNames.Sessions)).Allowed);
            Assert.True((await Take(one, LimitNames.Messages)).Allowed);
        }

        Assert.False((await Take(other, LimitNames.Sessions)).Allowed);
        Assert.True((await Take(other, LimitNames.Messages)).Allowed);
    }

    [Fact]
    public async Task A_counter_expires_when_its_permits_are_back()
    {
        await Take(await Create(Options()), LimitNames.Sessions);

        var left = await connections.First().Database.KeyTimeToLiveAsync($"{prefix}limit:{LimitNames.Sessions}:one");
        Assert.InRange(left!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task While_Redis_is_down_it_is_counted_in_process_and_said_once()
    {
        await using var server = await RedisServer.Own();
        var log = new Lines();
        var limits = Node(server, Options(), log);
        Assert.True((await Take(limits, LimitNames.Sessions)).Allowed);

        server.Stop();
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await Take(limits, LimitNames.Sessions)).Allowed);
        }

        Assert.False((await Take(limits, LimitNames.Sessions)).Allowed);
        Time.Advance(TimeSpan.FromSeconds(3));
        await Take(limits, LimitNames.Joins);
        Assert.Single(log.Texts, text => text.Contains("in this process", StringComparison.Ordinal));

        await server.Start();
        while (!log.Texts.Any(text => text.Contains("together again", StringComparison.Ordinal)))
        {
            await Task.Delay(20);
            Time.Advance(TimeSpan.FromSeconds(3));
            await Take(limits, LimitNames.Joins, $"{Guid.NewGuid()}");
        }
    }

    private RedisLimits Node(RedisServer server, LimitOptions options, ILogger<RedisLimits>? log = null)
    {
        var connection = RedisConnection.Open(server.ConnectionString, prefix, NullLogger<RedisConnection>.Instance);
        connections.Add(connection);
        var wrapped = Microsoft.Extensions.Options.Options.Create(options);
        return new(connection, new InProcessLimits(wrapped, Time), wrapped, Time, log ?? NullLogger<RedisLimits>.Instance);
    }

    private sealed class Lines : ILogger<RedisLimits>
    {
        public ConcurrentQueue<string> Texts { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Enqueue(formatter(state, exception));
    }
}
