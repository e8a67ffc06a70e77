using System.Text;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Tests.EventStore;

/// <summary>What every event store has to do. An engine's tests derive from it.</summary>
public abstract class EventStoreContract : IAsyncLifetime
{
    private IEventStore? _store;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));

    protected IEventStore Store => _store!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A store whose clock is <see cref="Time"/>.</summary>
    protected abstract Task<IEventStore> Open();

    protected abstract Task Close(IEventStore store);

    public async ValueTask InitializeAsync() => _store = await Open();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Close(Store);
    }

    [Fact]
    public async Task Events_are_read_in_the_order_in_which_they_were_appended()
    {
        var stream = NewStream();
        NewEvent[] first = [New("a"), New("b")];
        NewEvent[] second = [New("c")];

        var one = await Appended(stream, -1, first);
        var two = await Appended(stream, 1, second);

        Assert.Equal(1, one.Revision);
        Assert.Equal(2, two.Revision);
        Assert.True(two.Position > one.Position);
        var read = await Read(stream);
        Assert.Equal([.. first.Concat(second).Select(e => e.Id)], read.Select(e => e.Id));
        Assert.Equal([0L, 1, 2], read.Select(e => e.Revision));
        Assert.Equal(two.Position, read[2].Position);
        Assert.All(read, e => Assert.Equal(stream, e.Stream));
        Assert.All(read, e => Assert.Equal(Time.GetUtcNow(), e.At));
        Assert.Equal("contract.happened.v1", read[0].Type);
        Assert.Equal(first[0].Data.ToArray(), read[0].Data.ToArray());
        Assert.Equal(first[0].Metadata.ToArray(), read[0].Metadata.ToArray());
    }

    [Fact]
    public async Task Reading_starts_at_the_revision_asked_for()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a"), New("b"), New("c")]);

        Assert.Equal([1L, 2], (await Read(stream, 1)).Select(e => e.Revision));
        Assert.Empty(await Read(stream, 3));
    }

    [Fact]
    public async Task An_absent_stream_has_no_events() => Assert.Empty(await Read(NewStream()));

    [Fact]
    public async Task A_stream_that_exists_is_not_started_again()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a")]);

        Assert.Equal(new AppendResult.WrongRevision(0), await Append(stream, -1, [New("b")]));
        Assert.Single(await Read(stream));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_wrong_revision_tells_the_real_one_and_appends_nothing(long expected)
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a"), New("b")]);

        Assert.Equal(new AppendResult.WrongRevision(1), await Append(stream, expected, [New("c"), New("d")]));
        Assert.Equal(2, (await Read(stream)).Count);
    }

    [Fact]
    public async Task An_absent_stream_has_the_revision_minus_one() =>
        Assert.Equal(new AppendResult.WrongRevision(-1), await Append(NewStream(), 0, [New("a")]));

    [Fact]
    public async Task Appending_the_same_event_again_answers_the_same_and_writes_nothing()
    {
        var stream = NewStream();
        NewEvent[] events = [New("a")];

        var first = await Append(stream, -1, events);
        var again = await Append(stream, -1, events);

        Assert.Equal(first, again);
        Assert.Single(await Read(stream));
    }

    [Fact]
    public async Task Appending_the_same_events_again_is_idempotent_also_when_the_stream_went_on()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("before")]);
        NewEvent[] events = [New("a"), New("b"), New("c")];
        var first = await Append(stream, 0, events);
        await Appended(stream, 3, [New("later")]);

        Assert.Equal(first, await Append(stream, 0, events));
        Assert.Equal(5, (await Read(stream)).Count);
    }

    [Fact]
    public async Task Only_all_of_the_same_events_count_as_the_same_append()
    {
        var stream = NewStream();
        NewEvent[] events = [New("a"), New("b")];
        await Appended(stream, -1, events);

        Assert.IsType<AppendResult.WrongRevision>(await Append(stream, -1, [events[0], New("other")]));
        Assert.IsType<AppendResult.WrongRevision>(await Append(stream, -1, [events[1], events[0]]));
        Assert.IsType<AppendResult.WrongRevision>(await Append(stream, -1, [.. events, New("more")]));
        Assert.Equal(2, (await Read(stream)).Count);
    }

    [Fact]
    public async Task The_same_append_twice_at_once_is_recorded_once()
    {
        var stream = NewStream();
        NewEvent[] events = [New("a"), New("b")];

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Append(stream, -1, events)));

        Assert.Single(results.Distinct());
        Assert.IsType<AppendResult.Appended>(results[0]);
        Assert.Equal(2, (await Read(stream)).Count);
    }

    [Fact]
    public async Task Of_many_concurrent_appends_at_one_revision_exactly_one_wins()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("start")]);

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Task.Run(() => Append(stream, 0, [New($"{n}")]), Ct)));

        Assert.Single(results.OfType<AppendResult.Appended>());
        Assert.Equal(49, results.OfType<AppendResult.WrongRevision>().Count(r => r.Actual == 1));
        Assert.Equal(2, (await Read(stream)).Count);
    }

    [Fact]
    public async Task A_wrong_revision_does_not_disturb_the_appends_beside_it()
    {
        var wrong = NewStream();
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
            n % 10 == 0 ? await Append(wrong, 5, [New("x")]) : await Append(NewStream(), -1, [New("y")])));

        Assert.Equal(90, results.OfType<AppendResult.Appended>().Count());
        Assert.Equal(10, results.OfType<AppendResult.WrongRevision>().Count());
    }

    [Fact]
    public async Task A_subscription_begins_with_the_oldest_event_and_says_when_it_has_caught_up()
    {
        var (a, b) = (NewStream(), NewStream());
        await Appended(a, -1, [New("1"), New("2")]);
        await Appended(b, -1, [New("3")]);
        var end = await Appended(a, 1, [New("4")]);

        var items = await Take(null, until: item => item is LogItem.CaughtUp);

        var events = Events(items);
        Assert.Equal(["1", "2", "3", "4"], events.Select(Text));
        Assert.Equal([a, a, b, a], events.Select(e => e.Stream));
        Assert.Equal(new LogItem.CaughtUp(end.Position), items[^1]);
    }

    [Fact]
    public async Task A_subscription_starts_after_the_position_given()
    {
        var stream = NewStream();
        var first = await Appended(stream, -1, [New("1")]);
        await Appended(stream, 0, [New("2"), New("3")]);

        Assert.Equal(["2", "3"], Events(await Take(first.Position, until: item => item is LogItem.CaughtUp)).Select(Text));
    }

    [Fact]
    public async Task A_subscription_at_the_end_yields_what_comes_and_catches_up_again()
    {
        var stream = NewStream();
        var first = await Appended(stream, -1, [New("1")]);
        await using var items = Store.Subscribe(first.Position, Ct).GetAsyncEnumerator(Ct);
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(new LogItem.CaughtUp(first.Position), items.Current);

        var next = items.MoveNextAsync();
        var second = await Appended(stream, 0, [New("2")]);

        Assert.True(await next);
        Assert.Equal(second.Position, Assert.IsType<LogItem.Event>(items.Current).Recorded.Position);
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(new LogItem.CaughtUp(second.Position), items.Current);
    }

    [Fact]
    public async Task A_subscription_misses_nothing_under_concurrent_writers()
    {
        const int Writers = 8, Each = 150;
        var streams = Enumerable.Range(0, Writers).Select(_ => NewStream()).ToArray();
        var following = Task.Run(
            async () =>
            {
                var seen = new List<RecordedEvent>();
                await foreach (var item in Store.Subscribe(null, Ct))
                {
                    if (item is LogItem.Event { Recorded: var e })
                    {
                        seen.Add(e);
                        if (seen.Count == Writers * Each)
                        {
                            break;
                        }
                    }
                }

                return seen;
            },
            Ct);

        await Task.WhenAll(streams.Select(stream => Task.Run(
            async () =>
            {
                for (var n = 0; n < Each; n++)
                {
                    await Appended(stream, n - 1, [New($"{n}")]);
                }
            },
            Ct)));

        var all = await following;
        Assert.Equal(all.OrderBy(e => e.Position).Select(e => e.Position), all.Select(e => e.Position));
        foreach (var stream in streams)
        {
            Assert.Equal(Enumerable.Range(0, Each).Select(n => (long)n), all.Where(e => e.Stream == stream).Select(e => e.Revision));
        }
    }

    [Fact]
    public async Task A_subscription_ends_when_it_is_cancelled()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in Store.Subscribe(null, cancel.Token))
            {
                Assert.Equal(new LogItem.CaughtUp(null), item);
                await cancel.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task Events_older_than_the_streams_age_are_hidden_from_its_readers_only()
    {
        var stream = NewStream();
        var other = NewStream();
        await Store.SetMaxAge(stream, TimeSpan.FromHours(1), Ct);
        await Appended(stream, -1, [New("old")]);
        await Appended(other, -1, [New("elsewhere")]);
        Time.Advance(TimeSpan.FromMinutes(40));
        await Appended(stream, 0, [New("young")]);
        Assert.Equal(2, (await Read(stream)).Count);

        Time.Advance(TimeSpan.FromMinutes(21));

        Assert.Equal(["young"], (await Read(stream)).Select(Text));
        Assert.Equal([1L], (await Read(stream)).Select(e => e.Revision));
        Assert.Equal(["elsewhere"], (await Read(other)).Select(Text));
        Assert.Equal(["old", "elsewhere", "young"], Events(await Take(null, until: item => item is LogItem.CaughtUp)).Select(Text));
    }

    [Fact]
    public async Task A_new_age_replaces_the_old_one()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a")]);
        await Store.SetMaxAge(stream, TimeSpan.FromMinutes(1), Ct);
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(await Read(stream));

        await Store.SetMaxAge(stream, TimeSpan.FromHours(1), Ct);

        Assert.Single(await Read(stream));
    }

    [Fact]
    public async Task Revisions_go_on_where_every_event_has_expired()
    {
        var stream = NewStream();
        await Store.SetMaxAge(stream, TimeSpan.FromMinutes(1), Ct);
        await Appended(stream, -1, [New("a"), New("b")]);
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await Read(stream));

        Assert.Equal(new AppendResult.WrongRevision(1), await Append(stream, -1, [New("c")]));
        Assert.Equal(2, (await Appended(stream, 1, [New("c")])).Revision);
        Assert.Equal(["c"], (await Read(stream)).Select(Text));
    }

    [Fact]
    public async Task Big_events_come_back_whole()
    {
        var stream = NewStream();
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(n => $"{n:x8}"));
        await Appended(stream, -1, [New(text), New("small"), New(text)]);

        Assert.Equal([text, "small", text], (await Read(stream)).Select(Text));
        Assert.Equal([text, "small", text], Events(await Take(null, until: item => item is LogItem.CaughtUp)).Select(Text));
    }

    [Fact]
    public async Task A_long_stream_is_read_to_its_end()
    {
        var stream = NewStream();
        NewEvent[] events = [.. Enumerable.Range(0, 2_500).Select(n => New($"{n}"))];
        await Appended(stream, -1, events);

        Assert.Equal(events.Select(e => e.Id), (await Read(stream)).Select(e => e.Id));
        Assert.Equal(events.Select(e => e.Id), Events(await Take(null, until: item => item is LogItem.CaughtUp)).Select(e => e.Id));
    }

    [Fact]
    public async Task Every_script_survives()
    {
        const string Text = "Grüße 你好 שלום 👩‍👩‍👧 \u0000 \u2028 'quoted' \"twice\"";
        var stream = new StreamName($"ünïcode-{Guid.NewGuid():D}");
        await Appended(stream, -1, [New(Text)]);

        var read = Assert.Single(await Read(stream));
        Assert.Equal(Text, EventStoreContract.Text(read));
        Assert.Equal(stream, read.Stream);
    }

    [Fact]
    public async Task A_cancelled_append_records_nothing()
    {
        var stream = NewStream();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Store.Append(stream, ExpectedRevision.NoStream, [New("a")], new CancellationToken(canceled: true)));

        Assert.Empty(await Read(stream));
    }

    [Fact]
    public async Task A_cancelled_read_ends()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a"), New("b")]);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var seen = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Store.Read(stream, 0, cancel.Token))
            {
                seen++;
                await cancel.CancelAsync();
            }
        });

        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task Nothing_cannot_be_appended() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Append(NewStream(), -1, []));

    protected static StreamName NewStream() => StreamName.For("match", Guid.NewGuid());

    protected static NewEvent New(string text) => new(
        Guid.NewGuid(),
        "contract.happened.v1",
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { text }),
        Encoding.UTF8.GetBytes($$"""{"correlationId":"{{Guid.NewGuid()}}"}"""));

    protected static string? Text(RecordedEvent e)
    {
        using var json = System.Text.Json.JsonDocument.Parse(e.Data);
        return json.RootElement.GetProperty("text").GetString();
    }

    protected static List<RecordedEvent> Events(IEnumerable<LogItem> items) =>
        [.. items.OfType<LogItem.Event>().Select(item => item.Recorded)];

    protected Task<AppendResult> Append(StreamName stream, long expected, IReadOnlyList<NewEvent> events) =>
        Store.Append(stream, new(expected), events, Ct).AsTask();

    protected async Task<AppendResult.Appended> Appended(StreamName stream, long expected, IReadOnlyList<NewEvent> events) =>
        Assert.IsType<AppendResult.Appended>(await Append(stream, expected, events));

    protected Task<List<RecordedEvent>> Read(StreamName stream, long from = 0) => ReadFrom(Store, stream, from);

    protected static async Task<List<RecordedEvent>> ReadFrom(IEventStore store, StreamName stream, long from = 0) =>
        await store.Read(stream, from, Ct).ToListAsync(Ct);

    protected async Task<List<LogItem>> Take(LogPosition? after, Func<LogItem, bool> until)
    {
        var items = new List<LogItem>();
        await foreach (var item in Store.Subscribe(after, Ct))
        {
            items.Add(item);
            if (until(item))
            {
                break;
            }
        }

        return items;
    }
}
