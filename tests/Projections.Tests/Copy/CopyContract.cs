using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Engines;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Copy;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Tests.Engine;
using RandomChat.StandIn;

namespace RandomChat.Projections.Tests.Copy;

/// <summary>
/// A log with events of every kind, streams of which the beginning has expired, visitors who were erased and matches that are
/// open: what it becomes in EventStoreDB.
/// </summary>
public abstract class CopyContract : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly string place = Directory.CreateTempSubdirectory("randomchat-copy-").FullName;
    private readonly Dictionary<StreamName, long> revisions = [];
    private readonly Guid longMatch = Guid.NewGuid();
    private readonly Guid quietMatch = Guid.NewGuid();
    private EventStoreDbSettings connection = null!;
    private SqliteEventStore source = null!;
    private EventStoreDbEventStore copied = null!;
    private LedgerStore ledger = null!;

    /// <summary>Of the log and of whoever reads; the server's own is behind it, so nothing expires by that.</summary>
    private FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    private StreamName LongMessages => StreamName.For("messages", longMatch);

    private AnchorFile Anchors => new(Path.Combine(place, "anchors.ndjson"));

    /// <summary>A server that is empty but for its own events.</summary>
    private protected abstract Task<string> Target();

    /// <summary>What the server does wrong once, in the middle of a copy.</summary>
    private protected abstract void Break();

    public async ValueTask InitializeAsync()
    {
        connection = EventStoreDbSettings.Parse(await Target());
        source = SqliteEventStore.Open(Path.Combine(place, "data", "events.db"), Clock);
        copied = new(connection, Clock, NullLogger<EventStoreDbEventStore>.Instance);
        ledger = LedgerStore.InFile(Path.Combine(place, "data", "ledger.db"));
        await copied.SetMaxAge(new("servers-own"), Hour, default);
        await Live();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await copied.DisposeAsync();
        await source.DisposeAsync();
        await ledger.DisposeAsync();
        Directory.Delete(place, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_event_is_there_as_it_was_and_nothing_twice_however_often_it_was_broken_off()
    {
        await Samples();

        // Broken off by hand, then by the server, then gone on with in a day in which more was said and more expired.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Copy(stopAt: 150));
        await Copy(breaksAt: 250);
        Clock.Advance(20 * Hour);
        await Say(longMatch, 3);
        await source.Scavenge(default);
        await Copy();
        await Copy();

        var (is_, should) = (await All(new CopiedLog(copied)), await All(source));
        var live = should.Where(e => e.Stream.Category != "messages" || e.At + Day > Clock.GetUtcNow()).ToList();
        Assert.Equal(live.Select(Shown), is_.Where(e => live.Exists(one => one.Id == e.Id)).Select(Shown));

        // Beyond those it holds only what expired since it was copied, and no reader of a stream gets it.
        Assert.All(is_.Where(e => !live.Exists(one => one.Id == e.Id)), e => Assert.Equal("messages", e.Stream.Category));
        foreach (var stream in should.Select(e => e.Stream).Distinct())
        {
            Assert.Equal((await Stream(source, stream)).Select(Shown), (await Stream(copied, stream)).Select(Shown));
        }

        Assert.Empty(await Stream(copied, StreamName.For("messages", quietMatch)));
        Assert.NotEqual(0, (await Stream(copied, LongMessages))[0].Revision);
    }

    [Fact]
    public async Task Streams_go_on_where_they_were_and_messages_live_as_long_as_they_had_to()
    {
        await Copy();
        var read = await Stream(copied, LongMessages);
        Assert.Equal(revisions[LongMessages], read[^1].Revision);

        Assert.IsType<AppendResult.Appended>(await copied.Append(LongMessages, new(revisions[LongMessages]), [Encoded(Said(longMatch, 99))], default));

        // The server knows the copies since a moment ago; they end when they would have ended.
        Clock.SetUtcNow(read[^1].At + Day);
        Assert.DoesNotContain(await Stream(copied, LongMessages), e => e.CopiedFrom is not null);
    }

    [Fact]
    public async Task What_is_computed_from_both_is_the_same_row_by_row()
    {
        await Copy();

        var (from, to) = (new SqliteReadStore(Path.Combine(place, "read-source")), new SqliteReadStore(Path.Combine(place, "read-copy")));
        await new Rebuild(from, Feed(source)).Run(ProjectionsSetup.All, null, default);
        await new Rebuild(to, Feed(new CopiedLog(copied))).Run(ProjectionsSetup.All, null, default);
        var rows = 0;
        foreach (var projection in ProjectionsSetup.All)
        {
            var should = Rows(Path.Combine(place, "read-source"), projection);
            Assert.Equal(should, Rows(Path.Combine(place, "read-copy"), projection));
            rows += should.Count;
        }

        Assert.True(rows > 200);
    }

    [Fact]
    public async Task The_ledger_proves_it_and_goes_on_in_the_new_log()
    {
        await Samples();
        var head = await Keeper(source).CatchUp(default);
        await using (var target = NewTarget())
        {
            var copy = NewCopy(target);
            await copy.Run((await copy.Look(default)).After, null, default);
            await Assert.ThrowsAsync<UnfinishedCopyException>(async () => await LogIdentity.Of(copied, default));
            Assert.Empty((await copy.Verify(ledger, Anchors.Read(), null, default)).Findings);
            await copy.Finish(head, default);
            Assert.Equal(Convert.ToHexStringLower(head.Hash), (await copy.Look(default)).Moved?.Hash);
        }

        // The server's keeper finds the ledger of before, sets it aside with its anchors, and begins anew.
        var (kept, events) = (Anchors.Read().Count, (await All(copied)).Count);
        using (var keeper = Keeper(copied))
        {
            await keeper.StartAsync(default);
            await Eventually.Until(
                async () => await HeadNow() is { } now && now.Events == events && !now.Hash.AsSpan().SequenceEqual(head.Hash), "the ledger begins anew and has all of it");
            await keeper.StopAsync(default);
        }

        var now = await new LedgerAudit(new(copied), ledger, Clock).Run(Anchors.Read(), null, default);
        Assert.Empty(now.Findings);
        Assert.Equal((1, 0), (now.Anchors, now.Waiting));

        // What was set aside proves what was before, also later.
        var aside = Directory.GetFiles(Path.Combine(place, "data"), "ledger.moved_*.db").Single();
        await using var former = LedgerStore.InFile(aside);
        var published = new AnchorFile(Directory.GetFiles(place, "anchors.ndjson.moved_*").Single()).Read();
        Assert.Equal(kept, published.Count);
        await using var again = NewTarget();
        Assert.Empty((await NewCopy(again).Verify(former, published, null, default)).Findings);

        // Between the former file and the new one there is none for a moment.
        async Task<LedgerHead?> HeadNow()
        {
            try
            {
                return await ledger.Head(default);
            }
            catch (DependencyUnavailableException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task What_is_copied_expires_also_where_the_copy_ended_before_its_last_word()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Copy(stopAt: source.End()!.Value.Value));

        var streams = (await All(new CopiedLog(copied))).Select(e => e.Stream).Where(LogSource.Expires).Distinct().ToList();
        Assert.NotEmpty(streams);
        foreach (var stream in streams)
        {
            var metadata = (await Stream(copied, new($"$${stream.Value}")))[^1];
            Assert.Contains("\"$maxAge\":86400", Encoding.UTF8.GetString(metadata.Data.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_log_that_was_put_back_to_a_former_state_is_not_copied_on()
    {
        await Copy();
        Assert.Equal(1, await Tamper("DELETE FROM events WHERE position = (SELECT max(position) FROM events)"));

        await using var target = NewTarget();
        await Assert.ThrowsAsync<CopyRefusedException>(() => NewCopy(target).Look(default));
    }

    [Fact]
    public async Task What_the_ledger_does_not_know_is_found_in_the_copy()
    {
        var head = await Keeper(source).CatchUp(default);
        await Say(longMatch, 2);
        await Copy();

        await using var target = NewTarget();
        var result = await NewCopy(target).Verify(ledger, Anchors.Read(), null, default);

        var finding = Assert.Single(result.Findings);
        Assert.Equal((AuditFault.Inserted, head.Position, false), (finding.Fault, finding.Position, result.IsSound));
        Assert.Contains("2 events", finding.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_went_on_with_the_former_log_is_another_ones_whatever_lies_at_its_places()
    {
        await Finish();
        await Say(longMatch, 1);
        var went = await Keeper(source).CatchUp(default);

        var said = new LoggedNumbers<LedgerKeeper>();
        using var keeper = new LedgerKeeper(new(copied), ledger, Anchors, Hour, Day, TimeProvider.System, said);
        await keeper.StartAsync(default);
        await Eventually.Until(() => Task.FromResult(said.Has(4014)), "it says that the ledger is of another log");
        await keeper.StopAsync(default);

        Assert.Equal(went.Hash, (await ledger.Head(default)).Hash);
    }

    [Fact]
    public async Task Anchors_that_cannot_be_renamed_stay_and_the_next_ones_go_elsewhere()
    {
        var head = await Finish();
        var kept = Anchors.Read().Count;
        var said = new LoggedNumbers<LedgerKeeper>();
        var fixedClock = new FakeTimeProvider(Clock.GetUtcNow());
        await File.WriteAllTextAsync($"{Anchors.Path}.moved_{fixedClock.GetUtcNow():yyyyMMddHHmmss}", "in the way");
        using (var keeper = new LedgerKeeper(new(copied), ledger, Anchors, Hour, Day, fixedClock, said))
        {
            await keeper.StartAsync(default);
            await Eventually.Until(() => Task.FromResult(said.Has(4015)), "it says that the anchors cannot be set aside");
            await keeper.StopAsync(default);
        }

        Assert.Equal(head.Hash, (await ledger.Head(default)).Hash);

        var elsewhere = new AnchorFile(Path.Combine(place, "elsewhere.ndjson"));
        using (var keeper = new LedgerKeeper(new(copied), ledger, elsewhere, Hour, Day, TimeProvider.System, said))
        {
            await keeper.StartAsync(default);
            await Eventually.Until(async () => await ledger.Head(default) is { Events: > 0 } now && !now.Hash.AsSpan().SequenceEqual(head.Hash), "the ledger begins anew");
            await keeper.StopAsync(default);
        }

        Assert.Equal(kept, Anchors.Read().Count);
        Assert.Single(elsewhere.Read());
    }

    [Theory]
    [InlineData("data = replace(data, '\"', ' \"')", AuditFault.Changed)]
    [InlineData("stream = 'visitor-00000000-0000-4000-8000-000000000001'", AuditFault.Reordered)]
    public async Task A_source_that_was_changed_is_found(string change, AuditFault fault)
    {
        await Keeper(source).CatchUp(default);
        Assert.Equal(1, await Tamper($"UPDATE events SET {change} WHERE position = 7"));

        await Copy();
        await using var target = NewTarget();
        var finding = (await NewCopy(target).Verify(ledger, Anchors.Read(), null, default)).Findings[0];

        Assert.Equal((fault, 7), (finding.Fault, finding.Position));
    }

    [Fact]
    public async Task Read_models_of_the_former_log_begin_anew()
    {
        await using var store = new SqliteReadStore(Path.Combine(place, "read"));
        await new Rebuild(store, Feed(source)).Run(ProjectionsSetup.All, null, default);
        await Finish();

        var former = await Builds(store);
        await Follow(store, former);
        var builds = await Builds(store);
        foreach (var projection in ProjectionsSetup.All)
        {
            Assert.True((await new Verification(store, Feed(copied)).Run(projection, null, default)).Same);
        }

        // The next start knows them.
        await Follow(store, former);
        Assert.Equal(builds, await Builds(store));
    }

    private async Task Follow(SqliteReadStore store, List<Guid?> former)
    {
        using var meters = new Meters();
        using var runner = new ProjectionRunner(
            store, Feed(copied), ProjectionsSetup.All, new(meters.Factory, TimeProvider.System), TimeProvider.System, NullLogger<ProjectionRunner>.Instance);
        await runner.StartAsync(default);
        var end = (await All(copied))[^1].Position;
        await Eventually.Until(
            async () => (await Checkpoints(store)).TrueForAll(checkpoint => checkpoint?.Position >= end.Value && !former.Contains(checkpoint.Build)), "the read models follow the copy");
        await runner.StopAsync(default);
    }

    private static async Task<List<Guid?>> Builds(SqliteReadStore store) => (await Checkpoints(store)).ConvertAll(checkpoint => checkpoint?.Build);

    private static async Task<List<Checkpoint?>> Checkpoints(SqliteReadStore store)
    {
        var checkpoints = new List<Checkpoint?>();
        foreach (var projection in ProjectionsSetup.All)
        {
            checkpoints.Add(await store.ReadCheckpoint(projection, default));
        }

        return checkpoints;
    }

    /// <summary>Two days: what was said in the first has expired at the end.</summary>
    private async Task Live()
    {
        var people = Enumerable.Range(0, 12).Select(_ => Person.New()).ToArray();
        foreach (var person in people)
        {
            await Append(StreamName.For("visitor", person.Visitor), new VisitorEvent.SessionStarted(person.Visitor, person.Device, "2026-03", "rc1:v:sealed", Clock.GetUtcNow()));
        }

        await Begin(longMatch, people[0], people[1]);
        await Begin(quietMatch, people[2], people[3]);
        await Say(longMatch, 5);
        await Say(quietMatch, 4);
        for (var n = 0; n < 40; n++)
        {
            var (match, a, b) = (Guid.NewGuid(), people[n % 6], people[6 + (n % 6)]);
            await Begin(match, a, b);
            await Say(match, 3);
            await Append(
                StreamName.For("match", match),
                new MatchEvent.Ended(match, MatchEndReason.Skipped, a.Visitor, a.Visitor, a.Device, b.Visitor, b.Device, 3, 0, 60_000, Clock.GetUtcNow()));
            if (n % 4 == 0)
            {
                await Append(StreamName.For("case", b.Visitor), new CaseEvent.Reported(
                    b.Visitor, Guid.NewGuid(), match, a.Visitor, a.Device, b.Visitor, b.Device, ReportReason.Spam, null, "c", "rc1:c:sealed", "00", 0, Clock.GetUtcNow()));
            }

            Clock.Advance(Hour);
        }

        await Append(StreamName.For("visitor", people[11].Visitor), new VisitorEvent.Erased(people[11].Visitor, people[11].Device, Clock.GetUtcNow()));
        await Say(longMatch, 6);
        Clock.Advance(TimeSpan.FromMinutes(10));
        await source.Scavenge(default);
        Assert.NotEqual(0, (await Stream(source, LongMessages))[0].Revision);
    }

    /// <summary>One of every kind, though not in an order in which anything could be computed from them.</summary>
    private async Task Samples()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "golden"), "*.json").Order(StringComparer.Ordinal))
        {
            await Append(
                StreamName.For("sample", Guid.NewGuid()), new NewEvent(Guid.NewGuid(), Path.GetFileNameWithoutExtension(file), await File.ReadAllBytesAsync(file), Encoded(Said(longMatch, 0)).Metadata));
        }
    }

    private Task Begin(Guid match, Person a, Person b) => Append(
        StreamName.For("match", match),
        new MatchEvent.Started(match, ChatMode.Text, a.Ticket(Clock.GetUtcNow(), 1_500), b.Ticket(Clock.GetUtcNow(), 500), 0, Clock.GetUtcNow()));

    private async Task Say(Guid match, int messages)
    {
        for (var n = 0; n < messages; n++)
        {
            await Append(StreamName.For("messages", match), Said(match, n + 1));
        }

        await source.SetMaxAge(StreamName.For("messages", match), Day, default);
    }

    private MessageEvent.Sent Said(Guid match, int sequence) => new(match, Guid.NewGuid(), sequence, Guid.NewGuid(), "rc1:h:sealed", Clock.GetUtcNow());

    private Task Append(StreamName stream, object happened) => Append(stream, Encoded(happened));

    private static NewEvent Encoded(object happened) => EventCodec.Default.Encode(Guid.NewGuid(), happened, new(Guid.NewGuid(), Guid.NewGuid(), EventMetadata.System));

    private async Task Append(StreamName stream, NewEvent e) => revisions[stream] = Assert.IsType<AppendResult.Appended>(
        await source.Append(stream, new(revisions.GetValueOrDefault(stream, -1)), [e], default)).Revision;

    private async Task Copy(long? stopAt = null, long? breaksAt = null)
    {
        using var stop = new CancellationTokenSource();
        while (true)
        {
            await using var target = NewTarget();
            try
            {
                var copy = NewCopy(target);
                await copy.Run((await copy.Look(default)).After, position =>
                {
                    if (position.Value >= stopAt)
                    {
                        stop.Cancel();
                    }

                    if (position.Value >= breaksAt)
                    {
                        breaksAt = null;
                        Break();
                    }
                }, stop.Token);
                return;
            }
            catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
            {
                // Again, as whoever runs it would.
            }
        }
    }

    /// <summary>Copies everything, and says that it is whole.</summary>
    private async Task<LedgerHead> Finish()
    {
        var head = await Keeper(source).CatchUp(default);
        await Copy();
        await using var target = NewTarget();
        await NewCopy(target).Finish(head, default);
        return head;
    }

    private async Task<int> Tamper(string sql)
    {
        await using var tamper = new SqliteConnection($"Data Source={source.File};Pooling=False");
        await tamper.OpenAsync();
        await using var command = tamper.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    private EventStoreDbCopy NewTarget() => new(connection, TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);

    private LogCopy NewCopy(EventStoreDbCopy target) => new(source, target, Day, Clock);

    private LedgerKeeper Keeper(IEventStore log) => new(new(log), ledger, Anchors, Hour, Day, TimeProvider.System, NullLogger<LedgerKeeper>.Instance);

    private static EventFeed Feed(IEventStore log) => new(new(log), EventCodec.Default, TimeProvider.System);

    private static async Task<List<RecordedEvent>> All(IEventStore log) => await log.Subscribe(null, default)
        .TakeWhile(item => item is not LogItem.CaughtUp).OfType<LogItem.Event>().Select(item => item.Recorded).ToListAsync();

    private static async Task<List<RecordedEvent>> Stream(IEventStore log, StreamName stream) => await log.Read(stream, 0, default).ToListAsync();

    /// <summary>Everything but the place.</summary>
    private static string Shown(RecordedEvent e) =>
        $"{e.Stream} {e.Revision} {e.Id} {e.Type} {e.At:O} {Encoding.UTF8.GetString(e.Data.Span)} {Encoding.UTF8.GetString(e.Metadata.Span)}";

    /// <summary>Every row of every table, but for which build it is.</summary>
    private static List<string> Rows(string folder, Projection projection)
    {
        var file = Path.Combine(folder, File.ReadAllText(Path.Combine(folder, $"{projection.Name}.live")).Trim());
        using var read = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        read.Open();
        var rows = new List<string>();
        foreach (var table in Query(read, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'checkpoint' ORDER BY name"))
        {
            rows.AddRange(Query(read, $"SELECT * FROM {table}").Select(row => $"{table}: {row}").Order(StringComparer.Ordinal));
        }

        return rows;
    }

    private static List<string> Query(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join('|', values.Select(value => value is byte[] bytes ? Convert.ToHexString(bytes) : value)));
        }

        return rows;
    }
}

/// <summary>Over EventStoreDB's protocol.</summary>
public sealed class StandInCopyTests : CopyContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("randomchat-copy-").FullName;
    private StandInServer server = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private protected override async Task<string> Target()
    {
        server = await StandInServer.Start(new() { Data = folder, Time = TimeProvider.System });
        return $"esdb://127.0.0.1:{server.Address.Port}?tls=false";
    }

    private protected override void Break() => server.Faults.BreakCalls();
}

/// <summary>On a real server; one that <c>ESDB_EMPTY_CONNECTION</c> names serves one of these tests at a time.</summary>
public sealed class ServerCopyTests : CopyContract
{
    private protected override async Task<string> Target()
    {
        var empty = (await EventStoreServer.Empty()).ConnectionString;
        await using var server = new EventStoreDbCopy(EventStoreDbSettings.Parse(empty), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);
        if (await server.Last(default) is not null)
        {
            Assert.Skip("The EventStoreDB that ESDB_EMPTY_CONNECTION names is not empty any more.");
        }

        return empty;
    }

    private protected override void Break()
    {
    }
}
