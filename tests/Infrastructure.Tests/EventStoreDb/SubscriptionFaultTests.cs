using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

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
    public async Task Events_of_the_server_itself_are_passed_over()
    {
        var server = await Server();
        var store = Connect(server);
        var stream = NewStream();
        await Appended(store, stream, -1, New("ours"));
        for (var n = 0; n < 5; n++)
        {
            await Appended(store, new("$system"), (n * 500) - 1, [.. Enumerable.Range(0, 500).Select(_ => New("theirs", "$happened"))]);
        }

        await Appended(store, stream, 0, New("ours again"));

        var items = new List<LogItem>();
        await foreach (var item in store.Subscribe(null, Ct))
        {
            items.Add(item);
            if (item is LogItem.CaughtUp)
            {
                break;
            }
        }

        Assert.Equal(["ours", "ours again"], items.OfType<LogItem.Event>().Select(item => Text(item.Recorded)));
        Assert.Equal(2, items.OfType<LogItem.Passed>().Count());
        var positions = items.Select(item => item switch
        {
            LogItem.Event { Recorded.Position: var at } => at,
            LogItem.Passed { Position: var at } => at,
            LogItem.CaughtUp { Position: var at } => at!.Value,
            _ => throw new InvalidOperationException(),
        });
        Assert.Equal(positions.Order(), positions);
    }

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
}
