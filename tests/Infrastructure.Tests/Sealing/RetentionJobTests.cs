using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

public sealed class RetentionJobTests
{
    [Fact]
    public async Task It_holds_keys_ahead_destroys_due_ones_and_lets_the_log_scavenge_every_minute()
    {
        await using var world = new SealingFixture();
        var runs = new Scavenges();
        using var job = new RetentionJob(world.Sealer, world.Options, [runs], world.Time, new Log());
        await job.StartAsync(default);
        await runs.Next();
        Assert.True(world.Sealer.HeldUntil >= world.Now.AddHours(2));

        world.Time.Advance(TimeSpan.FromMinutes(1));
        await runs.Next();
        Assert.NotNull(await world.Store.Get("hour-20260301T100000", default));
        world.Time.Advance(TimeSpan.FromHours(25));
        await runs.Next();
        Assert.Null(await world.Store.Get("hour-20260301T100000", default));
        Assert.True(world.Sealer.HeldUntil >= world.Now.AddHours(2));
        await job.StopAsync(default);
    }

    [Fact]
    public async Task An_outage_is_logged_once_and_survived()
    {
        await using var world = new SealingFixture();
        var runs = new Scavenges();
        var log = new Log();
        using var job = new RetentionJob(world.Sealer, world.Options, [runs], world.Time, log);
        world.Store.Down = true;
        await job.StartAsync(default);
        for (var minute = 0; minute < 5; minute++)
        {
            await runs.Next();
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await runs.Next();
        Assert.Equal([LogLevel.Error], log.Levels);
        world.Store.Down = false;
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await runs.Next();
        Assert.Equal([LogLevel.Error, LogLevel.Information], log.Levels);
        Assert.NotNull(world.Sealer.HeldUntil);

        world.Store.Down = true;
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await runs.Next();
        Assert.Equal(LogLevel.Error, log.Levels[^1]);
        await job.StopAsync(default);
    }

    [Fact]
    public async Task A_scavenge_that_fails_stops_neither_the_job_nor_the_keys()
    {
        await using var world = new SealingFixture();
        var runs = new Scavenges { Fails = true };
        var log = new Log();
        using var job = new RetentionJob(world.Sealer, world.Options, [runs], world.Time, log);
        await job.StartAsync(default);
        await runs.Next();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await runs.Next();
        Assert.NotNull(world.Sealer.HeldUntil);
        await job.StopAsync(default);
        Assert.Equal([LogLevel.Error], log.Levels);
    }

    [Fact]
    public async Task Short_periods_are_looked_after_twice_each()
    {
        await using var world = new SealingFixture(new SealingOptions { MessageRetention = TimeSpan.FromSeconds(10) });
        var runs = new Scavenges();
        using var job = new RetentionJob(world.Sealer, world.Options, [runs], world.Time, new Log());
        await job.StartAsync(default);
        await runs.Next();
        for (var run = 0; run < 4; run++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(5));
            await runs.Next();
        }

        Assert.Null(await world.Store.Get("hour-20260301T102000", default));
        await job.StopAsync(default);
    }

    /// <summary>Comes last in each run of the job, so it tells when one is through.</summary>
    private sealed class Scavenges : IScavenge
    {
        private readonly Channel<int> calls = Channel.CreateUnbounded<int>();

        public bool Fails { get; init; }

        public ValueTask Scavenge(CancellationToken ct)
        {
            calls.Writer.TryWrite(0);
            return Fails ? throw new DependencyUnavailableException("event-log") : ValueTask.CompletedTask;
        }

        public async Task Next() => await calls.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private sealed class Log : ILogger<RetentionJob>
    {
        private readonly List<LogLevel> levels = [];

        public IReadOnlyList<LogLevel> Levels
        {
            get
            {
                lock (levels)
                {
                    return [.. levels];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (levels)
            {
                levels.Add(logLevel);
            }
        }
    }
}
