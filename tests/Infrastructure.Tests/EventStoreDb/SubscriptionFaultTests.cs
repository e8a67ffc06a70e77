using RandomChat.Application.Events;
using RandomChat.Engines;
using RandomChat.Infrastructure.EventStoreDb;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

[Collection(EventStoreServer.OneAtATime)]
public sealed class SubscriptionFaultTests : StandInFixture
{
    [Fact]
    public async Task A_subscription_goes_on_after_the_server_restarted_and_misses_and_repeats_nothing()
    {
        var server = await ServerProcess();
        var store = Connect(server.ConnectionString);
        var stream = NewStream();
        await Appended(store, stream, -1, New("1"), New("2"));
        await using var items = store.Subscribe(null, Ct).GetAsyncEnumerator(Ct);
        await Next<LogItem.CaughtUp>(items);
        var next = Next<LogItem.Event>(items);

        server.Kill();
        await server.Start();
        await Until(() => Appended(store, stream, 1, New("3")));

        Assert.Equal("3", Text((await next).Recorded));
        await Next<LogItem.CaughtUp>(items);
        await Appended(store, stream, 2, New("4"));
        Assert.Equal("4", Text((await Next<LogItem.Event>(items)).Recorded));
    }

    [Fact]
    public async Task A_call_that_breaks_in_the_middle_of_a_replay_is_not_noticed()
    {
        var server = await Server();
        var store = Connect(server);
        var stream = NewStream();
        for (var n = 0; n < 20; n++)
        {
            await Appended(store, stream, (n * 1_000) - 1, [.. Enumerable.Range(n * 1_000, 1_000).Select(i => New($"{i}"))]);
        }

        var seen = new List<long>();
        await foreach (var item in store.Subscribe(null, Ct))
        {
            if (item is LogItem.CaughtUp)
            {
                break;
            }

            if (item is LogItem.Event { Recorded: var e })
            {
                seen.Add(e.Revision);
                if (seen.Count % 4_000 == 10)
                {
                    server.Faults.BreakCalls();
                }
            }
        }

        Assert.Equal(Enumerable.Range(0, 20_000).Select(n => (long)n), seen);
    }

    [Fact]
    public async Task A_server_that_finds_the_reader_too_slow_is_asked_again_and_nobody_is_alarmed()
    {
        var server = await Server();
        var log = new LoggedNumbers<EventStoreDbEventStore>();
        var store = Connect($"esdb://127.0.0.1:{server.Address.Port}?tls=false", log);
        var stream = NewStream();
        await Appended(store, stream, -1, New("1"));
        await using var items = store.Subscribe(null, Ct).GetAsyncEnumerator(Ct);
        await Next<LogItem.CaughtUp>(items);

        var next = Next<LogItem.Event>(items);
        server.Faults.FindReadersTooSlow();
        await Appended(store, stream, 0, New("2"));
        Assert.Equal("2", Text((await next).Recorded));
        Assert.Equal((true, false), (log.Has(3206), log.Has(3205)));

        server.Faults.BreakCalls();
        var third = New("3");
        await Until(() => Appended(store, stream, 1, third));
        Assert.Equal("3", Text((await Next<LogItem.Event>(items)).Recorded));
        Assert.True(log.Has(3205));
    }

    [Fact]
    public async Task A_real_server_sends_on_to_a_reader_that_stands_still_for_a_while()
    {
        // What others write there at the same time may come in bursts that are too much for the server alone: not each time.
        for (var attempt = 0; attempt < 5; attempt++)
        {
            if (await SendsOn((await EventStoreServer.Shared()).ConnectionString))
            {
                return;
            }
        }

        Assert.Fail("The reader was found too slow each time.");
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_the_subscription()
    {
        var server = await Server();
        var store = Connect(server, "defaultDeadline=1000");
        await Appended(store, NewStream(), -1, New("1"));
        await using var items = store.Subscribe(null, Ct).GetAsyncEnumerator(Ct);
        await Next<LogItem.CaughtUp>(items);

        await server.DisposeAsync();

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Next<LogItem.Event>(items));
    }

    [Fact]
    public async Task Events_of_the_server_itself_are_left_out_and_told_as_passed() => await LeavesOutSystemEvents(Connect(await Server()));

    [Fact]
    public async Task Events_of_a_real_server_itself_are_left_out_and_told_as_passed() =>
        await LeavesOutSystemEvents(Connect((await EventStoreServer.Shared()).ConnectionString));

    [Fact]
    public async Task Closing_ends_subscriptions()
    {
        var store = Connect(await Server());
        await using var items = store.Subscribe(null, Ct).GetAsyncEnumerator(Ct);
        await Next<LogItem.CaughtUp>(items);
        var next = Next<LogItem.Event>(items);

        await store.DisposeAsync();

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => next);
    }

    /// <summary>Whether a reader gets all without being found too slow, although it takes nothing while more comes than the server and a connection hold by themselves.</summary>
    private async Task<bool> SendsOn(string server)
    {
        var log = new LoggedNumbers<EventStoreDbEventStore>();
        var store = Connect(server, log);
        var (stream, text) = (NewStream(), new string('x', 1_000));
        var first = await Appended(store, stream, -1, New("first"));
        await using var items = store.Subscribe(first.Position, Ct).GetAsyncEnumerator(Ct);
        await Next<LogItem.CaughtUp>(items);
        for (var n = 0; n < 400; n++)
        {
            await Appended(store, stream, n, New($"{n}{text}"));
        }

        for (var n = 0; n < 400;)
        {
            var e = (await Next<LogItem.Event>(items)).Recorded;
            if (e.Stream == stream)
            {
                Assert.Equal(++n, e.Revision);
            }
        }

        return !log.Has(3206);
    }

    private static async Task LeavesOutSystemEvents(EventStoreDbEventStore store)
    {
        var (stream, system) = (NewStream(), new StreamName($"$test-{Guid.NewGuid():N}"));
        async Task AppendSystemEvents(int from)
        {
            for (var n = from; n < from + 2_500; n += 500)
            {
                await Appended(store, system, n - 1, [.. Enumerable.Range(0, 500).Select(_ => New("theirs", "$happened"))]);
            }
        }

        var first = await Appended(store, stream, -1, New("first"));
        await AppendSystemEvents(0);
        await Appended(store, stream, 0, New("second"));

        await using var items = store.Subscribe(first.Position, Ct).GetAsyncEnumerator(Ct);
        Assert.Equal("second", Text((await Next<LogItem.Event>(items)).Recorded));
        await Next<LogItem.CaughtUp>(items);

        await AppendSystemEvents(2_500);
        var passed = await Next<LogItem.Passed>(items);
        var third = await Appended(store, stream, 1, New("third"));
        Assert.Equal(third.Position, (await Next<LogItem.Event>(items)).Recorded.Position);
        Assert.True(passed.Position < third.Position);

        // What was told as passed is a place to go on from.
        await using var resumed = store.Subscribe(passed.Position, Ct).GetAsyncEnumerator(Ct);
        Assert.Equal("third", Text((await Next<LogItem.Event>(resumed)).Recorded));
    }
}
