using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Engine;

/// <summary>What holds of projections on every database.</summary>
public abstract class EngineContract : IAsyncLifetime
{
    protected TestLog Log { get; } = new();

    private protected IReadStore Store { get; private set; } = null!;

    /// <summary>Another node's way to the same database.</summary>
    private protected abstract Task<IReadStore> Open();

    /// <summary>Ends the connection, or process, that holds the right to lead, from outside.</summary>
    private protected abstract Task KillLeader(ProjectionRunner leader);

    public async ValueTask InitializeAsync() => Store = await Open();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Log.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_happens_is_in_the_tables_with_the_position_that_it_was_read_at()
    {
        var tallies = new Tallies();
        await Log.Session(Person.New());
        using var runner = Log.Runner(Store, tallies);
        await runner.StartAsync(default);
        await Reaches(tallies, 1);

        var match = Guid.NewGuid();
        var position = await Log.Started(match, Person.New(), Person.New());
        await Reaches(tallies, position.Value);
        await runner.StopAsync(default);

        await using var db = await Read(tallies);
        Assert.Equal([new NotedMatch(match, position.Value)], await db.Matches.ToListAsync());
        Assert.Equal(1, (await db.Tallies.SingleAsync()).Count);
    }

    [Fact]
    public async Task A_build_that_was_killed_while_it_noted_which_log_it_follows_notes_it_later()
    {
        var log = new LogIdentity(Guid.NewGuid(), new(1), new(1, 1, "00", TestLog.Noon));
        await using var build = await Store.BeginLive(new Tallies(), default);
        await using (var half = build.Connection.CreateCommand())
        {
            half.CommandText = "CREATE TABLE moved_log (id text NOT NULL)";
            await half.ExecuteNonQueryAsync();
        }

        Assert.False(await build.IsOf(log, default));
        await build.BelongTo(log, default);

        Assert.True(await build.IsOf(log, default));
    }

    [Fact]
    public async Task Messages_alone_move_the_checkpoint_and_are_not_counted_as_events()
    {
        var tallies = new Tallies();
        await Log.Session(Person.New());
        await Log.Message(Guid.NewGuid(), 1, Person.New());
        using var runner = Log.Runner(Store, tallies);
        await runner.StartAsync(default);
        await Reaches(tallies, 2);
        await Log.Message(Guid.NewGuid(), 1, Person.New());
        await Reaches(tallies, 3);
        await runner.StopAsync(default);

        Assert.Equal(1, (await Store.ReadCheckpoint(tallies, default))!.Events);
    }

    [Fact]
    public async Task An_exception_stops_that_projection_alone_before_the_event_and_says_at_which_position()
    {
        var (a, b, bad) = (Person.New(), Person.New(), Guid.NewGuid());
        var failing = new Tallies("failing", onMatch: match => { if (match == bad) { throw new InvalidOperationException("no such luck"); } });
        var healthy = new Tallies("healthy");
        await Log.Session(a);
        await Log.Started(Guid.NewGuid(), a, b);
        var position = await Log.Started(bad, a, b);
        var last = await Log.Started(Guid.NewGuid(), a, b);
        using var runner = Log.Runner(Store, failing, healthy);
        await runner.StartAsync(default);

        await Reaches(healthy, last.Value);
        await Eventually.Until(async () => (await Store.ReadCheckpoint(failing, default))?.Error is not null, "the error is recorded");
        last = await Log.Session(b);
        await Reaches(healthy, last.Value);
        await Eventually.Until(() => Task.FromResult(Log.Meters.Lags() is var lags && lags["failing"] > 0 && lags["healthy"] == 0), "the one that stopped falls behind");
        await runner.StopAsync(default);

        var stopped = (await Store.ReadCheckpoint(failing, default))!;
        Assert.Equal(("no such luck", position.Value, position.Value - 1), (stopped.Error!, stopped.ErrorPosition!.Value, stopped.Position));
        await using var db = await Read(failing);
        Assert.Equal([position.Value - 1], await db.Matches.Select(match => match.Position).ToListAsync());
        Assert.Equal(
            (false, $"stopped at position {position.Value}"),
            (await new ProjectionReadiness(Store, failing, () => false).Check(default)) is var readiness ? (readiness.Ready, readiness.State) : default);
        Assert.True((await new ProjectionReadiness(Store, healthy, () => false).Check(default)).Ready);
    }

    [Fact]
    public async Task A_new_start_tries_a_stopped_projection_again_and_its_error_is_gone_when_it_goes_on()
    {
        var broken = true;
        var tallies = new Tallies(onMatch: _ => { if (broken) { throw new InvalidOperationException("broken"); } });
        var position = await Log.Started(Guid.NewGuid(), Person.New(), Person.New());
        using (var runner = Log.Runner(Store, tallies))
        {
            await runner.StartAsync(default);
            await Eventually.Until(async () => (await Store.ReadCheckpoint(tallies, default))?.Error is not null, "the error is recorded");
            await runner.StopAsync(default);
        }

        broken = false;
        using var again = Log.Runner(Store, tallies);
        await again.StartAsync(default);
        await Reaches(tallies, position.Value);
        await again.StopAsync(default);

        Assert.Null((await Store.ReadCheckpoint(tallies, default))!.Error);
        Assert.True((await new ProjectionReadiness(Store, tallies, () => false).Check(default)).Ready);
    }

    [Fact]
    public async Task An_event_that_nobody_knows_stops_them_all_at_its_position()
    {
        var tallies = new Tallies();
        await Log.Session(Person.New());
        await Log.Append(StreamName.For("visitor", Guid.NewGuid()), new NewEvent(Guid.NewGuid(), "visitors.visitor.levitated.v1", "{}"u8.ToArray(), "{}"u8.ToArray()));
        using var runner = Log.Runner(Store, tallies);
        await runner.StartAsync(default);
        await Eventually.Until(async () => (await Store.ReadCheckpoint(tallies, default))?.Error is not null, "the error is recorded");
        await runner.StopAsync(default);

        var stopped = (await Store.ReadCheckpoint(tallies, default))!;
        Assert.Equal((1, 2), (stopped.Position, stopped.ErrorPosition));
        Assert.Contains("visitors.visitor.levitated.v1", stopped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_write_the_same_build_never_apply_an_event_twice()
    {
        var tallies = new Tallies();
        await Log.Session(Person.New());
        await (await Store.BeginLive(tallies, default)).DisposeAsync();
        await using var first = (await Store.OpenLive(tallies, default))!;
        await using var second = (await Store.OpenLive(tallies, default))!;

        await Rebuild.Fill(Log.Feed, [first], FeedEnd.WhenCaughtUp, null, default);
        await Assert.ThrowsAsync<BuildReplacedException>(() => Rebuild.Fill(Log.Feed, [second], FeedEnd.WhenCaughtUp, null, default));

        await using var db = await Read(tallies);
        Assert.Equal(1, (await db.Tallies.SingleAsync()).Count);
    }

    [Fact]
    public async Task While_it_is_rebuilt_readers_see_the_old_whole_one_and_then_the_new_whole_one()
    {
        await Log.Traffic(100);
        var tallies = new Tallies();
        await new Rebuild(Store, Log.Feed).Run([tallies], null, default);
        var expected = await CountMatches(tallies);
        using var done = new CancellationTokenSource();
        var reads = 0;
        var reading = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                Assert.Equal(expected, await CountMatches(tallies));
                reads++;
            }
        });

        for (var n = 0; n < 5; n++)
        {
            var before = (await Store.ReadCheckpoint(tallies, default))!.Build;
            await new Rebuild(Store, Log.Feed).Run([tallies], null, default);
            Assert.NotEqual(before, (await Store.ReadCheckpoint(tallies, default))!.Build);
        }

        await Eventually.Until(() => Task.FromResult(reads > 10), "readers read");
        await done.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task An_interrupted_rebuild_leaves_the_live_one_alone_and_the_next_one_ends_right()
    {
        await Log.Traffic();
        var plain = new Tallies();
        await new Rebuild(Store, Log.Feed).Run([plain], null, default);
        var before = (await Store.ReadCheckpoint(plain, default))!;
        using var interrupt = new CancellationTokenSource();
        var seen = 0;
        var interrupting = new Tallies(onMatch: _ => { if (++seen == 20) { interrupt.Cancel(); interrupt.Token.ThrowIfCancellationRequested(); } });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Rebuild(Store, Log.Feed).Run([interrupting], null, interrupt.Token));
        Assert.Equal(before.Build, (await Store.ReadCheckpoint(plain, default))!.Build);

        await new Rebuild(Store, Log.Feed).Run([plain], null, default);
        Assert.NotEqual(before.Build, (await Store.ReadCheckpoint(plain, default))!.Build);
        Assert.True((await new Verification(Store, Log.Feed).Run(plain, null, default)).Same);
    }

    [Fact]
    public async Task A_rebuild_that_meets_a_bad_event_swaps_nothing()
    {
        await Log.Traffic();
        await new Rebuild(Store, Log.Feed).Run([new Tallies()], null, default);
        var before = (await Store.ReadCheckpoint(new Tallies(), default))!.Build;
        var failing = new Tallies(onMatch: _ => throw new InvalidOperationException("bad"));

        await Assert.ThrowsAsync<ProjectionFailedException>(() => new Rebuild(Store, Log.Feed).Run([failing], null, default));

        Assert.Equal(before, (await Store.ReadCheckpoint(new Tallies(), default))!.Build);
    }

    [Fact]
    public async Task Only_one_at_a_time_rebuilds_a_projection()
    {
        var tallies = new Tallies();
        await using var other = await Open();
        await using (await Store.BeginBuild(tallies, BuildPurpose.Rebuild, default))
        {
            await Assert.ThrowsAsync<BuildInProgressException>(() => other.BeginBuild(tallies, BuildPurpose.Rebuild, default));
        }

        await (await other.BeginBuild(tallies, BuildPurpose.Rebuild, default)).DisposeAsync();
    }

    [Fact]
    public async Task A_new_version_is_built_beside_while_the_old_one_serves()
    {
        await Log.Session(Person.New());
        var position = await Log.Started(Guid.NewGuid(), Person.New(), Person.New());
        var old = new Tallies();
        await new Rebuild(Store, Log.Feed).Run([old], null, default);
        using var gate = new ManualResetEventSlim();
        var renewed = new Tallies(version: 2, onMatch: _ => gate.Wait());
        using var runner = Log.Runner(Store, renewed);
        await runner.StartAsync(default);
        await Eventually.Until(() => Task.FromResult(runner.Leads), "the runner leads");

        await using (var db = await Read(old))
        {
            Assert.Equal(1, (await db.Tallies.SingleAsync()).Count);
        }

        gate.Set();
        await Eventually.Until(async () => (await Store.ReadCheckpoint(renewed, default)) is { Version: 2 } now && now.Position >= position.Value, "version 2 is live");
        position = await Log.Session(Person.New());
        await Reaches(renewed, position.Value);
        await runner.StopAsync(default);

        await using var after = await Read(renewed);
        Assert.Equal(4, (await after.Tallies.SingleAsync()).Count);
    }

    [Fact]
    public async Task A_new_version_that_cannot_be_built_is_told_and_the_old_one_goes_on_serving()
    {
        await Log.Started(Guid.NewGuid(), Person.New(), Person.New());
        await new Rebuild(Store, Log.Feed).Run([new Tallies()], null, default);
        var broken = new Tallies(version: 2, onMatch: _ => throw new InvalidOperationException("bad rule"));
        using var runner = Log.Runner(Store, broken);
        await runner.StartAsync(default);
        await Eventually.Until(async () => (await Store.ReadCheckpoint(broken, default))?.Error is not null, "the error is recorded");
        await runner.StopAsync(default);

        Assert.Contains("version 2 cannot be built: bad rule", (await Store.ReadCheckpoint(broken, default))!.Error, StringComparison.Ordinal);
        Assert.Equal(1, await CountMatches(broken));
    }

    [Fact]
    public async Task A_runner_follows_what_somebody_else_rebuilt()
    {
        var tallies = new Tallies();
        await Log.Session(Person.New());
        using var runner = Log.Runner(Store, tallies);
        await runner.StartAsync(default);
        await Reaches(tallies, 1);

        await using (var other = await Open())
        {
            await new Rebuild(other, Log.Feed).Run([tallies], null, default);
        }

        var build = (await Store.ReadCheckpoint(tallies, default))!.Build;
        var position = await Log.Session(Person.New());
        await Reaches(tallies, position.Value);
        await runner.StopAsync(default);

        Assert.Equal(build, (await Store.ReadCheckpoint(tallies, default))!.Build);
        await using var db = await Read(tallies);
        Assert.Equal(2, (await db.Tallies.SingleAsync()).Count);
    }

    [Fact]
    public async Task Rebuilt_again_and_again_under_traffic_nothing_is_lost_or_doubled_and_no_reader_goes_back()
    {
        var tallies = new Tallies();
        using var runner = Log.Runner(Store, tallies);
        await runner.StartAsync(default);
        await Reaches(tallies, (await Log.Session(Person.New())).Value);
        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            for (var seen = 0L; !done.IsCancellationRequested;)
            {
                var position = (await Store.ReadCheckpoint(tallies, default))!.Position;
                Assert.True(position >= seen, $"A reader who had seen position {seen} saw {position}.");
                seen = position;
            }
        });
        var traffic = Task.Run(async () =>
        {
            LogPosition last = default;
            for (var n = 0; n < 300; n++)
            {
                last = await Log.Started(Guid.NewGuid(), Person.New(), Person.New());
            }

            return last;
        });
        await using (var other = await Open())
        {
            while (!traffic.IsCompleted)
            {
                await new Rebuild(other, Log.Feed).Run([tallies], null, default);
            }
        }

        await Reaches(tallies, (await traffic).Value);
        await done.CancelAsync();
        await reading;
        await runner.StopAsync(default);

        Assert.Equal(300, await CountMatches(tallies));
        Assert.True((await new Verification(Store, Log.Feed).Run(tallies, null, default)).Same);
    }

    [Fact]
    public async Task One_runner_works_and_another_takes_over_when_it_is_gone()
    {
        var tallies = new Tallies();
        await using var otherStore = await Open();
        using var first = Log.Runner(Store, tallies);
        using var second = Log.Runner(otherStore, tallies);
        await first.StartAsync(default);
        await Eventually.Until(() => Task.FromResult(first.Leads), "the first leads");
        await second.StartAsync(default);
        await Reaches(tallies, (await Log.Session(Person.New())).Value);
        Assert.False(second.Leads);

        await KillLeader(first);
        await Eventually.Until(() => Task.FromResult(first.Leads != second.Leads || second.Leads), "somebody leads");
        await Reaches(tallies, (await Log.Session(Person.New())).Value);
        await first.StopAsync(default);
        await Eventually.Until(() => Task.FromResult(second.Leads), "the second leads");
        await Reaches(tallies, (await Log.Session(Person.New())).Value);
        await second.StopAsync(default);

        await using var db = await Read(tallies);
        Assert.Equal(3, (await db.Tallies.SingleAsync()).Count);
    }

    [Fact]
    public async Task When_an_older_copy_of_the_log_was_put_back_projections_begin_again()
    {
        var tallies = new Tallies();
        await using var restored = await SeesMoreThan(tallies);
        using var runner = restored.Runner(Store, tallies);
        await runner.StartAsync(default);
        await Eventually.Until(async () => (await Store.ReadCheckpoint(tallies, default))?.Position == 1, "it began again");
        await runner.StopAsync(default);

        await using var db = await Read(tallies);
        Assert.Equal(1, (await db.Tallies.SingleAsync()).Count);
    }

    [Fact]
    public async Task When_an_older_copy_of_the_log_was_put_back_a_rebuild_ends_with_what_that_holds()
    {
        var tallies = new Tallies();
        await using var restored = await SeesMoreThan(tallies);

        await new Rebuild(Store, restored.Feed).Run([tallies], null, default).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(1, (await Store.ReadCheckpoint(tallies, default))?.Position);
        await using var db = await Read(tallies);
        Assert.Equal(1, (await db.Tallies.SingleAsync()).Count);
    }

    [Fact]
    public async Task Verify_names_the_row_that_was_changed_and_the_one_that_is_missing_or_too_many()
    {
        await Log.Traffic();
        var tallies = new Tallies();
        await new Rebuild(Store, Log.Feed).Run([tallies], null, default);
        var verification = new Verification(Store, Log.Feed);
        var right = await verification.Run(tallies, null, default);
        Assert.True(right.Same);
        Assert.True(right.Rows > 50);

        await using (var build = (await Store.OpenLive(tallies, default))!)
        {
            await using var change = build.Connection.CreateCommand();
            change.CommandText = "UPDATE tallies SET count = 99; DELETE FROM matches WHERE position = (SELECT min(position) FROM matches); INSERT INTO matches VALUES ('ffffffff-ffff-ffff-ffff-ffffffffffff', 1)";
            await change.ExecuteNonQueryAsync();
        }

        var wrong = await verification.Run(tallies, null, default);
        Assert.Equal(3, wrong.Differences.Count);
        Assert.Contains("tallies sessions: count is 99, should be 20", wrong.Differences);
        Assert.Contains(wrong.Differences, difference => difference.StartsWith("matches ", StringComparison.Ordinal) && difference.EndsWith(" is missing", StringComparison.Ordinal));
        Assert.Contains("matches ffffffff-ffff-ffff-ffff-ffffffffffff should not be there", wrong.Differences);
    }

    [Fact]
    public async Task Rows_that_are_inserted_are_stored_as_those_that_are_added()
    {
        var kinds = new Kinds();
        await Log.Session(Person.New());
        await Log.Session(Person.New());
        await new Rebuild(Store, Log.Feed).Run([kinds], null, default);

        await using var db = (KindsDb)(await Store.OpenReader(kinds, default))!;
        await db.Database.OpenConnectionAsync();
        await using var query = db.Database.GetDbConnection().CreateCommand();
        query.CommandText = "SELECT * FROM kinds ORDER BY position, is_inserted";
        await using var rows = await query.ExecuteReaderAsync();
        for (var pair = 0; pair < 2; pair++)
        {
            Assert.True(await rows.ReadAsync());
            var added = Enumerable.Range(0, rows.FieldCount).Select(column => (rows.GetName(column), rows.GetFieldType(column), rows.GetValue(column))).ToList();
            Assert.True(await rows.ReadAsync());
            var inserted = Enumerable.Range(0, rows.FieldCount).Select(column => (rows.GetName(column), rows.GetFieldType(column), rows.GetValue(column))).ToList();
            Assert.Equal(added.Where(value => value.Item1 != "is_inserted"), inserted.Where(value => value.Item1 != "is_inserted"));
        }

        Assert.False(await rows.ReadAsync());
    }

    [Fact]
    public async Task Of_rows_that_are_put_aside_the_first_with_a_key_counts_and_all_are_there_when_it_is_live_or_verified()
    {
        var kinds = new Kinds();
        for (var n = 0; n < 30; n++)
        {
            await Log.Session(Person.New());
        }

        await new Rebuild(Store, Log.Feed).Run([kinds], null, default);
        Assert.True((await new Verification(Store, Log.Feed).Run(kinds, null, default)).Same);
        await using (var db = (KindsDb)(await Store.OpenReader(kinds, default))!)
        {
            Assert.Equal([(0, 10), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 9)], (await db.Firsts.ToListAsync()).Select(first => (first.Digit, first.Position)).Order());
        }

        // The live one goes on by adding each to its table.
        var position = await Log.Session(Person.New());
        await using (var live = (await Store.OpenLive(kinds, default))!)
        {
            await Rebuild.Fill(Log.Feed, [live], FeedEnd.WhenCaughtUp, null, default);
        }

        await using var after = (KindsDb)(await Store.OpenReader(kinds, default))!;
        Assert.Equal((10, position.Value), (await after.Firsts.CountAsync(), await after.Kinds.MaxAsync(kind => kind.Position)));
        Assert.True((await new Verification(Store, Log.Feed).Run(kinds, null, default)).Same);
    }

    [Fact]
    public async Task What_is_live_has_every_index_however_it_came_to_be()
    {
        var kinds = new Kinds();
        await (await Store.BeginLive(kinds, default)).DisposeAsync();
        await HasItsIndexes();
        await Log.Session(Person.New());
        await new Rebuild(Store, Log.Feed).Run([kinds], null, default);
        await HasItsIndexes();

        async Task HasItsIndexes()
        {
            await using var db = (KindsDb)(await Store.OpenReader(kinds, default))!;
            await db.Database.OpenConnectionAsync();
            await using var query = db.Database.GetDbConnection().CreateCommand();
            query.CommandText = db.Database.IsNpgsql()
                ? "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'IX%' ORDER BY 1"
                : "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'IX%' ORDER BY 1";
            await using var rows = await query.ExecuteReaderAsync();
            var names = new List<string>();
            while (await rows.ReadAsync())
            {
                names.Add(rows.GetString(0));
            }

            Assert.Equal(["IX_kinds_moment", "IX_kinds_text"], names);
        }
    }

    [Fact]
    public async Task Nothing_can_be_computed_from_streams_that_expire()
    {
        Assert.Throws<ArgumentException>(() => new OnMessages());
        await Log.Traffic();
        var position = await Log.Message(Guid.NewGuid(), 1, Person.New());
        await foreach (var batch in Log.Feed.Batches(null, FeedEnd.WhenCaughtUp, default))
        {
            Assert.DoesNotContain(batch.Events, happened => happened.Event is MessageEvent);
            if (batch.Position == position)
            {
                return;
            }
        }

        Assert.Fail("The end of the log was not reached.");
    }

    private protected async Task<TalliesDb> Read(Tallies tallies) => (TalliesDb)(await Store.OpenReader(tallies, default))!;

    /// <summary>Has a projection see three sessions of the log.</summary>
    /// <returns>Another log, as the first one was after one session.</returns>
    private async Task<TestLog> SeesMoreThan(Projection projection)
    {
        for (var n = 0; n < 3; n++)
        {
            await Log.Session(Person.New());
        }

        await new Rebuild(Store, Log.Feed).Run([projection], null, default);
        var older = new TestLog();
        await older.Session(Person.New());
        return older;
    }

    private protected Task Reaches(Projection projection, long position) => Eventually.Until(
        async () => (await Store.ReadCheckpoint(projection, default))?.Position >= position, $"{projection.Name} reaches {position}");

    private async Task<int> CountMatches(Tallies tallies)
    {
        await using var db = await Read(tallies);
        return await db.Matches.CountAsync();
    }

    private sealed class OnMessages : Projection<TalliesDb>
    {
        public OnMessages()
            : base(options => new TalliesDb(options)) => On<MessageEvent.Sent>((_, _, _) => { });

        public override string Name => "on_messages";

        public override int Version => 1;
    }
}
