using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Tests.EventStore;

/// <summary>The embedded log as who does not want one category reads it.</summary>
public sealed class SubscribeWithoutTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<StreamName, long> revisions = [];
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
    public async Task An_empty_log_is_caught_up_with_at_once()
    {
        Assert.Equal([new LogItem.CaughtUp(null)], await Take(null, 1));
        Assert.Null(store.End());
    }

    [Fact]
    public async Task What_is_left_out_is_passed_and_the_rest_comes_in_order()
    {
        await Append("messages-1", "match-1", "messages-1", "messages-2", "messagesa-1", "message-1", "messages-2");

        var items = await Take(null, 5);
        Assert.Equal([2L, 5L, 6L], items.OfType<LogItem.Event>().Select(item => item.Recorded.Position.Value));
        Assert.Equal([new LogItem.Passed(new(7)), new LogItem.CaughtUp(new(7))], items[3..]);
        Assert.Equal(new LogPosition(7), store.End());
    }

    [Fact]
    public async Task From_a_position_in_the_middle_only_later_events_come()
    {
        await Append("match-1", "messages-1", "match-2");

        Assert.Equal([3L], (await Take(new(2), 1)).OfType<LogItem.Event>().Select(item => item.Recorded.Position.Value));
    }

    [Fact]
    public async Task Thousands_are_passed_without_losing_one_in_between()
    {
        for (var n = 0; n < 3_000; n++)
        {
            await Append(n % 7 == 0 ? "match-1" : "messages-1");
        }

        var expected = Enumerable.Range(0, 3_000).Where(n => n % 7 == 0).Select(n => n + 1L).ToList();
        var items = await Take(null, expected.Count + 2);
        Assert.Equal(expected, items.OfType<LogItem.Event>().Select(item => item.Recorded.Position.Value));
        Assert.Equal(new LogItem.CaughtUp(new(3_000)), items[^1]);
    }

    [Fact]
    public async Task New_events_come_as_they_are_written_and_each_time_it_is_caught_up_again()
    {
        await Append("match-1");
        await using var items = store.SubscribeWithout("messages", null, default).GetAsyncEnumerator();
        Assert.Equal(typeof(LogItem.Event), (await Next(items)).GetType());
        Assert.Equal(new LogItem.CaughtUp(new(1)), await Next(items));

        var passed = Next(items);
        await Append("messages-1");
        Assert.Equal(new LogItem.Passed(new(2)), await passed);
        Assert.Equal(new LogItem.CaughtUp(new(2)), await Next(items));

        var next = Next(items);
        await Append("match-1");
        Assert.Equal(new LogPosition(3), Assert.IsType<LogItem.Event>(await next).Recorded.Position);
        Assert.Equal(new LogItem.CaughtUp(new(3)), await Next(items));
    }

    [Fact]
    public async Task Who_followed_a_longer_log_before_is_told_where_this_one_ends()
    {
        await Append("match-1");

        Assert.Equal([new LogItem.CaughtUp(new(1))], await Take(new(500), 1));
    }

    private static async Task<LogItem> Next(IAsyncEnumerator<LogItem> items)
    {
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        return items.Current;
    }

    private async Task<List<LogItem>> Take(LogPosition? after, int count)
    {
        var taken = new List<LogItem>();
        await foreach (var item in store.SubscribeWithout("messages", after, default))
        {
            taken.Add(item);
            if (taken.Count == count)
            {
                break;
            }
        }

        return taken;
    }

    private async Task Append(params string[] streams)
    {
        foreach (var name in streams)
        {
            var stream = new StreamName(name);
            var revision = revisions.GetValueOrDefault(stream, -1);
            Assert.IsType<AppendResult.Appended>(await store.Append(
                stream, new(revision), [new(Guid.NewGuid(), "tests.test.passed.v1", "{}"u8.ToArray(), "{}"u8.ToArray())], default));
            revisions[stream] = revision + 1;
        }
    }
}
