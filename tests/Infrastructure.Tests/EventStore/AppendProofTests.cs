using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Tests.EventStore;

/// <summary>What readiness is told of a log that cannot be written, and when it is told that it can.</summary>
public sealed class AppendProofTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new();
    private readonly Lines log = new();
    private readonly SqliteEventStore store;

    public AppendProofTests() => store = SqliteEventStore.Open(folder.File("events.db"), time, grouped: null, log);

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_log_that_nobody_wrote_yet_is_tried_and_nothing_is_left_of_it()
    {
        await Prove();

        Assert.Null(store.End());
        Assert.Equal((0, 0), (store.CommittedGroups, store.AppendedEvents));
        Assert.Equal(0, await Number("SELECT count(*) FROM sqlite_master WHERE name = 'room'"));
        Assert.Empty(log.All);
    }

    [Fact]
    public async Task A_full_log_takes_none_until_there_is_room_also_when_nobody_appends()
    {
        await Append(10);
        await Number($"PRAGMA max_page_count={await Number("PRAGMA page_count") + 2}");
        await Refused(() => Append(1 << 20));

        await Refused(Prove);
        time.Advance(TimeSpan.FromSeconds(1));
        await Refused(Prove);
        Assert.Equal(["The event log takes no appends, and this server is not ready until it does: SQLite Error 13: 'database or disk is full'."], log.All);

        await Number("PRAGMA max_page_count=1000000");
        time.Advance(TimeSpan.FromSeconds(1));
        await Prove();
        await Prove();
        Assert.Equal("The event log takes appends again", log.All[1]);
        Assert.Equal(2, log.All.Count);
        Assert.Equal(1, store.End()!.Value.Value);
        await Append(1 << 20);
    }

    [Fact]
    public async Task A_small_append_that_still_finds_a_place_is_no_room()
    {
        await Append(10);
        await Number($"PRAGMA max_page_count={await Number("PRAGMA page_count") + 1}");
        await Refused(() => Append(1 << 20));

        await Append(10);

        await Refused(Prove);
    }

    [Fact]
    public async Task Many_who_ask_at_once_cost_one_try_a_second()
    {
        await Number($"PRAGMA max_page_count={await Number("PRAGMA page_count")}");
        await Refused(Prove);
        await Number("PRAGMA max_page_count=1000000");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Refused(Prove)));

        time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Prove()));
    }

    [Fact]
    public async Task Trying_does_not_fail_the_appends_that_come_with_it()
    {
        await Append(10);
        await Number($"PRAGMA max_page_count={await Number("PRAGMA page_count") + 8}");
        using var held = new ManualResetEventSlim();
        var before = store.OnWriter(_ =>
        {
            held.Wait(TestContext.Current.CancellationToken);
            return 0;
        });
        var (tried, appended) = (Refused(Prove), Append(10));

        held.Set();

        await Task.WhenAll(before, tried, appended);
    }

    [Fact]
    public async Task A_log_that_another_process_locks_takes_none_until_it_lets_go()
    {
        using var other = new SqliteConnection($"Data Source={store.File};Pooling=False");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var locks = other.CreateCommand();
        locks.CommandText = "BEGIN IMMEDIATE";
        await locks.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await Refused(Prove);
        Assert.Contains("locked", Assert.Single(log.All), StringComparison.Ordinal);

        locks.CommandText = "ROLLBACK";
        await locks.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        await Prove();
    }

    private Task Prove() => store.ProveAppends(TestContext.Current.CancellationToken).AsTask();

    private Task<AppendResult> Append(int bytes) => store.Append(
        StreamName.For("match", Guid.NewGuid()), ExpectedRevision.NoStream,
        [new(Guid.NewGuid(), "load.appended.v1", System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', bytes)}\""), "{}"u8.ToArray())],
        TestContext.Current.CancellationToken).AsTask();

    private static Task<DependencyUnavailableException> Refused(Func<Task> what) => Assert.ThrowsAsync<DependencyUnavailableException>(what);

    private Task<long> Number(string sql) => store.OnWriter(connection =>
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    });

    private sealed class Lines : ILogger<SqliteEventStore>
    {
        private readonly List<string> lines = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (lines)
                {
                    return [.. lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add(formatter(state, exception));
            }
        }
    }
}
