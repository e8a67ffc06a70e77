using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

/// <summary>The log on a server as who does not want one category reads it.</summary>
public sealed class SubscribeWithoutCategoryTests : StandInFixture
{
    [Fact]
    public async Task The_server_leaves_out_one_category_and_its_own_events_and_says_how_far_it_looked()
    {
        await using var store = Connect(await Server());
        Assert.Null(await store.End(Ct));
        var (match, messages, alike) = (NewStream(), StreamName.For("messages", Guid.NewGuid()), StreamName.For("messagesa", Guid.NewGuid()));
        await Append(store, match, -1);
        await Append(store, messages, -1);
        await store.SetMaxAge(messages, TimeSpan.FromHours(1), Ct);
        await Append(store, alike, -1);
        await Append(store, messages, 0);
        var last = await Append(store, messages, 1);

        var seen = new List<StreamName>();
        LogPosition? passed = null;
        await foreach (var item in store.SubscribeWithout("messages", null, Ct))
        {
            if (item is LogItem.Event e)
            {
                seen.Add(e.Recorded.Stream);
            }
            else if (item is LogItem.Passed looked)
            {
                passed = looked.Position;
            }

            // A checkpoint may come before or after it is said that nothing is newer.
            if (item is LogItem.CaughtUp && seen.Count == 2)
            {
                break;
            }
        }

        Assert.Equal([match, alike], seen);
        Assert.True(passed is null || passed <= last);
        Assert.Equal(last, await store.End(Ct));
    }

    private static async Task<LogPosition> Append(EventStoreDbEventStore store, StreamName stream, long revision) =>
        Assert.IsType<AppendResult.Appended>(await store.Append(
            stream, new(revision), [new(Guid.NewGuid(), "tests.test.passed.v1", "{}"u8.ToArray(), "{}"u8.ToArray())], Ct)).Position;
}
