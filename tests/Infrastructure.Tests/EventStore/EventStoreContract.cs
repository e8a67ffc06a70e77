using System.Text;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Tests.EventStore;

/// <summary>What every event store has to do. An engine's tests derive from it.</summary>
public abstract class EventStoreContract : IAsyncLifetime
{
    private const string Type = "contract.happened.v1";

    private IEventStore? _store;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));

    protected IEventStore Store => _store!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A store whose clock is <see cref="Time"/>.</summary>
    protected abstract Task<IEventStore> Open();

    protected abstract Task Close(IEventStore store);

    /// <summary>The end of the log before the test; null where it was empty.</summary>
    protected LogPosition? Origin { get; private set; }

    /// <summary>A stretch of time that the engine's clock can be brought to pass, and the least that a stream's age can be.</summary>
    protected virtual TimeSpan Moment => TimeSpan.FromMinutes(10);

    /// <summary>Lets time pass for the engine.</summary>
    protected virtual Task Pass(TimeSpan time)
    {
        Time.Advance(time);
        return Task.CompletedTask;
    }

    /// <summary>Whether an event's time is the engine's present.</summary>
    protected virtual bool IsNow(DateTimeOffset at) => at == Time.GetUtcNow();

    /// <summary>Whether nobody else writes into the log, the engine itself included.</summary>
    protected virtual bool IsAlone => true;

    public async ValueTask InitializeAsync()
    {
        _store = await Open();
        if (!IsAlone)
        {
            Origin = (await Appended(NewStream(), -1, [New("The test begins.")])).Position;
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null)
        {
            await Close(_store);
        }
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
        Assert.All(read, e => Assert.True(IsNow(e.At), $"{e.At:O} is not now"));
        Assert.Equal(Type, read[0].Type);
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

        var items = await Take(Origin, until: item => item is LogItem.CaughtUp);

        var events = Events(items);
        Assert.Equal(["1", "2", "3", "4"], events.Select(Text));
        Assert.Equal([a, a, b, a], events.Select(e => e.Stream));
        AssertCaughtUp(end.Position, items[^1]);
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
        AssertCaughtUp(first.Position, await Next<LogItem.CaughtUp>(items));

        for (var n = 1; n < 4; n++)
        {
            var next = Next<LogItem.Event>(items);
            var appended = await Appended(stream, n - 1, [New($"{n + 1}")]);

            Assert.Equal(appended.Position, (await next).Recorded.Position);
            AssertCaughtUp(appended.Position, await Next<LogItem.CaughtUp>(items));
        }
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
                await foreach (var item in Store.Subscribe(Origin, Ct))
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
            await foreach (var item in Store.Subscribe(Origin, cancel.Token))
            {
                if (item is LogItem.CaughtUp)
                {
                    await cancel.CancelAsync();
                }
            }
        });
    }

    [Fact]
    public async Task Events_older_than_the_streams_age_are_hidden_from_its_readers_only()
    {
        var stream = NewStream();
        var other = NewStream();
        await Store.SetMaxAge(stream, Moment * 6, Ct);
        await Appended(stream, -1, [New("old")]);
        await Appended(other, -1, [New("elsewhere")]);
        await Pass(Moment * 3);
        await Appended(stream, 0, [New("young")]);
        Assert.Equal(2, (await Read(stream)).Count);

        await Pass(Moment * 4);

        Assert.Equal(["young"], (await Read(stream)).Select(Text));
        Assert.Equal([1L], (await Read(stream)).Select(e => e.Revision));
        Assert.Equal(["elsewhere"], (await Read(other)).Select(Text));
        Assert.Equal(["old", "elsewhere", "young"], Events(await Take(Origin, until: item => item is LogItem.CaughtUp)).Select(Text));
    }

    [Fact]
    public async Task A_new_age_replaces_the_old_one()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("a")]);
        await Store.SetMaxAge(stream, Moment, Ct);
        await Pass(Moment * 2);
        Assert.Empty(await Read(stream));

        await Store.SetMaxAge(stream, Moment * 100, Ct);
        await Store.SetMaxAge(stream, Moment * 100, Ct);

        Assert.Single(await Read(stream));
    }

    [Fact]
    public async Task Revisions_go_on_where_every_event_has_expired()
    {
        var stream = NewStream();
        await Store.SetMaxAge(stream, Moment, Ct);
        await Appended(stream, -1, [New("a"), New("b")]);
        await Pass(Moment * 3);
        Assert.Empty(await Read(stream));

        Assert.Equal(new AppendResult.WrongRevision(1), await Append(stream, -1, [New("c")]));
        Assert.Equal(2, (await Appended(stream, 1, [New("c")])).Revision);
        Assert.Equal(["c"], (await Read(stream)).Select(Text));
    }

    [Fact]
    public async Task Big_events_come_back_whole()
    {
        var stream = NewStream();

        // Together just below a megabyte, which every engine takes at once.
        var text = string.Concat(Enumerable.Range(0, 64_000).Select(n => $"{n:x8}"));
        await Appended(stream, -1, [New(text), New("small"), New(text)]);

        Assert.Equal([text, "small", text], (await Read(stream)).Select(Text));
        Assert.Equal([text, "small", text], Events(await Take(Origin, until: item => item is LogItem.CaughtUp)).Select(Text));
    }

    [Fact]
    public async Task A_long_stream_is_read_to_its_end()
    {
        var stream = NewStream();
        NewEvent[] events = [.. Enumerable.Range(0, 2_500).Select(n => New($"{n}"))];
        await Appended(stream, -1, events);

        Assert.Equal(events.Select(e => e.Id), (await Read(stream)).Select(e => e.Id));
        Assert.Equal(events.Select(e => e.Id), Events(await Take(Origin, until: item => item is LogItem.CaughtUp)).Select(e => e.Id));
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

    [Fact]
    public async Task What_is_no_text_cannot_be_appended()
    {
        var stream = NewStream();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Append(stream, -1, [New("a") with { Data = new byte[] { 0xC3, 0x28 } }]));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Append(stream, -1, [New("a") with { Metadata = new byte[] { 0xFF } }]));

        Assert.Empty(await Read(stream));
    }

    [Fact]
    public async Task The_position_of_an_append_is_that_of_its_last_event()
    {
        var stream = NewStream();
        var three = await Appended(stream, -1, [New("1"), New("2"), New("3")]);
        var read = await Read(stream);

        Assert.Equal(three.Position, read[2].Position);
        Assert.True(read[0].Position < read[1].Position && read[1].Position < read[2].Position);
        Assert.Equal(["3"], Events(await Take(read[1].Position, until: item => item is LogItem.CaughtUp)).Select(Text));
        Assert.Empty(Events(await Take(three.Position, until: item => item is LogItem.CaughtUp)));
    }

    [Fact]
    public async Task Appends_to_a_stream_that_follow_without_waiting_are_recorded_in_their_order()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("0")]);

        var appends = Enumerable.Range(1, 300).Select(n => Append(stream, n - 1, [New($"{n}")])).ToArray();

        Assert.All(await Task.WhenAll(appends), result => Assert.IsType<AppendResult.Appended>(result));
        Assert.Equal(Enumerable.Range(0, 301).Select(n => $"{n}"), (await Read(stream)).Select(Text));
    }

    [Fact]
    public async Task Who_followed_another_log_is_told_where_this_one_ends()
    {
        var end = await Appended(NewStream(), -1, [New("last")]);

        var items = await Take(new(end.Position.Value + 1_000_000), until: item => item is LogItem.CaughtUp);

        Assert.Empty(Events(items));
        var told = Assert.IsType<LogItem.CaughtUp>(items[^1]).Position;
        Assert.InRange(told!.Value.Value, end.Position.Value, end.Position.Value + 999_999);
    }

    [Fact]
    public async Task What_is_appended_after_a_position_that_was_caught_up_is_what_comes_after_it()
    {
        var stream = NewStream();
        await Appended(stream, -1, [New("before")]);
        var caughtUp = (LogItem.CaughtUp)(await Take(Origin, until: item => item is LogItem.CaughtUp))[^1];

        await Appended(stream, 0, [New("after")]);

        Assert.Equal(["after"], Events(await Take(caughtUp.Position, until: item => item is LogItem.CaughtUp)).Select(Text));
    }

    protected static StreamName NewStream() => StreamName.For("match", Guid.NewGuid());

    protected static NewEvent New(string text) => new(
        Guid.NewGuid(),
        Type,
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { text }),
        Encoding.UTF8.GetBytes($$"""{"correlationId":"{{Guid.NewGuid()}}"}"""));

    protected static string? Text(RecordedEvent e)
    {
        using var json = System.Text.Json.JsonDocument.Parse(e.Data);
        return json.RootElement.GetProperty("text").GetString();
    }

    protected static List<RecordedEvent> Events(IEnumerable<LogItem> items) =>
        [.. items.OfType<LogItem.Event>().Select(item => item.Recorded).Where(e => e.Type == Type)];

    /// <summary>The next item of a kind; what the engine says of its own events in between is passed over.</summary>
    protected static async Task<TItem> Next<TItem>(IAsyncEnumerator<LogItem> items)
        where TItem : LogItem
    {
        while (await items.MoveNextAsync())
        {
            if (items.Current is TItem item)
            {
                return item;
            }
        }

        throw new InvalidOperationException("The subscription ended.");
    }

    private void AssertCaughtUp(LogPosition position, LogItem item)
    {
        var caughtUp = Assert.IsType<LogItem.CaughtUp>(item);
        if (IsAlone)
        {
            Assert.Equal(position, caughtUp.Position);
        }
        else
        {
            Assert.True(caughtUp.Position >= position);
        }
    }

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
