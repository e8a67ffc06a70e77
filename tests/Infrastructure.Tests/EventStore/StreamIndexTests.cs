using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Engines;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Tests.EventStore;

/// <summary>Streams are read and written the same whether their events are in the index, not yet, or both.</summary>
public sealed class StreamIndexTests : IAsyncLifetime
{
    private static readonly StreamName Talk = new("messages-1");

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly LoggedNumbers<SqliteEventStore> logged = new();
    private SqliteEventStore store = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        store = SqliteEventStore.Open(folder.File("events.db"), time, grouped: null, logged);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(FreshEvents.Batch - 3)]
    [InlineData(FreshEvents.Batch + 3)]
    [InlineData(EventLogTail.MostEvents + FreshEvents.Batch + 3)]
    public async Task A_stream_is_read_whole_wherever_it_lies(int between)
    {
        await Append(store, Talk, -1, "a", "b");
        await Fill(between);
        await Append(store, Talk, 1, "c", "d");

        await using var other = SqliteEventStore.OpenReadOnly(store.File, time);
        foreach (var reader in (SqliteEventStore[])[store, other])
        {
            Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (3, "d")], await Read(reader, Talk));
            Assert.Equal([(1, "b"), (2, "c"), (3, "d")], await Read(reader, Talk, from: 1));
            Assert.Equal([(3, "d")], await Read(reader, Talk, from: 3));
            Assert.Empty(await Read(reader, Talk, from: 4));
        }
    }

    [Fact]
    public async Task Events_are_entered_many_at_a_time()
    {
        await Fill(FreshEvents.Batch - 1);
        Assert.Equal(0, Number("SELECT count(*) FROM places"));

        // What comes next is written behind the batch that this one fills.
        await Append(store, Talk, -1, "a");
        await Append(store, Talk, 0, "b");

        Assert.Equal(FreshEvents.Batch, Number("SELECT count(*) FROM places"));
        Assert.Equal(FreshEvents.Batch, Number("SELECT up_to FROM placed"));
    }

    [Fact]
    public async Task Closing_enters_what_is_left()
    {
        await Append(store, Talk, -1, "a", "b");

        await store.DisposeAsync();

        Assert.Equal(2, Number("SELECT count(*) FROM places"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(FreshEvents.Batch + 1)]
    public async Task Revisions_hold_after_a_crash(int before)
    {
        var other = new StreamName("match-1");
        await Append(store, other, -1, [.. Enumerable.Range(0, before).Select(n => $"{n}")]);
        NewEvent[] said = [New("a"), New("b")];
        await Append(store, Talk, -1, said);
        await Append(store, new("match-2"), -1, "last");

        await using var again = SqliteEventStore.Open(AsItLies(), time);

        Assert.Equal(new AppendResult.WrongRevision(1), await again.Append(Talk, new(0), [New("c")], Ct));
        Assert.Equal(new AppendResult.WrongRevision(1), await again.Append(Talk, ExpectedRevision.NoStream, [New("c")], Ct));
        Assert.Equal(1, Assert.IsType<AppendResult.Appended>(await again.Append(Talk, ExpectedRevision.NoStream, said, Ct)).Revision);
        Assert.Equal(before, Assert.IsType<AppendResult.Appended>(await again.Append(other, new(before - 1), [New("c")], Ct)).Revision);
        Assert.Equal([(0, "a"), (1, "b")], await Read(again, Talk));
    }

    [Fact]
    public async Task Revisions_hold_after_a_group_that_was_undone()
    {
        await Append(store, Talk, -1, "a");
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => store.OnWriter<int>(_ => throw new InvalidOperationException("undone")));

        Assert.Equal(new AppendResult.WrongRevision(0), await store.Append(Talk, ExpectedRevision.NoStream, [New("b")], Ct));
        await Append(store, Talk, 0, "b");
        Assert.Equal([(0, "a"), (1, "b")], await Read(store, Talk));
    }

    [Fact]
    public async Task Where_entering_fails_that_is_told_nothing_is_lost_and_it_is_tried_again()
    {
        const int Waits = 3105, GoesOn = 3106;
        await store.OnWriter(connection =>
        {
            using var refuse = connection.CreateCommand();
            refuse.CommandText = "CREATE TRIGGER refuse BEFORE INSERT ON places BEGIN SELECT RAISE(ABORT, 'refused'); END";
            return refuse.ExecuteNonQuery();
        });
        await Append(store, Talk, -1, "a");
        Assert.False(logged.Has(Waits));
        await Fill(FreshEvents.Batch + 1);
        await Append(store, Talk, 0, "b");
        Assert.Equal(0, Number("SELECT count(*) FROM places"));
        Assert.True(logged.Has(Waits));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => store.Scavenge(Ct));
        Assert.Equal([(0, "a"), (1, "b")], await Read(store, Talk));
        Assert.Equal(new AppendResult.WrongRevision(1), await store.Append(Talk, new(0), [New("c")], Ct));

        await store.OnWriter(connection =>
        {
            using var allow = connection.CreateCommand();
            allow.CommandText = "DROP TRIGGER refuse";
            return allow.ExecuteNonQuery();
        });
        await Fill(FreshEvents.Batch + 1, from: FreshEvents.Batch + 1);
        await Append(store, Talk, 1, "c");

        Assert.InRange(Number("SELECT count(*) FROM places"), FreshEvents.Batch, long.MaxValue);
        Assert.True(logged.Has(GoesOn));
        Assert.Equal([(0, "a"), (1, "b"), (2, "c")], await Read(store, Talk));
    }

    [Fact]
    public async Task A_scavenge_leaves_no_place_behind()
    {
        await store.SetMaxAge(Talk, TimeSpan.FromHours(1), Ct);
        await Append(store, Talk, -1, [.. Enumerable.Range(0, 1_200).Select(n => $"{n}")]);
        time.Advance(TimeSpan.FromHours(2));
        await Append(store, Talk, 1_199, "new");

        Assert.Equal(1_200, await store.Scavenge(Ct));

        Assert.Equal([(1_200, "new")], await Read(store, Talk));
        Assert.Equal(1, Number("SELECT count(*) FROM events"));
        Assert.Equal(1, Number("SELECT count(*) FROM places"));
    }

    [Fact]
    public async Task What_is_not_entered_yet_expires_as_well()
    {
        await store.SetMaxAge(Talk, TimeSpan.FromHours(1), Ct);
        await Append(store, Talk, -1, "old");
        time.Advance(TimeSpan.FromMinutes(59));
        await Append(store, Talk, 0, "new");
        Assert.Equal([(Talk, TimeSpan.FromHours(1))], store.Ages());

        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([(1, "new")], await Read(store, Talk));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await Read(store, Talk));
        Assert.Empty(store.Ages());
    }

    [Fact]
    public async Task A_file_of_format_1_is_read_as_it_is_and_written_on()
    {
        var old = folder.File("old.db");
        Run(old, """
            PRAGMA journal_mode=WAL;
            CREATE TABLE events (
                position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
                type TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, UNIQUE (stream, revision));
            CREATE TABLE streams (stream TEXT PRIMARY KEY, max_age_seconds INTEGER NOT NULL) WITHOUT ROWID;
            INSERT INTO events (stream, revision, id, type, at, data, metadata)
            VALUES ('messages-1', 0, '00000000-0000-0000-0000-000000000001', 'contract.happened.v1', 1893499200000, '{"text":"a"}', '{}');
            PRAGMA application_id=1380142151; PRAGMA user_version=1;
            """);
        await using (var reader = SqliteEventStore.OpenReadOnly(old, time))
        {
            Assert.Equal([(0, "a")], await Read(reader, Talk));
        }

        await using (var writer = SqliteEventStore.Open(old, time))
        {
            Assert.Equal(new AppendResult.WrongRevision(0), await writer.Append(Talk, ExpectedRevision.NoStream, [New("b")], Ct));
            await Append(writer, Talk, 0, "b");
            Assert.Equal([(0, "a"), (1, "b")], await Read(writer, Talk));
        }

        Assert.Equal(1, Number("PRAGMA user_version", old));
        Assert.Equal(0, Number("SELECT count(*) FROM sqlite_schema WHERE name = 'places'", old));
    }

    private static NewEvent New(string text) => new(
        Guid.NewGuid(), "contract.happened.v1", JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["text"] = text }), "{}"u8.ToArray());

    private static Task Append(SqliteEventStore to, StreamName stream, long expected, params string[] texts) =>
        Append(to, stream, expected, [.. texts.Select(New)]);

    private static async Task Append(SqliteEventStore to, StreamName stream, long expected, NewEvent[] events) =>
        Assert.IsType<AppendResult.Appended>(await to.Append(stream, new(expected), events, Ct));

    private static async Task<List<(int Revision, string Text)>> Read(SqliteEventStore log, StreamName stream, long from = 0)
    {
        var found = new List<(int, string)>();
        await foreach (var one in log.Read(stream, from, Ct))
        {
            using var data = JsonDocument.Parse(one.Data);
            found.Add(((int)one.Revision, data.RootElement.GetProperty("text").GetString()!));
        }

        return found;
    }

    /// <summary>Events of other streams, a hundred each.</summary>
    private async Task Fill(int count, int from = 0)
    {
        foreach (var some in Enumerable.Range(from, count).Chunk(100))
        {
            await Append(store, new($"match-{some[0]}"), -1, [.. some.Select(n => $"{n}")]);
        }
    }

    /// <summary>The files as a crash would leave them now.</summary>
    private string AsItLies()
    {
        var copy = folder.File("crashed.db");
        foreach (var suffix in (string[])["", "-wal"])
        {
            File.Copy(store.File + suffix, copy + suffix);
        }

        return copy;
    }

    private long Number(string sql, string? file = null)
    {
        using var connection = new SqliteConnection($"Data Source={file ?? store.File};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var query = connection.CreateCommand();
        query.CommandText = sql;
        return (long)query.ExecuteScalar()!;
    }

    private static void Run(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
