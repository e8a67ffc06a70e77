using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Tests.EventStore;

public sealed class SqliteEventStoreTests : EventStoreContract
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("events.db");

    private SqliteEventStore Sqlite => (SqliteEventStore)Store;

    protected override Task<IEventStore> Open() => Task.FromResult<IEventStore>(SqliteEventStore.Open(File, Time));

    protected override async Task Close(IEventStore store)
    {
        await ((SqliteEventStore)store).DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Reopening_keeps_everything()
    {
        var stream = NewStream();
        await Store.SetMaxAge(stream, TimeSpan.FromHours(1), Ct);
        NewEvent[] events = [New("a"), New("b")];
        var appended = await Appended(stream, -1, events);
        await Sqlite.DisposeAsync();
        Assert.False(System.IO.File.Exists(File + "-wal"), "closing brings the write-ahead log into the file");

        await using var again = SqliteEventStore.Open(File, Time);
        Assert.Equal(["a", "b"], (await ReadFrom(again, stream)).Select(Text));
        Assert.Equal(appended, await again.Append(stream, ExpectedRevision.NoStream, events, Ct));
        Assert.Equal(new AppendResult.WrongRevision(1), await again.Append(stream, new(0), [New("c")], Ct));
        var next = Assert.IsType<AppendResult.Appended>(await again.Append(stream, new(1), [New("c")], Ct));
        Assert.Equal(appended.Position.Value + 1, next.Position.Value);
        Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty(await ReadFrom(again, stream));
    }

    [Fact]
    public async Task Any_SQLite_tool_can_read_the_events()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("readable")]);

        using var tool = new SqliteConnection($"Data Source={File};Mode=ReadOnly;Pooling=False");
        tool.Open();
        using var query = tool.CreateCommand();
        query.CommandText = "SELECT position, stream, type, typeof(data), json_extract(data, '$.text'), typeof(metadata) FROM events";
        using var row = query.ExecuteReader();
        Assert.True(row.Read());
        Assert.Equal(
            (1L, stream.Value, "contract.happened.v1", "text", "readable", "text"),
            (row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5)));
    }

    [Fact]
    public async Task Concurrent_appends_share_commits()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Append(NewStream(), -1, [New("x")])));

        Assert.All(results, result => Assert.IsType<AppendResult.Appended>(result));
        Assert.Equal(1_000, Sqlite.AppendedEvents);
        Assert.InRange(Sqlite.CommittedGroups, 1, 250);
    }

    [Fact]
    public async Task A_lone_append_is_one_commit_and_a_refused_or_repeated_one_is_none()
    {
        var stream = NewStream();
        NewEvent[] events = [New("a")];
        await Appended(stream, -1, events);
        await Appended(stream, 0, [New("b")]);
        Assert.Equal(2, Sqlite.CommittedGroups);

        await Append(stream, -1, events);
        await Append(stream, 7, events);

        Assert.Equal(2, Sqlite.CommittedGroups);
        Assert.Equal(2, Sqlite.AppendedEvents);
    }

    [Fact]
    public async Task The_writer_syncs_in_full() =>
        Assert.Equal(2L, await Sqlite.OnWriter(connection => Number(connection, "PRAGMA synchronous")));

    [Fact]
    public async Task A_log_that_is_full_refuses_whole_groups_and_goes_on_when_there_is_room()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("before")]);
        await Sqlite.OnWriter(connection => Number(connection, $"PRAGMA max_page_count={Number(connection, "PRAGMA page_count") + 1}"));
        var big = new string('x', 100_000);

        var refused = await Task.WhenAll(Enumerable.Range(0, 5).Select(n =>
            Record.ExceptionAsync(() => Append(NewStream(), -1, [New(big)])).AsTask()));

        Assert.All(refused, e => Assert.Equal("event-log", Assert.IsType<DependencyUnavailableException>(e).Dependency));
        Assert.Equal(["before"], Events(await Take(null, item => item is LogItem.CaughtUp)).Select(Text));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Append(stream, 0, [New(big), New("b")]));

        await Sqlite.OnWriter(connection => Number(connection, "PRAGMA max_page_count=1000000"));

        Assert.Equal(2, (await Appended(stream, 0, [New(big), New("b")])).Revision);
        Assert.Equal(["before", big, "b"], (await Read(stream)).Select(Text));
    }

    [Fact]
    public async Task A_log_that_another_process_locks_is_unavailable_until_it_lets_go()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a")]);
        using var other = new SqliteConnection($"Data Source={File};Pooling=False");
        other.Open();
        Execute(other, "BEGIN IMMEDIATE");

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Append(stream, 0, [New("b")]));
        Assert.Single(await Read(stream));

        Execute(other, "ROLLBACK");
        Assert.Equal(1, (await Appended(stream, 0, [New("b")])).Revision);
    }

    [Fact]
    public async Task What_another_process_wrote_counts_for_revisions_and_wakes_subscriptions()
    {
        var stream = NewStream();
        var first = await Appended(stream, -1, [New("a")]);
        await using var items = Store.Subscribe(first.Position, Ct).GetAsyncEnumerator(Ct);
        Assert.True(await items.MoveNextAsync());
        var next = items.MoveNextAsync();

        await using (var other = SqliteEventStore.Open(File, Time))
        {
            Assert.IsType<AppendResult.Appended>(await other.Append(stream, new(0), [New("b")], Ct));
        }

        while (!next.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }

        Assert.True(await next);
        Assert.Equal("b", Text(Assert.IsType<LogItem.Event>(items.Current).Recorded));
        Assert.Equal(new AppendResult.WrongRevision(1), await Append(stream, 0, [New("c")]));
    }

    [Fact]
    public async Task Closing_finishes_what_is_queued_and_refuses_what_comes_after()
    {
        var queued = Enumerable.Range(0, 500).Select(_ => Append(NewStream(), -1, [New("x")])).ToArray();
        await Sqlite.DisposeAsync();

        Assert.All(await Task.WhenAll(queued), result => Assert.IsType<AppendResult.Appended>(result));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Append(NewStream(), -1, [New("late")]));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Read(NewStream()));
    }

    [Fact]
    public async Task Closing_ends_subscriptions()
    {
        await using var items = Store.Subscribe(null, Ct).GetAsyncEnumerator(Ct);
        Assert.True(await items.MoveNextAsync());
        var next = items.MoveNextAsync();

        await Sqlite.DisposeAsync();

        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await next);
    }

    [Fact]
    public async Task A_scavenge_deletes_what_expired_but_for_the_last_event_of_a_stream()
    {
        var (expired, partly, kept) = (NewStream(), NewStream(), NewStream());
        await Store.SetMaxAge(expired, TimeSpan.FromMinutes(1), Ct);
        await Store.SetMaxAge(partly, TimeSpan.FromMinutes(1), Ct);
        await Appended(expired, -1, [.. Enumerable.Range(0, 1_200).Select(n => New($"{n}"))]);
        await Appended(partly, -1, [New("old")]);
        await Appended(kept, -1, [New("kept"), New("too")]);
        Time.Advance(TimeSpan.FromHours(1));
        await Appended(partly, 0, [New("young")]);

        Assert.Equal(1_200, await Sqlite.Scavenge(Ct));

        Assert.Equal(["1199", "kept", "too", "young"], Events(await Take(null, item => item is LogItem.CaughtUp)).Select(Text));
        Assert.Empty(await Read(expired));
        Assert.Equal(["young"], (await Read(partly)).Select(Text));
        Assert.Equal(1_200, (await Appended(expired, 1_199, [New("next")])).Revision);
        Assert.Equal(1, await Sqlite.Scavenge(Ct));
        Assert.Equal(0, await Sqlite.Scavenge(Ct));
    }

    [Fact]
    public async Task A_log_opened_to_read_sees_what_the_writer_appends_and_appends_nothing()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a")]);
        await using var reader = SqliteEventStore.OpenReadOnly(File, Time);
        Assert.Single(await ReadFrom(reader, stream));

        await Appended(stream, 0, [New("b")]);

        Assert.Equal(["a", "b"], (await ReadFrom(reader, stream)).Select(Text));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.Append(stream, new(1), [New("c")], Ct));
    }

    [Fact]
    public async Task A_log_has_an_id_that_its_copies_have_too_and_no_other_log()
    {
        var id = await Sqlite.Identity(Ct);
        await Appended(NewStream(), -1, [New("a")]);
        Assert.Equal(id, await Sqlite.Identity(Ct));
        await Sqlite.DisposeAsync();
        System.IO.File.Copy(File, _folder.File("copy.db"));

        await using var again = SqliteEventStore.Open(File, Time);
        await using var copy = SqliteEventStore.Open(_folder.File("copy.db"), Time);
        await using var other = SqliteEventStore.Open(_folder.File("other.db"), Time);
        Assert.Equal((id, id), (await again.Identity(Ct), await copy.Identity(Ct)));
        Assert.NotEqual(id, await other.Identity(Ct));
    }

    [Fact]
    public async Task A_log_that_began_without_an_id_has_that_of_its_first_event_as_an_older_copy_of_it_has()
    {
        var first = New("a");
        await Appended(NewStream(), -1, [first]);
        await Sqlite.DisposeAsync();
        System.IO.File.Copy(File, _folder.File("older.db"));
        await using var log = SqliteEventStore.Open(File, Time);
        await using var older = SqliteEventStore.Open(_folder.File("older.db"), Time);
        Assert.IsType<AppendResult.Appended>(await log.Append(NewStream(), new(-1), [New("b")], Ct));

        Assert.Equal((first.Id, first.Id), (await log.Identity(Ct), await older.Identity(Ct)));
    }

    [Fact]
    public async Task A_closed_log_can_be_opened_to_read()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a")]);
        await Sqlite.DisposeAsync();

        await using var reader = SqliteEventStore.OpenReadOnly(File, Time);
        Assert.Equal(["a"], (await ReadFrom(reader, stream)).Select(Text));
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
