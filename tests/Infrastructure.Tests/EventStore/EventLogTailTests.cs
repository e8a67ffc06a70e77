using System.Text;
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
        await Append(store, "match-1", -1, "first", "ü\"\\", "third");
        await Append(store, "messages-1", -1, "fourth");

        await using var reader = SqliteEventStore.OpenReadOnly(store.File, TimeProvider.System);
        var told = await Take(store, null, 4);
        Assert.Equal(await Take(reader, null, 4), told);
        Assert.Equal([1L, 2L, 3L, 4L], told.Select(one => one.Position));
    }

    [Fact]
    public async Task More_than_memory_keeps_comes_whole_and_in_order()
    {
        const int Count = EventLogTail.MostEvents + 700;
        await using var before = store.Subscribe(null, default).GetAsyncEnumerator();
        Assert.True(await before.MoveNextAsync());
        foreach (var some in Enumerable.Range(0, Count).Chunk(100))
        {
            await Append(store, $"match-{some[0]}", -1, [.. some.Select(n => $"{n}")]);
        }

        var expected = Enumerable.Range(0, Count).Select(n => n + 1L).ToList();
        var behind = new List<long>();
        while (behind.Count < Count && await before.MoveNextAsync())
        {
            if (before.Current is LogItem.Event { Recorded: var one })
            {
                behind.Add(one.Position.Value);
            }
        }

        Assert.Equal(expected, behind);
        Assert.Equal(expected, (await Take(store, null, Count)).Select(one => one.Position));
    }

    [Fact]
    public async Task What_another_process_wrote_in_between_is_not_passed_over()
    {
        await using var other = SqliteEventStore.Open(store.File, TimeProvider.System);
        await Append(store, "match-1", -1, "here");
        await using var items = store.Subscribe(null, default).GetAsyncEnumerator();
        Assert.Equal("match-1", await NextStream(items));

        await Append(other, "match-2", -1, "there");
        await Append(store, "match-3", -1, "here again");
        await Append(other, "match-4", -1, "there again");

        Assert.Equal(["match-2", "match-3", "match-4"], [await NextStream(items), await NextStream(items), await NextStream(items)]);
    }

    [Fact]
    public async Task What_was_deleted_is_told_to_nobody()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var timed = SqliteEventStore.Open(folder.File("timed.db"), clock);
        await Append(timed, "messages-1", -1, "old", "older than the last");
        await timed.SetMaxAge(new("messages-1"), TimeSpan.FromHours(1), default);
        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(1, await timed.Scavenge(default));

        Assert.Equal(2L, (await Take(timed, null, 1))[0].Position);
    }

    private static async Task<string> NextStream(IAsyncEnumerator<LogItem> items)
    {
        while (await items.MoveNextAsync())
        {
            if (items.Current is LogItem.Event { Recorded: var one })
            {
                return one.Stream.Value;
            }
        }

        throw new InvalidOperationException("The subscription ended.");
    }

    private static async Task<List<Told>> Take(SqliteEventStore log, long? after, int count)
    {
        var told = new List<Told>();
        await foreach (var item in log.Subscribe(after is { } position ? new(position) : null, default))
        {
            if (item is LogItem.Event { Recorded: var one })
            {
                told.Add(new(
                    one.Position.Value, one.Stream.Value, one.Revision, one.Id, one.Type, one.At,
                    Encoding.UTF8.GetString(one.Data.Span), Encoding.UTF8.GetString(one.Metadata.Span)));
                if (told.Count == count)
                {
                    break;
                }
            }
        }

        return told;
    }

    private static async Task Append(SqliteEventStore log, string stream, long expected, params string[] what) =>
        Assert.IsType<AppendResult.Appended>(await log.Append(
            new(stream), new(expected),
            [.. what.Select(one => new NewEvent(Guid.NewGuid(), "test.v1", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { one }), "{}"u8.ToArray()))],
            default));

    private sealed record Told(long Position, string Stream, long Revision, Guid Id, string Type, DateTimeOffset At, string Data, string Metadata);
}
