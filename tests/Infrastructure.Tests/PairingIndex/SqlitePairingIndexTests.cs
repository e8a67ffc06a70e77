using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Infrastructure.Diagnostics;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Infrastructure.Tests.EventStore;

namespace RandomChat.Infrastructure.Tests.PairingIndex;

public sealed class SqlitePairingIndexTests : IAsyncLifetime
{
    private static readonly TimeSpan Keep = TimeSpan.FromDays(1);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Person _ann = Person.New();
    private readonly Person _bob = Person.New();
    private readonly Person _cleo = Person.New();
    private SqliteEventStore? _store;
    private SqlitePairingIndex? _index;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SqliteEventStore Store => _store!;

    private SqlitePairingIndex Index => _index!;

    private string File => _folder.File("index.db");

    private DateTimeOffset Now => _time.GetUtcNow();

    public ValueTask InitializeAsync()
    {
        _store = SqliteEventStore.Open(_folder.File("events.db"), _time);
        _index = Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Index.DisposeAsync();
        await Store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_empty_log_gives_an_empty_index()
    {
        await Index.CatchUp(Ct);

        Assert.Empty(await Index.OpenMatches(Ct));
        Assert.Empty(await Excluded(_ann));
        Assert.Empty(await Met(_ann));
        Assert.Null(Index.Position);
    }

    [Fact]
    public async Task Matches_that_started_and_did_not_end_are_open_oldest_first()
    {
        var first = await Start(_ann, _bob);
        var second = await Start(_cleo, Person.New());
        var third = await Start(Person.New(), Person.New());
        await End(second);

        await Index.CatchUp(Ct);

        Assert.Equal([first.Start.MatchId, third.Start.MatchId], await Index.OpenMatches(Ct));
    }

    [Fact]
    public async Task A_block_counts_both_ways_by_visitor_and_by_device()
    {
        await Block(_ann, _bob);
        await Index.CatchUp(Ct);

        var stranger = Guid.NewGuid();
        Assert.Equal(_bob.Ids, await Excluded(_ann));
        Assert.Equal(_ann.Ids, await Excluded(_bob));
        Assert.Equal(_bob.Ids, await Excluded(_ann with { Device = stranger }));
        Assert.Equal(_bob.Ids, await Excluded(_ann with { Visitor = stranger }));
        Assert.Equal(_ann.Ids, await Excluded(_bob with { Device = stranger }));
        Assert.Equal(_ann.Ids, await Excluded(_bob with { Visitor = stranger }));
        Assert.Empty(await Excluded(_cleo));
    }

    [Fact]
    public async Task Whoever_met_is_found_by_visitor_and_by_device_with_the_last_end()
    {
        await End(await Start(_ann, _bob));
        _time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromTicks(7));
        await End(await Start(_bob, _ann));
        var last = Now;
        await Index.CatchUp(Ct);

        var expected = _bob.Ids.ToDictionary(id => id, _ => last);
        Assert.Equal(expected, await Met(_ann));
        Assert.Equal(expected, await Met(_ann with { Device = Guid.NewGuid() }));
        Assert.Equal(expected, await Met(_ann with { Visitor = Guid.NewGuid() }));
        Assert.Equal(_ann.Ids.ToDictionary(id => id, _ => last), await Met(_bob));
        Assert.Equal(expected, await Index.MetBy(_ann.Visitor, _ann.Device, last, Ct));
        Assert.Empty(await Index.MetBy(_ann.Visitor, _ann.Device, last.AddTicks(1), Ct));
        Assert.Empty(await Met(_cleo));
    }

    [Fact]
    public async Task A_visitor_met_in_two_browsers_keeps_each_browsers_own_end()
    {
        var elsewhere = _bob with { Device = Guid.NewGuid() };
        await End(await Start(_ann, _bob));
        var first = Now;
        _time.Advance(TimeSpan.FromMinutes(1));
        await End(await Start(_ann, elsewhere));
        await Index.CatchUp(Ct);

        var met = await Met(_ann);
        Assert.Equal((first, Now, Now), (met[_bob.Device], met[elsewhere.Device], met[_bob.Visitor]));
    }

    [Fact]
    public async Task A_noted_block_counts_at_once_and_after_the_index_has_read_it()
    {
        Index.NoteBlocked(_ann.Visitor, _ann.Device, _bob.Visitor, _bob.Device);

        Assert.Equal(_bob.Ids, await Excluded(_ann));
        Assert.Equal(_ann.Ids, await Excluded(_bob with { Visitor = Guid.NewGuid() }));
        Assert.Empty(await Excluded(_cleo));

        await Block(_ann, _bob);
        await Index.CatchUp(Ct);

        Assert.Equal(_bob.Ids, await Excluded(_ann));
        Assert.Equal(_ann.Ids, await Excluded(_bob));
    }

    [Fact]
    public async Task A_noted_meeting_counts_at_once_and_after_the_index_has_read_it()
    {
        var match = await Start(_ann, _bob);
        Index.NoteMet(_bob.Visitor, _bob.Device, _ann.Visitor, _ann.Device, Now);

        var expected = _bob.Ids.ToDictionary(id => id, _ => Now);
        Assert.Equal(expected, await Met(_ann));
        Assert.Empty(await Index.MetBy(_ann.Visitor, _ann.Device, Now.AddTicks(1), Ct));

        await End(match);
        await Index.CatchUp(Ct);

        Assert.Equal(expected, await Met(_ann));
        Assert.Equal(_ann.Ids.ToDictionary(id => id, _ => Now), await Met(_bob));
    }

    [Fact]
    public async Task A_restart_goes_on_from_the_checkpoint()
    {
        var open = await Start(_ann, _bob);
        await Block(_ann, _cleo);
        await Index.CatchUp(Ct);
        var position = Index.Position;
        await Index.DisposeAsync();
        await End(open);
        var other = await Start(_cleo, _bob);

        _index = Open();

        Assert.NotNull(position);
        Assert.Equal(position, Index.Position);
        Assert.Equal([open.Start.MatchId], await Index.OpenMatches(Ct));
        await Index.CatchUp(Ct);
        Assert.Equal([other.Start.MatchId], await Index.OpenMatches(Ct));
        Assert.Equal(_bob.Ids, (await Met(_ann)).Keys.ToHashSet());
        Assert.Equal(_cleo.Ids, await Excluded(_ann));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("text")]
    [InlineData("foreign")]
    [InlineData("older")]
    [InlineData("damaged")]
    public async Task An_index_that_is_lost_or_unusable_refills_to_the_same_answers(string how)
    {
        for (var n = 0; n < 200; n++)
        {
            await End(await Start(_ann, Person.New()));
        }

        await Block(_ann, _bob);
        var open = await Start(_ann, _cleo);
        await Index.CatchUp(Ct);
        var (excluded, met) = (await Excluded(_ann), await Met(_ann));
        Assert.Equal(400, met.Count);
        await Index.DisposeAsync();

        Spoil(how);
        _index = Open();
        await Index.CatchUp(Ct);

        Assert.Equal([open.Start.MatchId], await Index.OpenMatches(Ct));
        Assert.Equal(excluded, await Excluded(_ann));
        Assert.Equal(met, await Met(_ann));
    }

    [Fact]
    public async Task An_index_of_another_log_is_filled_again()
    {
        await Block(_ann, _bob);
        await Start(_ann, _cleo);
        await Index.CatchUp(Ct);
        await Index.DisposeAsync();
        await Store.DisposeAsync();
        System.IO.File.Delete(_folder.File("events.db"));
        _store = SqliteEventStore.Open(_folder.File("events.db"), _time);
        await Block(_cleo, _bob);
        await Block(_cleo, _ann);
        await Block(_bob, _cleo);

        _index = Open();
        await Index.CatchUp(Ct);

        Assert.Empty(await Index.OpenMatches(Ct));
        Assert.Equal(_cleo.Ids, await Excluded(_ann));
    }

    [Fact]
    public async Task An_index_that_is_ahead_of_a_restored_log_is_filled_again()
    {
        var copy = _folder.File("copy.db");
        await Start(_ann, _cleo);
        await Store.DisposeAsync();
        System.IO.File.Copy(_folder.File("events.db"), copy);
        _store = SqliteEventStore.Open(_folder.File("events.db"), _time);
        await Index.DisposeAsync();
        _index = Open();
        await Block(_ann, _bob);
        await Index.CatchUp(Ct);
        Assert.NotEmpty(await Excluded(_ann));
        await Index.DisposeAsync();
        await Store.DisposeAsync();

        System.IO.File.Move(copy, _folder.File("events.db"), overwrite: true);
        _store = SqliteEventStore.Open(_folder.File("events.db"), _time);
        _index = Open();
        await Index.CatchUp(Ct);

        Assert.Empty(await Excluded(_ann));
        Assert.Single(await Index.OpenMatches(Ct));
    }

    [Fact]
    public async Task Meetings_older_than_asked_for_are_dropped()
    {
        await End(await Start(_ann, _bob));
        await Index.CatchUp(Ct);
        _time.Advance(Keep + TimeSpan.FromSeconds(1));
        await End(await Start(_ann, _cleo));
        await Index.CatchUp(Ct);

        Assert.Equal(_cleo.Ids, (await Met(_ann)).Keys.ToHashSet());
    }

    [Fact]
    public async Task Whoever_met_is_found_until_that_is_too_long_ago_however_much_is_written_meanwhile()
    {
        await End(await Start(_ann, _bob));
        await Index.CatchUp(Ct);
        foreach (var share in (double[])[0.4, 0.3, 0.29])
        {
            _time.Advance(share * Keep);
            await End(await Start(_cleo, Person.New()));
            await Index.CatchUp(Ct);
            Assert.Equal(_bob.Ids, (await Met(_ann)).Keys.ToHashSet());
        }

        _time.Advance(0.02 * Keep);
        await End(await Start(_cleo, Person.New()));
        await Index.CatchUp(Ct);
        Assert.Empty(await Met(_ann));
    }

    [Fact]
    public async Task Everything_that_parts_people_is_known_at_once_after_a_restart()
    {
        var (warned, escalated, banned, sanction) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await End(await Start(_ann, _bob));
        await Block(_ann, _cleo);
        await Append(StreamName.For("ban", warned), -1, Warned(warned, Guid.NewGuid()));
        await Append(StreamName.For("ban", banned), -1, Banned(banned, sanction, null));
        await Append(StreamName.For("ban", banned), 0, new BanEvent.DeviceMarked(sanction, banned, "mark", null, Now));
        await Append(StreamName.For("case", sanction), -1, new CaseEvent.Escalated(sanction, escalated, Guid.NewGuid(), "spam", Now.AddMinutes(1), Now));
        await Index.CatchUp(Ct);
        await Index.DisposeAsync();

        _index = Open();

        Assert.Equal(_bob.Ids, (await Met(_ann)).Keys.ToHashSet());
        Assert.Equal(_ann.Ids, (await Met(_bob)).Keys.ToHashSet());
        Assert.Equal(_ann.Ids, await Excluded(_cleo));
        Assert.True(Index.HasUntoldWarning(warned));
        Assert.True(Index.IsEscalated(escalated));
        Assert.Equal([banned], Index.BannedAmong(banned, []));
        Assert.Equal([banned], Index.BannedAmong(null, ["another", "mark"]));
    }

    [Fact]
    public async Task It_follows_the_log_while_it_runs()
    {
        await Index.CatchUp(Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = Index.Run(stop.Token);

        await Block(_ann, _bob);
        var match = await Start(_ann, _cleo);
        await Until(async () => (await Index.OpenMatches(Ct)).Contains(match.Start.MatchId));
        await End(match);
        await Until(async () => (await Index.OpenMatches(Ct)).Count == 0);

        Assert.Equal(_bob.Ids, await Excluded(_ann));
        Assert.Equal(_cleo.Ids, (await Met(_ann)).Keys.ToHashSet());
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task It_passes_over_what_says_nothing_about_pairing()
    {
        for (var n = 0; n < 3; n++)
        {
            await Store.Append(
                new("messages-1"), new(n - 1), [new(Guid.NewGuid(), "matches.message.sent.v1", "{\"body\":\"sealed\"}"u8.ToArray(), "{}"u8.ToArray())], Ct);
        }

        var match = await Start(_ann, _bob);
        await Index.CatchUp(Ct);

        Assert.Equal([match.Start.MatchId], await Index.OpenMatches(Ct));
        Assert.Equal(new LogPosition(4), Index.Position);
    }

    [Fact]
    public async Task Messages_are_not_handed_over_by_the_log_at_all()
    {
        var first = await Start(_ann, _bob);
        for (var n = 0; n < 3; n++)
        {
            await Store.Append(
                new("messages-1"), new(n - 1), [new(Guid.NewGuid(), "matches.message.sent.v1", "{\"body\":\"sealed\"}"u8.ToArray(), "{}"u8.ToArray())], Ct);
        }

        var second = await Start(_ann, _bob);
        var log = new WatchedLog(Store);
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var index = new SqlitePairingIndex(
            new MeteredEventStore(log, new(meters.GetRequiredService<IMeterFactory>())), _folder.File("other.db"), Keep, _time, NullLogger<SqlitePairingIndex>.Instance);

        await index.CatchUp(Ct);

        Assert.Equal([first.Start.MatchId, second.Start.MatchId], await index.OpenMatches(Ct));
        Assert.Equal(new LogPosition(5), index.Position);
        Assert.DoesNotContain("messages", log.HandedOver);
    }

    private SqlitePairingIndex Open() => new(Store, File, Keep, _time, NullLogger<SqlitePairingIndex>.Instance);

    private async Task<IReadOnlySet<Guid>> Excluded(Person person) => await Index.ExcludedFor(person.Visitor, person.Device, Ct);

    private async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> Met(Person person) =>
        await Index.MetBy(person.Visitor, person.Device, Now - TimeSpan.FromDays(10), Ct);

    private async Task<MatchState.Live> Start(Person first, Person second)
    {
        var started = new MatchEvent.Started(Guid.NewGuid(), ChatMode.Video, Ticket(first), Ticket(second), 0, Now);
        await Append(StreamName.For("match", started.MatchId), -1, started);
        return new(started);
    }

    private async Task End(MatchState.Live live)
    {
        // How the call went is told in between, and means nothing here.
        var decision = Match.Decider.Decide(new MatchCommand.End(MatchEndReason.Skipped, null, 1, 2, Now, new(CallPath.Direct, 800)), live);
        var revision = 0L;
        foreach (var happened in Assert.IsType<Domain.Decision<MatchEvent>.Accepted>(decision).Events)
        {
            await Append(StreamName.For("match", live.Start.MatchId), revision++, happened);
        }
    }

    private async Task Block(Person by, Person who)
    {
        var revision = -1L;
        await foreach (var e in Store.Read(StreamName.For("visitor", by.Visitor), 0, Ct))
        {
            revision = e.Revision;
        }

        await Append(
            StreamName.For("visitor", by.Visitor), revision,
            new VisitorEvent.Blocked(by.Visitor, by.Device, who.Visitor, who.Device, Guid.NewGuid(), Now));
    }

    [Fact]
    public async Task A_ban_counts_for_the_visitor_and_the_browser_until_it_ends()
    {
        var (visitor, sanction) = (Guid.NewGuid(), Guid.NewGuid());
        await Append(StreamName.For("ban", visitor), -1, Banned(visitor, sanction, Now.AddHours(1)));
        await Append(StreamName.For("ban", visitor), 0, new BanEvent.DeviceMarked(sanction, visitor, "mark", Now.AddHours(1), Now));
        await Index.CatchUp(Ct);

        Assert.Equal([visitor], Index.BannedAmong(visitor, []));
        Assert.Equal([visitor], Index.BannedAmong(Guid.NewGuid(), ["mark"]));
        Assert.Equal([visitor], Index.BannedAmong(null, ["mark"]));
        Assert.Empty(Index.BannedAmong(Guid.NewGuid(), ["another mark"]));
        Assert.Empty(Index.BannedAmong(null, []));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(Index.BannedAmong(visitor, ["mark"]));
    }

    [Fact]
    public async Task A_ban_for_good_counts_until_it_is_taken_back_also_after_the_file_was_lost()
    {
        var (visitor, sanction) = (Guid.NewGuid(), Guid.NewGuid());
        await Append(StreamName.For("ban", visitor), -1, Banned(visitor, sanction, null));
        await Append(StreamName.For("ban", visitor), 0, new BanEvent.DeviceMarked(sanction, visitor, "mark", null, Now));
        await Index.CatchUp(Ct);
        await Index.DisposeAsync();
        System.IO.File.Delete(File);
        _index = Open();
        await Index.CatchUp(Ct);
        _time.Advance(TimeSpan.FromHours(9));

        Assert.Equal([visitor], Index.BannedAmong(visitor, ["mark"]));

        await Append(StreamName.For("ban", visitor), 1, new BanEvent.Lifted(sanction, visitor, "sealed", Guid.NewGuid(), Now));
        await Index.CatchUp(Ct);
        Assert.Empty(Index.BannedAmong(visitor, ["mark"]));
    }

    [Fact]
    public async Task A_ban_counts_at_once_when_it_is_noted_and_is_told_when_it_is_read()
    {
        var told = new List<Guid>();
        Index.Sanctioned += told.Add;
        var visitor = Guid.NewGuid();
        Index.NoteBanned(visitor, ["mark"]);

        Assert.Equal([visitor], Index.BannedAmong(visitor, []));
        Assert.Equal([visitor], Index.BannedAmong(null, ["mark"]));
        Assert.Empty(told);

        await Append(StreamName.For("ban", visitor), -1, Banned(visitor, Guid.NewGuid(), null));
        await Index.CatchUp(Ct);
        Assert.Equal([visitor], told);
        Assert.Equal([visitor], Index.BannedAmong(visitor, []));
    }

    [Fact]
    public async Task It_tells_who_was_erased_when_it_reads_it()
    {
        var told = new List<Guid>();
        Index.Erased += told.Add;
        var visitor = Guid.NewGuid();
        await Append(StreamName.For("visitor", visitor), -1, new VisitorEvent.Erased(visitor, Guid.NewGuid(), Now));

        await Index.CatchUp(Ct);

        Assert.Equal([visitor], told);
    }

    [Fact]
    public async Task It_tells_whose_sessions_ended_when_it_reads_it()
    {
        var told = new List<(Guid, DateTimeOffset)>();
        Index.SessionsEnded += (visitor, since) => told.Add((visitor, since));
        var (ann, bob) = (Guid.NewGuid(), Guid.NewGuid());
        await Append(StreamName.For("account", ann), -1, new AccountEvent.PasswordChanged(ann, false, Now));
        await Append(StreamName.For("account", bob), -1, new AccountEvent.SessionsEnded(bob, Now.AddSeconds(1)));

        await Index.CatchUp(Ct);

        Assert.Equal([(ann, Now), (bob, Now.AddSeconds(1))], told);
    }

    [Fact]
    public async Task A_warning_is_untold_until_it_is_shown_or_taken_back()
    {
        var (visitor, shown, overturned) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await Append(StreamName.For("ban", visitor), -1, Warned(visitor, shown));
        await Append(StreamName.For("ban", visitor), 0, Warned(visitor, overturned));
        await Index.CatchUp(Ct);
        Assert.True(Index.HasUntoldWarning(visitor));
        Assert.False(Index.HasUntoldWarning(Guid.NewGuid()));
        Assert.Empty(Index.BannedAmong(visitor, []));

        await Append(StreamName.For("ban", visitor), 1, new BanEvent.Told(shown, visitor, Now));
        await Append(
            StreamName.For("ban", visitor), 2, new BanEvent.AppealDecided(overturned, overturned, visitor, AppealOutcome.Overturned, "sealed", Guid.NewGuid(), Now));
        await Index.CatchUp(Ct);
        Assert.False(Index.HasUntoldWarning(visitor));
    }

    [Fact]
    public async Task A_sanction_to_come_is_due_at_its_time_and_over_with_the_decision()
    {
        var (visitor, caseId) = (Guid.NewGuid(), Guid.NewGuid());
        await Append(StreamName.For("case", caseId), -1, new CaseEvent.Escalated(caseId, visitor, Guid.NewGuid(), "spam", Now.AddMinutes(1), Now));
        await Index.CatchUp(Ct);
        Assert.True(Index.IsEscalated(visitor));
        Assert.Empty(Index.EscalationsDue());

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([visitor], Index.EscalationsDue());

        await Append(StreamName.For("case", caseId), 0, new CaseEvent.Decided(caseId, visitor, [], CaseOutcome.Upheld, null, null, Now));
        await Index.CatchUp(Ct);
        Assert.False(Index.IsEscalated(visitor));
        Assert.Empty(Index.EscalationsDue());
    }

    [Fact]
    public async Task A_sanction_may_come_of_reports_from_enough_browsers_for_one_reason_until_they_are_decided()
    {
        var (visitor, other, device, revision) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), -1);
        async Task<Guid> Report(Guid whom, Guid from, ReportReason reason)
        {
            var report = Guid.NewGuid();
            await Append(StreamName.For("case", visitor), revision++, new CaseEvent.Reported(
                whom, report, Guid.NewGuid(), Guid.NewGuid(), from, whom, whom, reason, null, "key", "sealed", "00", 0, Now));
            await Index.CatchUp(Ct);
            return report;
        }

        await Report(visitor, device, ReportReason.Spam);
        var second = await Report(visitor, Guid.NewGuid(), ReportReason.Spam);
        await Report(visitor, device, ReportReason.Spam);
        await Report(visitor, Guid.NewGuid(), ReportReason.Hate);
        await Report(other, Guid.NewGuid(), ReportReason.Spam);
        Assert.Empty(Index.EscalationsPossible());

        await Report(visitor, Guid.NewGuid(), ReportReason.Spam);
        Assert.Equal([visitor], Index.EscalationsPossible().Select(one => one.VisitorId));

        await Append(StreamName.For("case", visitor), revision++, new CaseEvent.Escalated(visitor, visitor, Guid.NewGuid(), "spam", Now, Now));
        await Index.CatchUp(Ct);
        Assert.Empty(Index.EscalationsPossible());

        await Append(StreamName.For("case", visitor), revision++, new CaseEvent.Decided(visitor, visitor, [], CaseOutcome.Dismissed, null, null, Now));
        await Index.CatchUp(Ct);
        Assert.Equal([visitor], Index.EscalationsPossible().Select(one => one.VisitorId));

        await Append(StreamName.For("case", visitor), revision++, new CaseEvent.Decided(visitor, visitor, [second], CaseOutcome.Dismissed, null, null, Now));
        await Index.CatchUp(Ct);
        Assert.Empty(Index.EscalationsPossible());

        // From before reports were named: all that were open.
        await Append(StreamName.For("case", visitor), revision++, new CaseEvent.Decided(visitor, visitor, null, CaseOutcome.Dismissed, null, null, Now));
        await Report(visitor, Guid.NewGuid(), ReportReason.Spam);
        await Report(visitor, Guid.NewGuid(), ReportReason.Spam);
        Assert.Empty(Index.EscalationsPossible());
    }

    [Fact]
    public async Task Reports_that_say_other_lead_to_no_sanction_and_each_report_that_comes_or_goes_is_told_apart()
    {
        var (visitor, revision) = (Guid.NewGuid(), -1);
        async Task<Guid> Report(ReportReason reason)
        {
            var report = Guid.NewGuid();
            await Append(StreamName.For("case", visitor), revision++, new CaseEvent.Reported(
                visitor, report, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), visitor, visitor, reason, null, "key", "sealed", "00", 0, Now));
            await Index.CatchUp(Ct);
            return report;
        }

        var other = await Report(ReportReason.Other);
        await Report(ReportReason.Other);
        await Report(ReportReason.Other);
        Assert.Empty(Index.EscalationsPossible());

        await Report(ReportReason.Spam);
        await Report(ReportReason.Spam);
        await Report(ReportReason.Spam);
        var before = Assert.Single(Index.EscalationsPossible());
        Assert.Equal(before, Assert.Single(Index.EscalationsPossible()));

        await Append(StreamName.For("case", visitor), revision++, new CaseEvent.Decided(visitor, visitor, [other], CaseOutcome.Dismissed, null, null, Now));
        await Report(ReportReason.Hate);
        Assert.NotEqual(before, Assert.Single(Index.EscalationsPossible()));
    }

    [Fact(Explicit = true)]
    public async Task A_verdict_for_people_waits_until_a_case_knows_of_it_also_over_a_restart_and_once_for_a_chat_and_policy()
    {
        var (match, sender, first, caseId) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var came = new List<CaseVerdict>();
        Index.Came += came.Add;
        MatchEvent.MessageScreened Screened(Guid message, ScreeningCategory category, Severity severity, ScreeningAction action = ScreeningAction.Block) =>
            new(match, message, 0, sender, sender, new(action, category, severity, 1, "lexicon", "1", "1"), Now, Now);

        await Append(StreamName.For("match", match), -1, Screened(Guid.NewGuid(), ScreeningCategory.Hate, Severity.Strong));
        await Append(StreamName.For("match", match), 0, Screened(Guid.NewGuid(), ScreeningCategory.Contact, Severity.Severe));
        await Append(StreamName.For("match", match), 1, Screened(first, ScreeningCategory.Hate, Severity.Severe));
        await Append(StreamName.For("match", match), 2, Screened(Guid.NewGuid(), ScreeningCategory.Hate, Severity.Severe));
        await Index.CatchUp(Ct);
        Assert.Equal([new CaseVerdict(match, first, sender, "hate", Warns: true, Now)], Index.Unflagged());
        Assert.Equal(2, came.Count);

        await Index.DisposeAsync();
        _index = Open();
        Assert.Single(Index.Unflagged());

        await Append(StreamName.For("case", caseId), -1, new CaseEvent.Flagged(
            caseId, Guid.NewGuid(), sender, sender, "hate", match, first, Screened(first, ScreeningCategory.Hate, Severity.Severe).Verdict,
            null, null, null, 0, Now));
        await Append(StreamName.For("case", caseId), 0, new CaseEvent.Flagged(
            caseId, Guid.NewGuid(), sender, sender, "spam", null, null, null, null, null, null, 0, Now));
        await Append(StreamName.For("match", match), 3, Screened(Guid.NewGuid(), ScreeningCategory.Hate, Severity.Severe));
        await Index.CatchUp(Ct);
        Assert.Empty(Index.Unflagged());

        // What is flagged is another matter than what was severe.
        var queued = Guid.NewGuid();
        await Append(StreamName.For("match", match), 4, Screened(queued, ScreeningCategory.Hate, Severity.Strong, ScreeningAction.Flag));
        await Index.CatchUp(Ct);
        Assert.Equal([new CaseVerdict(match, queued, sender, "hate", Warns: false, Now)], Index.Unflagged());

        // Nobody looks for ever: after a week it is too late to open a case.
        _time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        await Append(StreamName.For("visitor", sender), -1, new VisitorEvent.Erased(sender, sender, Now));
        await Index.CatchUp(Ct);
        Assert.Empty(Index.Unflagged());
    }

    [Fact]
    public async Task Who_was_erased_is_kept_over_a_restart_until_their_key_is_destroyed()
    {
        var (visitor, other) = (Guid.NewGuid(), Guid.NewGuid());
        Index.Erased += erased => Assert.Contains(erased, Index.Unfinished());
        await Append(StreamName.For("visitor", visitor), -1, new VisitorEvent.Erased(visitor, visitor, Now));
        await Append(StreamName.For("visitor", other), -1, new VisitorEvent.Erased(other, other, Now));
        await Index.CatchUp(Ct);
        Index.Finish(other);
        Index.Finish(other);

        await Index.DisposeAsync();
        _index = Open();
        await Index.CatchUp(Ct);

        Assert.Equal([visitor], Index.Unfinished());
        Index.Finish(visitor);
        Assert.Empty(Index.Unfinished());
    }

    [Fact]
    public async Task An_overturned_ban_counts_no_more_and_an_upheld_one_does()
    {
        var (visitor, other) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var (who, outcome) in new[] { (visitor, AppealOutcome.Overturned), (other, AppealOutcome.Upheld) })
        {
            await Append(StreamName.For("ban", who), -1, Banned(who, who, null));
            await Append(StreamName.For("ban", who), 0, new BanEvent.AppealDecided(Guid.NewGuid(), who, who, outcome, "sealed", Guid.NewGuid(), Now));
        }

        await Index.CatchUp(Ct);
        Assert.Empty(Index.BannedAmong(visitor, []));
        Assert.Equal([other], Index.BannedAmong(other, []));
    }

    private BanEvent.Warned Warned(Guid visitor, Guid sanction) => new(sanction, visitor, "spam", 1, Now.AddDays(30), "sealed", null, Now);

    [Fact]
    public async Task An_address_is_remembered_until_its_time_is_over_over_a_restart_too()
    {
        var now = Now;
        Index.MarkAddress(Guid.NewGuid(), "plain", new(now.AddHours(1), IsSevere: false));
        Index.MarkAddress(Guid.NewGuid(), "severe", new(now.AddHours(2), IsSevere: true));
        Index.MarkAddress(Guid.NewGuid(), "severe", new(now.AddHours(3), IsSevere: false));
        await Index.DisposeAsync();
        _index = Open();

        Assert.Equal(new(now.AddHours(1), false), Index.AtAddress("plain"));
        Assert.Equal(new(now.AddHours(2), true), Index.AtAddress("severe"));
        Assert.Null(Index.AtAddress("other"));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(Index.AtAddress("plain"));
        Assert.Equal(new(now.AddHours(2), true), Index.AtAddress("severe"));

        // What was severe is over; what was not still holds.
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(new(now.AddHours(3), false), Index.AtAddress("severe"));
    }

    [Fact]
    public async Task An_address_is_forgotten_with_the_ban_that_it_is_of()
    {
        var (visitor, sanction) = (Guid.NewGuid(), Guid.NewGuid());
        await Append(StreamName.For("ban", visitor), -1, Banned(visitor, sanction, null));
        await Index.CatchUp(Ct);
        Index.MarkAddress(sanction, "school", new(Now.AddHours(9), IsSevere: true));

        await Append(StreamName.For("ban", visitor), 0, new BanEvent.Lifted(sanction, visitor, "sealed", Guid.NewGuid(), Now));
        await Index.CatchUp(Ct);

        Assert.Null(Index.AtAddress("school"));
    }

    private BanEvent.Issued Banned(Guid visitor, Guid sanction, DateTimeOffset? until) =>
        new(sanction, visitor, "spam", 1, Now.AddDays(30), until, "sealed", null, Now);

    private async Task Append(StreamName stream, long revision, object happened) =>
        Assert.IsType<AppendResult.Appended>(await Store.Append(
            stream, new(revision), [EventCodec.Default.Encode(Guid.NewGuid(), happened, new(Guid.NewGuid(), Guid.NewGuid(), "test"))], Ct));

    private TicketRecord Ticket(Person person) =>
        new(Guid.NewGuid(), person.Visitor, person.Device, ChatMode.Text, null, null, 0, false, false, Now, 0);

    private void Spoil(string how)
    {
        switch (how)
        {
            case "deleted":
                System.IO.File.Delete(File);
                break;
            case "text":
                System.IO.File.WriteAllText(File, new string('n', 5_000));
                break;
            case "damaged":
                var bytes = System.IO.File.ReadAllBytes(File);
                bytes.AsSpan(4_096, bytes.Length - 8_192).Fill(0x5A);
                System.IO.File.WriteAllBytes(File, bytes);
                break;
            case "foreign":
                System.IO.File.Delete(File);
                Run("CREATE TABLE parties (name TEXT)");
                break;
            case "older":
                Run("PRAGMA user_version=0");
                break;
        }
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Bounded by the runner's cancellation, not by a time of its own.</summary>
    private static async Task Until(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            Ct.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed record Person(Guid Visitor, Guid Device)
    {
        public HashSet<Guid> Ids => [Visitor, Device];

        public static Person New() => new(Guid.NewGuid(), Guid.NewGuid());
    }
}
