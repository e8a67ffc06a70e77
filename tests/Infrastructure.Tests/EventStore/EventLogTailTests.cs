using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Tests.EventStore;

/// <summary>Who follows the log gets the same from memory as from the file.</summary>
public sealed class EventLogTailTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private SqliteEventStore store = null!;

    public ValueTask InitializeAsync()
    {
        store = SqliteEventStore.Open(folder.File("events.db"), TimeProvider.System);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_was_just_written_is_told_as_it_lies_in_the_file()
    {
        await using var items = await Follow(store);
        await Append(store, "match-1", "first", "ü\"\\", "third");
        await Append(store, "messages-1", "fourth");

        await using var file = SqliteEventStore.OpenReadOnly(store.File, TimeProvider.System);
        await using var replay = file.Subscribe(null, default).GetAsyncEnumerator();
        var told = await Take(items, 4);
        Assert.Equal(await Take(replay, 4), told);
        Assert.Equal([1L, 2L, 3L, 4L], told.Select(one => one.Position));
    }

    [Fact]
    public async Task Who_falls_behind_what_memory_keeps_gets_everything_in_order()
    {
        const int Count = EventLogTail.MostEvents + 700;
        await using var items = await Follow(store);
        foreach (var some in Enumerable.Range(0, Count).Chunk(100))
        {
            await Append(store, $"match-{some[0]}", [.. some.Select(n => $"{n}")]);
        }

        Assert.Equal(Enumerable.Range(1, Count), (await Take(items, Count)).Select(one => (int)one.Position));
    }

    [Fact]
    public async Task What_another_process_wrote_in_between_is_not_passed_over()
    {
        await using var other = SqliteEventStore.Open(store.File, TimeProvider.System);
        await using var items = await Follow(store);
        await Append(store, "match-1", "here");
        Assert.Equal("match-1", (await Take(items, 1))[0].Stream);

        await Append(other, "match-2", "there");
        await Append(store, "match-3", "here again");
        Assert.Equal(["match-2", "match-3"], (await Take(items, 2)).Select(one => one.Stream));

        // And where this one writes nothing more.
        await Append(other, "match-4", "there again");
        Assert.Equal("match-4", (await Take(items, 1))[0].Stream);
    }

    [Fact]
    public async Task What_was_deleted_is_told_to_nobody()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var timed = SqliteEventStore.Open(folder.File("timed.db"), clock);
        await using var items = await Follow(timed);
        await Append(timed, "messages-1", "old", "the last, which stays");
        await timed.SetMaxAge(new("messages-1"), TimeSpan.FromHours(1), default);
        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(1, await timed.Scavenge(default));

        Assert.Equal(2L, (await Take(items, 1))[0].Position);
    }

    [Fact]
    public async Task A_replay_tells_what_lies_in_the_file()
    {
        await using var items = await Follow(store);
        await Append(store, "match-1", "said");
        await store.OnWriter(connection =>
        {
            using var forge = connection.CreateCommand();
            forge.CommandText = "UPDATE events SET type = 'forged.v1'";
            return forge.ExecuteNonQuery();
        });

        await using var replay = store.Subscribe(null, default).GetAsyncEnumerator();
        Assert.Equal("forged.v1", (await Take(replay, 1))[0].Type);
        Assert.Equal("test.v1", (await Take(items, 1))[0].Type);
    }

    /// <summary>A subscription that is caught up.</summary>
    private static async Task<IAsyncEnumerator<LogItem>> Follow(SqliteEventStore log)
    {
        var items = log.Subscribe(null, default).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        Assert.IsType<LogItem.CaughtUp>(items.Current);
        return items;
    }

    private static async Task<List<Told>> Take(IAsyncEnumerator<LogItem> items, int count)
    {
        var told = new List<Told>();
        while (told.Count < count && await items.MoveNextAsync())
        {
            if (items.Current is LogItem.Event { Recorded: var one })
            {
                told.Add(new(
                    one.Position.Value, one.Stream.Value, one.Revision, one.Id, one.Type, one.At,
                    Encoding.UTF8.GetString(one.Data.Span), Encoding.UTF8.GetString(one.Metadata.Span)));
            }
        }

        return told;
    }

    private static async Task Append(SqliteEventStore log, string stream, params string[] what) =>
        Assert.IsType<AppendResult.Appended>(await log.Append(
            new(stream), ExpectedRevision.NoStream,
            [.. what.Select(one => new NewEvent(Guid.NewGuid(), "test.v1", JsonSerializer.SerializeToUtf8Bytes(new { one }), "{}"u8.ToArray()))],
            default));

    private sealed record Told(long Position, string Stream, long Revision, Guid Id, string Type, DateTimeOffset At, string Data, string Metadata);
}
