using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Engines;
using RandomChat.Projections.Activity;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Moderation;
using RandomChat.Projections.Tests.Engine;
using RandomChat.Projections.Visitors;

namespace RandomChat.Projections.Tests.Queries;

/// <summary>Given events, what the queries of the read models answer.</summary>
public abstract class QueryContract : IAsyncLifetime
{
    private static readonly Person Ada = Person.New();
    private static readonly Person Ben = Person.New();
    private static readonly Person Eve = Person.New();
    private IReadStore store = null!;

    protected TestLog Log { get; } = new();

    private ReadModels Models => new(store, ProjectionsSetup.All, TimeProvider.System);

    private protected abstract Task<IReadStore> Open();

    public async ValueTask InitializeAsync() => store = await Open();

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await Log.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Activity_counts_by_the_hour_in_which_things_happened()
    {
        var match = Guid.NewGuid();
        await Log.Session(Ada, TestLog.Noon.AddMinutes(5));
        await Log.Session(Ben, TestLog.Noon.AddMinutes(59));
        await Log.Started(match, Ada, Ben, TestLog.Noon.AddMinutes(59));
        await Log.Message(match, 1, Ada);
        await Log.Ended(match, Ada, Ben, TestLog.Noon.AddMinutes(61));
        await Log.Reported(match, Ben, Ada, TestLog.Noon.AddMinutes(62));
        await Log.Append(StreamName.For("visitor", Eve.Visitor), new VisitorEvent.TicketEnded(Eve.Visitor, Eve.Ticket(TestLog.Noon, 10), TicketEndReason.Left, TestLog.Noon.AddHours(3)));
        await Build();

        var activity = new ActivityQueries(Models);
        var hours = await activity.Hours(TestLog.Noon, TestLog.Noon.AddHours(4), default);
        Assert.Equal([TestLog.Noon, TestLog.Noon.AddHours(1), TestLog.Noon.AddHours(3)], hours.Select(hour => hour.Hour));
        Assert.Equal((2, 1, 0, 2, 2_000L), (hours[0].Sessions, hours[0].TextMatches, hours[0].MatchesEnded, hours[0].Waits, hours[0].WaitMilliseconds));
        Assert.Equal((1, 7L, 60_000L, 1, 1), (hours[1].MatchesEnded, hours[1].Messages, hours[1].MatchMilliseconds, hours[1].Skips, hours[1].Reports));
        Assert.Equal(1, hours[2].WaitsInVain);
        Assert.Equal(new ActivityTotals(0, 0, 1, 7, 1), await activity.Since(TestLog.Noon.AddHours(1), default));
        Assert.Equal(new ActivityTotals(0, 0, 0, 0, 0), await activity.Since(TestLog.Noon.AddDays(1), default));
        Assert.Equal(0, await activity.ActiveMatches(default));
    }

    [Fact]
    public async Task Activity_tells_how_calls_went_for_both_sides_together()
    {
        var (direct, relay) = (new CallReport(CallPath.Direct, 450), new CallReport(CallPath.Relay, 1_100));
        var (failed, dropped) = (new CallReport(CallPath.Failed, null), new CallReport(CallPath.Dropped, 8_000));
        foreach (var (first, second) in new (CallReport?, CallReport?)[]
        {
            (direct, direct), (direct, null), (null, direct), (direct, failed), (relay, direct), (failed, relay), (failed, failed),
            (failed, null), (dropped, relay), (failed, dropped),
        })
        {
            var match = Guid.NewGuid();
            await Log.Started(match, Ada, Ben);
            await Log.CallEnded(match, Ada, Ben, first, second, TestLog.Noon.AddMinutes(5));
            await Log.Ended(match, Ada, Ben, TestLog.Noon.AddMinutes(5));
        }

        await Log.CallEnded(Guid.NewGuid(), Ada, Ben, new(CallPath.Relay, 600_000), null, TestLog.Noon.AddHours(1));
        await Build();

        var activity = new ActivityQueries(Models);
        var noon = Assert.Single(await activity.Hours(TestLog.Noon, TestLog.Noon.AddHours(1), default));
        Assert.Equal((4, 2, 2, 2, 10), (noon.CallsDirect, noon.CallsRelayed, noon.CallsFailed, noon.CallsDropped, noon.MatchesEnded));
        Assert.Equal(
            new CallTotals(4, 2, 2, 2, 11, (6 * 450) + (3 * 1_100) + (2 * 8_000), 500),
            await activity.Calls(TestLog.Noon, TestLog.Noon.AddHours(1), default));
        Assert.Equal(new CallTotals(0, 1, 0, 0, 1, 600_000, 600_000), await activity.Calls(TestLog.Noon.AddHours(1), TestLog.Noon.AddHours(2), default));
        Assert.Equal(new CallTotals(0, 0, 0, 0, 0, 0, null), await activity.Calls(TestLog.Noon.AddDays(1), TestLog.Noon.AddDays(2), default));
    }

    [Fact]
    public async Task Active_matches_are_those_that_have_begun_and_not_ended()
    {
        await Log.Started(Guid.NewGuid(), Ada, Ben);
        await Build();

        Assert.Equal(1, await new ActivityQueries(Models).ActiveMatches(default));
    }

    [Fact]
    public async Task A_visitors_history_holds_whatever_touches_them_in_order_and_no_message()
    {
        var match = Guid.NewGuid();
        var session = await Log.Session(Ada);
        await Log.Session(Ben);
        var started = await Log.Started(match, Ben, Ada);
        await Log.Message(match, 1, Ada);
        var ended = await Log.Ended(match, Ben, Ada);
        await Log.Started(Guid.NewGuid(), Ben, Eve);
        var reported = await Log.Reported(match, Ben, Ada);
        var blocked = await Log.Append(
            StreamName.For("visitor", Ben.Visitor), new VisitorEvent.Blocked(Ben.Visitor, Ben.Device, Ada.Visitor, Ada.Device, match, TestLog.Noon));
        var history = new VisitorHistoryQueries(Models, new(Log.Store));
        Assert.False(await history.AreComplete(TimeSpan.Zero, default));
        await Build();

        Assert.True(await history.AreComplete(TimeSpan.Zero, default));
        var all = await history.Of(Ada.Visitor, null, 100, default);
        Assert.Equal([session.Value, started.Value, ended.Value, reported.Value, blocked.Value], all.Select(e => e.Position));
        var first = all[0];
        Assert.Equal(($"visitor-{Ada.Visitor}", 0L, "visitors.session.started.v1", EventMetadata.System), (first.Stream, first.Revision, first.Type, first.Actor));
        Assert.Contains("rc1:v:sealed", first.Data, StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetUtcNow() - first.At, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Assert.Equal([ended.Value, reported.Value], (await history.Of(Ada.Visitor, started, 2, default)).Select(e => e.Position));
        Assert.Empty(await history.Of(Guid.NewGuid(), null, 100, default));
    }

    [Fact]
    public async Task The_whole_log_is_found_by_what_who_and_when_and_what_the_staff_did_by_its_kind_the_latest_first()
    {
        var (olga, robin, sanction) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        var session = await Log.Session(Ada);
        var noted = await Log.Append(StreamName.For("staff", olga), new StaffEvent.Joined(olga, StaffRole.Administrator, true, null, TestLog.Noon));
        var invited = await By(olga, StreamName.For("staff", robin), new StaffEvent.Invited(robin, StaffRole.Moderator, TestLog.Noon.AddDays(3), olga, TestLog.Noon));
        var ban = await By(robin, StreamName.For("ban", Ada.Visitor), new BanEvent.Issued(sanction, Ada.Visitor, "hate", 4, TestLog.Noon, null, "sealed", robin, TestLog.Noon), sanction);
        var viewed = await By(olga, StreamName.For("look", Guid.NewGuid()), new LookEvent.HistoryViewed(Ada.Visitor, olga, TestLog.Noon));
        var decided = await By(
            robin, StreamName.For("case", Ben.Device), new CaseEvent.Decided(Ben.Device, Ada.Visitor, [], CaseOutcome.Upheld, sanction, robin, TestLog.Noon, "hate"), sanction);
        await Log.Session(Ben);
        await Build();

        var (log, all) = (new LogQueries(Models), new ActFilter(null, null, null, null));
        Assert.Equal([decided, viewed, ban, invited, noted], await Acts(all));
        Assert.Equal([decided, viewed], await Acts(all, limit: 2));
        Assert.Equal([ban, invited, noted], await Acts(all, viewed));
        Assert.Equal([decided, ban], await Acts(all with { Who = robin }));
        Assert.Equal([ban], await Acts(all with { Who = robin, What = StaffActKind.Sanction, From = before }));
        Assert.Equal([invited, noted], await Acts(all with { What = StaffActKind.Staff }));
        Assert.Empty(await Acts(all with { From = before.AddDays(1) }));
        Assert.Empty(await Acts(all with { Until = before }));
        Assert.Equal(5, (await Acts(all with { From = before, Until = before.AddDays(1) })).Count);

        var any = new LogFilter(null, null, null, null, null);
        Assert.Equal([decided, viewed], await Found(any with { Actor = null, From = before }, limit: 3, skip: 1));
        Assert.Equal([decided, ban], await Found(any with { Actor = EventMetadata.Staff(robin) }));
        Assert.Equal([session], (await Found(any with { Type = "visitors.session.started.v1" })).Skip(1));
        Assert.Equal([ban], await Found(any with { Type = "moderation.ban.issued.v1", Actor = EventMetadata.Staff(robin), Until = before.AddDays(1) }));
        Assert.Equal([decided, ban], await Found(any with { CorrelationId = sanction }));
        Assert.Empty(await Found(any with { Until = before }));
        Assert.Equal([ban.Value, decided.Value], (await log.Related([sanction], default)).Select(one => one.Position));

        // By the id of the case, and whoever looked stands in the visitor's own history.
        var histories = new VisitorHistoryQueries(Models, new(Log.Store));
        Assert.Equal([decided.Value], (await histories.Of(Ben.Device, null, 10, default)).Select(e => e.Position));
        Assert.Equal([session, ban, viewed, decided], (await histories.Of(Ada.Visitor, null, 10, default)).Select(e => new LogPosition(e.Position)));
        Assert.Equal([ban.Value], (await histories.Of(Ada.Visitor, null, 10, default, any with { Type = "moderation.ban.issued.v1" })).Select(e => e.Position));
        Assert.Equal(session.Value, (await histories.FirstOf(Ada.Visitor, default))!.Position);
        Assert.Null(await histories.FirstOf(Guid.NewGuid(), default));

        // So does whoever searched for what they did, or for what belongs together and touches them, and whoever did for anything else not.
        var touched = await log.TouchedBy(await log.Find(any with { CorrelationId = sanction }, null, 10, default), default);
        Assert.Equal(new[] { Ada.Visitor, Ben.Device }.Order(), touched.Order());
        await Search(new(null, EventMetadata.System, null, null, null, olga, TestLog.Noon));
        var theirs = await Search(new(null, EventMetadata.Visitor(Ada.Visitor), null, null, null, olga, TestLog.Noon));
        var together = await Search(new(null, EventMetadata.Visitor(Ada.Visitor), sanction, null, null, olga, TestLog.Noon, touched));
        await Build();
        Assert.Equal([theirs.Value, together.Value], (await histories.Of(Ada.Visitor, decided, 10, default)).Select(e => e.Position));
        Assert.Equal([together.Value], (await histories.Of(Ben.Device, decided, 10, default)).Select(e => e.Position));

        Task<LogPosition> Search(LookEvent.LogSearched searched) => By(olga, StreamName.For("look", olga), searched);

        Task<LogPosition> By(Guid staff, StreamName stream, object happened, Guid? correlation = null) => Log.Append(
            stream, EventCodec.Default.Encode(Guid.NewGuid(), happened, new(correlation ?? Guid.NewGuid(), Guid.NewGuid(), EventMetadata.Staff(staff))));

        async Task<List<LogPosition>> Acts(ActFilter filter, LogPosition? before = null, int limit = 10) =>
            [.. (await log.Acts(filter, before?.Value, limit, default)).Select(found => new LogPosition(found.Event.Position))];

        async Task<List<LogPosition>> Found(LogFilter filter, int limit = 10, int skip = 0) =>
            [.. (await log.Find(filter, null, limit, default)).Skip(skip).Select(e => new LogPosition(e.Position))];
    }

    [Fact]
    public async Task A_transparency_report_counts_the_days_of_its_period_by_policy_and_times_to_the_first_decision_and_the_answer()
    {
        var (warned, banned, appeal) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var (month, ban) = (TransparencyPeriod.Month(2026, 3), StreamName.For("ban", Ada.Visitor));
        Guid[] reports = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        for (var n = 0; n < 3; n++)
        {
            var report = reports[n];
            await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon, report);
            foreach (var outcome in new[] { CaseOutcome.Dismissed, CaseOutcome.Upheld })
            {
                // Only the first one says how long it took.
                var after = outcome == CaseOutcome.Dismissed ? TimeSpan.FromMinutes(1 + n) : TimeSpan.FromDays(1);
                await Log.Append(
                    StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, [report], outcome, null, Guid.NewGuid(), TestLog.Noon + after));
            }
        }

        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon.AddDays(31));
        await Log.Append(ban, new BanEvent.Warned(warned, Ada.Visitor, "spam", 1, TestLog.Noon, "sealed", null, TestLog.Noon));
        await Log.Append(ban, new BanEvent.Issued(banned, Ada.Visitor, "hate", 4, TestLog.Noon, null, "sealed", Guid.NewGuid(), TestLog.Noon));
        await Log.Append(ban, new BanEvent.Lifted(banned, Ada.Visitor, "sealed", Guid.NewGuid(), new(2026, 3, 31, 23, 59, 59, TimeSpan.Zero)));
        await Log.Append(ban, new BanEvent.AppealFiled(appeal, warned, Ada.Visitor, "sealed", TestLog.Noon));
        await Log.Append(ban, new BanEvent.AppealDecided(appeal, warned, Ada.Visitor, AppealOutcome.Overturned, "sealed", Guid.NewGuid(), TestLog.Noon.AddHours(1)));
        var published = await Log.Append(
            StreamName.For("transparency", Guid.NewGuid()), new TransparencyEvent.Published(month.From, month.Until, [], "00", Guid.NewGuid(), TestLog.Noon));
        await Build();

        var queries = new TransparencyQueries(Models);
        Assert.Equal(
            [("reports", "spam", 3), ("warnings-automated", "spam", 1), ("bans-by-people", "hate", 1), ("sanctions-taken-back", null, 1), ("appeals", null, 1),
                ("appeals-overturned", null, 1), ("median-seconds-to-action", null, 120)],
            (await queries.Count(month, default)).Where(line => line.Value > 0).Select(line => (line.Measure, line.Policy, (int)line.Value!)));
        Assert.Null((await queries.Count(month, default))[^1].Value);
        Assert.Equal([("reports", 1L)], (await queries.Count(TransparencyPeriod.Month(2026, 4), default)).Where(line => line.Value > 0).Select(line => (line.Measure, line.Value!.Value)));
        Assert.Equal([(published.Value, "2026-03")], (await queries.Published(null, 10, default)).Select(report => (report.Position, report.Period)));
        Assert.Empty(await queries.Published(published.Value, 10, default));

        // A decision that was taken back was none: the first one is what comes then.
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Undone(
            Ada.Visitor, Ada.Visitor, [reports[0], reports[1]], CaseOutcome.Upheld, null, false, Guid.NewGuid(), TestLog.Noon.AddDays(1)));
        await Build();
        Assert.Null(await SecondsToAction());
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(
            Ada.Visitor, Ada.Visitor, reports, CaseOutcome.Upheld, null, Guid.NewGuid(), TestLog.Noon.AddDays(2)));
        await Build();
        Assert.Equal(2 * 86_400, await SecondsToAction());

        async Task<long?> SecondsToAction() =>
            (await queries.Count(month, default)).Single(line => line.Measure == TransparencyMeasures.MedianToAction).Value;
    }

    [Fact]
    public async Task Transparency_is_complete_when_todays_rules_have_counted_all_that_is_in_the_log()
    {
        var numbers = new TransparencyNumbers(new(Models), Models, new(Log.Store));
        var transparency = ProjectionsSetup.All.OfType<TransparencyProjection>().Single();
        await Log.Reported(Guid.NewGuid(), Ben, Ada);
        Assert.False(await numbers.AreComplete(TimeSpan.Zero, default));
        await Build();
        Assert.True(await numbers.AreComplete(TimeSpan.Zero, default));
        await Log.Message(Guid.NewGuid(), 1, Ada);
        Assert.True(await numbers.AreComplete(TimeSpan.Zero, default));

        // Behind the log, with the others and alone.
        await Log.Reported(Guid.NewGuid(), Eve, Ada);
        Assert.False(await numbers.AreComplete(TimeSpan.Zero, default));
        await new Rebuild(store, Log.Feed).Run([.. ProjectionsSetup.All.Where(one => one != transparency)], null, default);
        Assert.False(await numbers.AreComplete(TimeSpan.Zero, default));
        await Build();
        Assert.True(await numbers.AreComplete(TimeSpan.Zero, default));

        // At the end of the log by former rules, while it is built anew.
        await using var live = (await store.OpenLive(transparency, default))!;
        await using var outdate = live.Connection.CreateCommand();
        outdate.CommandText = "UPDATE checkpoint SET version = version - 1";
        Assert.Equal(1, await outdate.ExecuteNonQueryAsync());
        Assert.False(await numbers.AreComplete(TimeSpan.Zero, default));
    }

    [Fact]
    public async Task Offenders_are_counted_by_reports_and_by_different_browsers()
    {
        var bensOther = new Person(Guid.NewGuid(), Ben.Device);
        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon);
        await Log.Reported(Guid.NewGuid(), bensOther, Ada, TestLog.Noon.AddHours(1));
        await Build();
        await Log.Reported(Guid.NewGuid(), Eve, Ada, TestLog.Noon.AddHours(2));
        await Log.Reported(Guid.NewGuid(), Ada, Ben, TestLog.Noon);
        await Build();

        var offenders = new OffenderQueries(Models);
        var ada = (await offenders.Find(Ada.Visitor, default))!;
        Assert.Equal(
            (3, 2, 0, 0, TestLog.Noon, TestLog.Noon.AddHours(2)),
            (ada.Reports, ada.Reporters, ada.UpheldReports, ada.Sanctions, ada.FirstReportedAt, ada.LastReportedAt));
        Assert.Null(await offenders.Find(Eve.Visitor, default));
        Assert.Equal([Ada.Visitor, Ben.Visitor], (await offenders.Worst(10, default)).Select(offender => offender.VisitorId));
        Assert.Equal(1, await offenders.CountRepeated(default));
        Assert.Equal([Eve.Visitor, bensOther.Visitor, Ben.Visitor], (await offenders.ReportsOn(Ada.Visitor, default)).Select(report => report.ReporterId));
    }

    [Fact]
    public async Task Sanctions_are_counted_until_they_are_taken_back()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.Warned(first, Ada.Visitor, "spam", 1, TestLog.Noon, "sealed", null, TestLog.Noon));
        await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.Issued(second, Ada.Visitor, "hate", 4, TestLog.Noon, null, "sealed", null, TestLog.Noon));
        await Build();
        var offenders = new OffenderQueries(Models);
        Assert.Equal(2, (await offenders.Find(Ada.Visitor, default))!.Sanctions);

        await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.Lifted(second, Ada.Visitor, "sealed", Guid.NewGuid(), TestLog.Noon));
        await Build();
        Assert.Equal((0, 1), ((await offenders.Find(Ada.Visitor, default))!.Reports, (await offenders.Find(Ada.Visitor, default))!.Sanctions));
    }

    [Fact]
    public async Task Reports_count_as_upheld_until_an_appeal_says_otherwise()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        var offenders = new OffenderQueries(Models);
        var reports = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var report in reports)
        {
            await Log.Reported(Guid.NewGuid(), report == reports[0] ? Ben : Eve, Ada, reportId: report);
        }

        await Decide(CaseOutcome.Upheld, first, reports[0], reports[1]);
        await Decide(CaseOutcome.Dismissed, null, reports[2]);
        await Decide(CaseOutcome.Upheld, second, reports[3]);
        await Build();
        Assert.Equal((5, 3), ((await offenders.Find(Ada.Visitor, default))!.Reports, (await offenders.Find(Ada.Visitor, default))!.UpheldReports));

        foreach (var (sanction, outcome) in new[] { (first, AppealOutcome.Overturned), (second, AppealOutcome.Upheld) })
        {
            await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.AppealFiled(sanction, sanction, Ada.Visitor, "sealed", TestLog.Noon));
            await Log.Append(
                StreamName.For("ban", Ada.Visitor), new BanEvent.AppealDecided(sanction, sanction, Ada.Visitor, outcome, "sealed", Guid.NewGuid(), TestLog.Noon));
        }

        await Build();
        Assert.Equal((5, 1), ((await offenders.Find(Ada.Visitor, default))!.Reports, (await offenders.Find(Ada.Visitor, default))!.UpheldReports));

        Task Decide(CaseOutcome outcome, Guid? sanction, params Guid[] decided) => Log.Append(
            StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, decided, outcome, sanction, Guid.NewGuid(), TestLog.Noon));
    }

    [Fact]
    public async Task A_rule_is_as_precise_as_people_find_what_it_flagged_and_what_appeals_make_of_its_sanctions()
    {
        var verdict = new Verdict(ScreeningAction.Block, ScreeningCategory.Hate, Severity.Severe, 1, "lexicon", "1", "1");
        var (right, wrong, appealed, other, habits) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        foreach (var flag in new[] { right, wrong, appealed, other })
        {
            await Flag(flag, "hate", verdict);
        }

        await Flag(habits, "spam", null);
        await Decide(CaseOutcome.Upheld, right, appealed);
        await Decide(CaseOutcome.Dismissed, wrong);

        // Somebody was found to spam: nobody said that the slur was one.
        await Log.Append(
            StreamName.For("case", Ada.Visitor),
            new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, [other], CaseOutcome.Upheld, null, Guid.NewGuid(), TestLog.Noon, "spam"));
        var (stays, falls) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var sanction in new[] { stays, falls })
        {
            await Log.Append(
                StreamName.For("case", Ada.Visitor), new CaseEvent.Escalated(Ada.Visitor, Ada.Visitor, sanction, "spam", TestLog.Noon, TestLog.Noon));
        }

        await Appeal(VerdictCases.WarningOf(appealed), AppealOutcome.Overturned);
        await Appeal(stays, AppealOutcome.Upheld);
        await Appeal(falls, AppealOutcome.Overturned);

        // An appeal is the last word.
        await Decide(CaseOutcome.Upheld, appealed);
        await Build();

        Assert.Equal(
            [new("behaviour/habits", "spam", 1, 0, 0), new("lexicon", "hate", 4, 1, 2), new("reports/agreeing", "spam", 2, 1, 1)],
            await new RuleQueries(Models).All(default));
        Assert.Equal([null, 1.0 / 3, 0.5], (await new RuleQueries(Models).All(default)).Select(rule => rule.Precision));

        Task Flag(Guid id, string policy, Verdict? found) => Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Flagged(
            Ada.Visitor, id, Ada.Visitor, Ada.Device, policy, null, null, found, null, null, null, 0, TestLog.Noon));

        Task Decide(CaseOutcome outcome, params Guid[] decided) => Log.Append(
            StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, decided, outcome, null, Guid.NewGuid(), TestLog.Noon));

        async Task Appeal(Guid sanction, AppealOutcome outcome)
        {
            await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.AppealFiled(sanction, sanction, Ada.Visitor, "sealed", TestLog.Noon));
            await Log.Append(
                StreamName.For("ban", Ada.Visitor), new BanEvent.AppealDecided(sanction, sanction, Ada.Visitor, outcome, "sealed", Guid.NewGuid(), TestLog.Noon));
        }
    }

    [Fact]
    public async Task A_decision_from_before_reports_were_named_is_about_all_that_were_open()
    {
        await Decided(Ben, CaseOutcome.Dismissed, null, by: Guid.NewGuid());
        await Log.Reported(Guid.NewGuid(), Ben, Ada);
        await Log.Reported(Guid.NewGuid(), Eve, Ada);
        await Log.Append(
            StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, null, CaseOutcome.Upheld, null, Guid.NewGuid(), TestLog.Noon));
        await Log.Reported(Guid.NewGuid(), Eve, Ada);
        await Build();

        Assert.Equal(
            [ReportStatus.Dismissed, ReportStatus.Upheld, ReportStatus.Upheld, ReportStatus.Open],
            (await new DeskQueries(Models).Reports(null, null, null, 10, default)).Select(report => report.Status));
        Assert.Equal(2, (await new OffenderQueries(Models).Find(Ada.Visitor, default))!.UpheldReports);
    }

    [Fact]
    public async Task The_desk_has_reports_and_appeals_as_they_stand_whether_decided_in_one_batch_or_later()
    {
        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon);
        await Log.Reported(Guid.NewGuid(), Eve, Ben, TestLog.Noon);
        var desk = new DeskQueries(Models);
        await Build();
        var open = await desk.Reports(ReportStatus.Open, null, null, 10, default);
        Assert.Equal([Ada.Visitor, Ben.Visitor], open.Select(report => report.VisitorId));

        await Log.Append(
            StreamName.For("case", open[0].CaseId), new CaseEvent.Decided(open[0].CaseId, Ada.Visitor, [open[0].ReportId], CaseOutcome.Upheld, null, Guid.NewGuid(), TestLog.Noon));
        var (first, second, third) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        foreach (var (sanction, appeal) in new[] { (first, first), (second, second), (third, third) })
        {
            await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.AppealFiled(appeal, sanction, Ada.Visitor, "sealed", TestLog.Noon));
        }

        await Log.Append(
            StreamName.For("ban", Ada.Visitor), new BanEvent.AppealDecided(first, first, Ada.Visitor, AppealOutcome.Upheld, "sealed", Guid.NewGuid(), TestLog.Noon));
        await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.Lifted(second, Ada.Visitor, "sealed", Guid.NewGuid(), TestLog.Noon));
        await Build();

        Assert.Equal([Ben.Visitor], (await desk.Reports(ReportStatus.Open, null, null, 10, default)).Select(report => report.VisitorId));
        Assert.Equal([ReportStatus.Upheld, ReportStatus.Open], (await desk.Reports(null, null, null, 10, default)).Select(report => report.Status));
        Assert.Single(await desk.Reports(null, null, new(0, open[0].Position), 10, default));
        Assert.Single(await desk.Reports(null, null, null, 1, default));
        Assert.Equal(open[1].ReportId, (await desk.Report(open[1].ReportId, default))?.ReportId);
        Assert.Equal([third], (await desk.OpenAppeals(null, 10, default)).Select(appeal => appeal.AppealId));
        Assert.Equal(AppealOutcome.Upheld, (await desk.Appeal(first, default))?.Outcome);
        Assert.Null(await desk.Appeal(second, default));

        Assert.Equal(new ReporterRecord(1, 0), Assert.Single(await desk.Find([Ben.Device, Eve.Device], default)).Value);
        Assert.Equal([new BusyReporter(Ben.Device, new(1, 0))], await desk.BusiestReporters(10, default));
    }

    [Fact]
    public async Task The_desk_has_the_bans_that_last_and_knows_which_have_to_be_looked_at_again()
    {
        var (adas, bens, eves, overturned) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await Issue(adas, Ada, null);
        await Issue(bens, Ben, TestLog.Noon.AddDays(800));
        await Issue(eves, Eve, null);
        await Issue(overturned, Eve, null);
        await Build();
        var (desk, due) = (new DeskQueries(Models), TestLog.Noon + Ban.ReviewedEvery);
        Assert.Equal([adas, eves, overturned], (await desk.Bans(true, due, null, 10, default)).Select(ban => ban.SanctionId));
        Assert.Empty(await desk.Bans(true, due.AddTicks(-10), null, 10, default));

        await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.Reviewed(adas, Ada.Visitor, "sealed", Guid.NewGuid(), due));
        await Log.Append(StreamName.For("ban", Eve.Visitor), new BanEvent.Lifted(eves, Eve.Visitor, "sealed", Guid.NewGuid(), due));
        await Log.Append(StreamName.For("ban", Eve.Visitor), new BanEvent.AppealFiled(overturned, overturned, Eve.Visitor, "sealed", due));
        await Log.Append(
            StreamName.For("ban", Eve.Visitor),
            new BanEvent.AppealDecided(overturned, overturned, Eve.Visitor, AppealOutcome.Overturned, "sealed", Guid.NewGuid(), due));
        await Build();

        Assert.Empty(await desk.Bans(true, due.AddDays(1), null, 10, default));
        Assert.Equal([adas, bens], (await desk.Bans(false, due.AddDays(1), null, 10, default)).Select(ban => ban.SanctionId));
        Assert.Equal([adas], (await desk.Bans(false, TestLog.Noon.AddDays(800), null, 10, default)).Select(ban => ban.SanctionId));
        Assert.Equal((due, due + Ban.ReviewedEvery), (await desk.Bans(true, due + Ban.ReviewedEvery, null, 10, default)).Select(ban => (ban.ReviewedAt, ban.ReviewDueAt)).Single());

        Task Issue(Guid sanction, Person who, DateTimeOffset? until) => Log.Append(
            StreamName.For("ban", who.Visitor),
            new BanEvent.Issued(sanction, who.Visitor, "hate", 4, TestLog.Noon.AddDays(180), until, "sealed", Guid.NewGuid(), TestLog.Noon));
    }

    [Fact]
    public async Task The_desk_knows_which_cases_few_may_see()
    {
        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon);
        await Log.Reported(Guid.NewGuid(), Eve, Ben, TestLog.Noon);
        for (var i = 0; i < 2; i++)
        {
            await Log.Append(
                StreamName.For("case", Ada.Visitor), new CaseEvent.FoundSevere(Ada.Visitor, Ada.Visitor, "child-safety", Guid.NewGuid(), TestLog.Noon));
        }

        await Build();

        Assert.Equal([Ada.Visitor], await new DeskQueries(Models).Severe([Ada.Visitor, Ben.Visitor, Eve.Visitor], default));
        Assert.Equal([Ada.Visitor], await new DeskQueries(Models).PreservedCases(default));

        // Severe no longer, its evidence may have to end earlier again; and then severe once more.
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Unrestricted(Ada.Visitor, Ada.Visitor, Guid.NewGuid(), TestLog.Noon));
        await Build();
        Assert.Empty(await new DeskQueries(Models).Severe([Ada.Visitor], default));
        Assert.Equal([Ada.Visitor], await new DeskQueries(Models).PreservedCases(default));
        await Log.Append(
            StreamName.For("case", Ada.Visitor), new CaseEvent.FoundSevere(Ada.Visitor, Ada.Visitor, "child-safety", Guid.NewGuid(), TestLog.Noon));
        await Build();
        Assert.Equal([Ada.Visitor], await new DeskQueries(Models).Severe([Ada.Visitor], default));
    }

    [Fact]
    public async Task The_desk_knows_which_severe_bans_left_a_case_as_it_was()
    {
        var (alone, found, lifted) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await Ban(alone, Ada, "child-safety");
        await Ban(found, Ben, "child-safety");
        await Ban(lifted, Eve, "child-safety");
        await Ban(Guid.NewGuid(), Eve, "hate");
        var caseId = ReportPartnerHandler.CaseOf(Ben.Visitor);
        await Log.Append(StreamName.For("case", caseId), new CaseEvent.FoundSevere(caseId, Ben.Visitor, "child-safety", Guid.NewGuid(), TestLog.Noon));
        await Log.Append(StreamName.For("ban", Eve.Visitor), new BanEvent.Lifted(lifted, Eve.Visitor, "sealed", Guid.NewGuid(), TestLog.Noon));
        await Build();

        Assert.Equal(new[] { Ada, Ben, Eve }.Select(person => person.Visitor).Order(), (await new DeskQueries(Models).BannedForGood(default)).Order());
        var ban = Assert.Single(await new DeskQueries(Models).SevereBansAlone(default));
        Assert.Equal((alone, Ada.Visitor, "child-safety"), (ban.SanctionId, ban.VisitorId, ban.Policy));

        Task Ban(Guid sanction, Person who, string policy) => Log.Append(
            StreamName.For("ban", who.Visitor),
            new BanEvent.Issued(sanction, who.Visitor, policy, 4, TestLog.Noon.AddDays(180), null, "sealed", Guid.NewGuid(), TestLog.Noon));
    }

    [Fact]
    public async Task The_desk_has_the_hold_on_a_case_as_it_was_placed_last_until_it_is_lifted()
    {
        var (staff, other) = (Guid.NewGuid(), Guid.NewGuid());
        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon);
        await Log.Reported(Guid.NewGuid(), Eve, Ben, TestLog.Noon);
        await Hold(Ada, null, staff, TestLog.Noon);
        await Hold(Ada, TestLog.Noon.AddDays(3), other, TestLog.Noon.AddDays(1));
        await Hold(Ben, null, staff, TestLog.Noon);
        await Log.Append(StreamName.For("case", Ben.Visitor), new CaseEvent.Released(Ben.Visitor, Ben.Visitor, staff, "sealed", staff, TestLog.Noon));
        await Build();

        var holds = await new DeskQueries(Models).Holds([Ada.Visitor, Ben.Visitor, Eve.Visitor], default);

        var (caseId, hold) = Assert.Single(holds);
        Assert.Equal(
            new[] { Ada.Visitor, Ben.Visitor }.Order(), (await new DeskQueries(Models).PreservedCases(default)).Order());
        Assert.Equal((Ada.Visitor, other, TestLog.Noon.AddDays(3), TestLog.Noon.AddDays(1)), (caseId, hold.By, hold.Until, hold.HeldAt));

        // Lifted and placed again between two builds.
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Released(Ada.Visitor, Ada.Visitor, staff, "sealed", staff, TestLog.Noon));
        await Hold(Ada, null, staff, TestLog.Noon.AddDays(2));
        await Build();
        Assert.Equal(TestLog.Noon.AddDays(2), (await new DeskQueries(Models).Holds([Ada.Visitor], default))[Ada.Visitor].HeldAt);

        Task Hold(Person who, DateTimeOffset? until, Guid by, DateTimeOffset at) => Log.Append(
            StreamName.For("case", who.Visitor), new CaseEvent.Held(who.Visitor, who.Visitor, Guid.NewGuid(), "sealed", "c", until, by, at));
    }

    [Fact]
    public async Task An_automated_decision_counts_for_or_against_whoever_reported_when_an_appeal_says_so()
    {
        var desk = new DeskQueries(Models);
        var (upheld, overturned) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var (reporter, sanction) in new[] { (Ben, upheld), (Eve, overturned) })
        {
            await Decided(reporter, CaseOutcome.Upheld, sanction, by: null);
            await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.AppealFiled(sanction, sanction, Ada.Visitor, "sealed", TestLog.Noon));
        }

        await Build();
        Assert.All(await desk.Reports(null, null, null, 10, default), report => Assert.Equal(ReportStatus.Upheld, report.Status));
        Assert.Empty(await desk.Find([Ben.Device, Eve.Device], default));

        foreach (var (sanction, outcome) in new[] { (upheld, AppealOutcome.Upheld), (overturned, AppealOutcome.Overturned) })
        {
            await Log.Append(
                StreamName.For("ban", Ada.Visitor), new BanEvent.AppealDecided(sanction, sanction, Ada.Visitor, outcome, "sealed", Guid.NewGuid(), TestLog.Noon));
        }

        await Build();
        var records = await desk.Find([Ben.Device, Eve.Device], default);
        Assert.Equal((new(1, 0), new(0, 1)), (records[Ben.Device], records[Eve.Device]));
        Assert.Equal([ReportStatus.Upheld, ReportStatus.Dismissed], (await desk.Reports(null, null, null, 10, default)).Select(report => report.Status));
    }

    [Fact]
    public async Task What_was_flagged_is_on_the_desk_and_decided_like_a_report_and_counts_for_nobody_as_one()
    {
        var (report, flag, habits, match) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var verdict = new Verdict(ScreeningAction.Block, ScreeningCategory.Hate, Severity.Severe, 1, "lexicon", "1", "1");
        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon, report);
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Flagged(
            Ada.Visitor, flag, Ada.Visitor, Ada.Device, "hate", match, Guid.NewGuid(), verdict, "c", "rc1:c:sealed", "00", 0, TestLog.Noon));
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Flagged(
            Ada.Visitor, habits, Ada.Visitor, Ada.Device, "spam", null, null, null, null, null, null, 0, TestLog.Noon));
        await Build();
        var (desk, offenders) = (new DeskQueries(Models), new OffenderQueries(Models));
        Assert.Equal(
            [(report, DeskSource.Report, "spam", Ben.Visitor), (flag, DeskSource.Screening, "hate", Guid.Empty), (habits, DeskSource.Behaviour, "spam", Guid.Empty)],
            (await desk.Reports(ReportStatus.Open, null, null, 10, default)).Select(item => (item.ReportId, item.Source, item.Policy, item.ReporterId)));

        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(
            Ada.Visitor, Ada.Visitor, [report, flag], CaseOutcome.Upheld, null, Guid.NewGuid(), TestLog.Noon));
        await Build();
        Assert.Equal([habits], (await desk.Reports(ReportStatus.Open, null, null, 10, default)).Select(item => item.ReportId));
        var offender = (await offenders.Find(Ada.Visitor, default))!;
        Assert.Equal((1, 1), (offender.Reports, offender.UpheldReports));
    }

    [Fact]
    public async Task Open_ones_come_by_the_priority_of_their_cases_and_all_others_as_they_came()
    {
        var desk = new DeskQueries(Models);
        var (flag, chat) = (Guid.NewGuid(), Guid.NewGuid());
        var (alone, first, second, dismissed) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var verdict = new Verdict(ScreeningAction.Block, ScreeningCategory.Hate, Severity.Severe, 1, "lexicon", "1", "1");
        await Log.Reported(chat, Ben, Ada, TestLog.Noon, alone);
        await Log.Reported(Guid.NewGuid(), Ada, Ben, TestLog.Noon.AddHours(1), first);
        await Log.Reported(Guid.NewGuid(), Eve, Ben, TestLog.Noon.AddHours(1), second);
        var match = Guid.NewGuid();
        await Log.Append(
            StreamName.For("match", match), new MatchEvent.MessageScreened(match, Guid.NewGuid(), 0, Eve.Visitor, Eve.Device, verdict, TestLog.Noon, TestLog.Noon));
        await Log.Append(StreamName.For("case", Eve.Visitor), new CaseEvent.Flagged(
            Eve.Visitor, flag, Eve.Visitor, Eve.Device, "hate", match, Guid.NewGuid(), verdict, "c", "rc1:c:sealed", "00", 0, TestLog.Noon.AddHours(2)));
        await Build();

        Assert.Equal([flag, first, second, alone], (await desk.Reports(ReportStatus.Open, null, null, 10, default)).Select(item => item.ReportId));
        Assert.Equal([alone, first, second, flag], (await desk.Reports(null, null, null, 10, default)).Select(item => item.ReportId));
        Assert.Equal([flag], (await desk.Reports(ReportStatus.Open, CaseLane.Urgent, null, 10, default)).Select(item => item.ReportId));
        var page = await desk.Reports(ReportStatus.Open, CaseLane.Normal, null, 2, default);
        Assert.Equal(
            [alone],
            (await desk.Reports(ReportStatus.Open, CaseLane.Normal, new(page[^1].Rank, page[^1].Position), 2, default)).Select(item => item.ReportId));
        var signs = await desk.Signs([Ada.Visitor, Ben.Visitor, Eve.Visitor], default);
        Assert.Equal(new(Policies.Find("hate")!, 0, 0, true, (Severity.Severe, 1), TestLog.Noon.AddHours(2)), signs[Eve.Visitor]);
        Assert.Equal(new(Policies.Find("spam")!, 2, 2, false, null, TestLog.Noon.AddHours(1)), signs[Ben.Visitor]);

        // What people find of somebody's other report, and what the screening says later, weigh as well.
        await Log.Reported(Guid.NewGuid(), Ben, Eve, TestLog.Noon, dismissed);
        await Log.Append(StreamName.For("case", Eve.Visitor), new CaseEvent.Decided(
            Eve.Visitor, Eve.Visitor, [dismissed, flag], CaseOutcome.Dismissed, null, Guid.NewGuid(), TestLog.Noon));
        await Log.Append(
            StreamName.For("match", chat),
            new MatchEvent.MessageScreened(chat, Guid.NewGuid(), 3, Ada.Visitor, Ada.Device, verdict with { Severity = Severity.Mild, Score = 0.5 }, TestLog.Noon, TestLog.Noon));
        await Build();
        signs = await desk.Signs([Ada.Visitor, Ben.Visitor, Eve.Visitor], default);
        Assert.Equal(new(Policies.Find("spam")!, 1, 0.5, false, (Severity.Mild, 0.5), TestLog.Noon), signs[Ada.Visitor]);
        Assert.DoesNotContain(Eve.Visitor, signs.Keys);

        await Log.Reported(Guid.NewGuid(), Ada, Eve, TestLog.Noon.AddHours(3));
        await Build();
        Assert.Equal(new(Policies.Find("spam")!, 1, 1, false, null, TestLog.Noon.AddHours(3)), (await desk.Signs([Eve.Visitor], default))[Eve.Visitor]);
    }

    [Fact]
    public async Task Open_cases_come_page_by_page_each_once_though_many_have_the_same_priority()
    {
        var desk = new DeskQueries(Models);
        foreach (var _ in Enumerable.Range(0, 7))
        {
            await Log.Reported(Guid.NewGuid(), Person.New(), Person.New(), TestLog.Noon);
        }

        await Build();
        var all = await desk.OpenCases(CaseLane.Normal, null, 10, default);
        Assert.Equal(7, all.Count);
        Assert.Single(all.Select(one => one.Rank).Distinct());
        List<Guid> paged = [];
        for (CaseCursor? after = null; await desk.OpenCases(CaseLane.Normal, after, 2, default) is { Count: > 0 } page; after = new(page[^1].Rank, page[^1].CaseId))
        {
            paged.AddRange(page.Select(one => one.CaseId));
        }

        Assert.Equal(all.Select(one => one.CaseId), paged);
    }

    [Fact]
    public async Task Open_cases_come_by_priority_and_lane_with_how_much_waits_and_since_when()
    {
        var desk = new DeskQueries(Models);
        var verdict = new Verdict(ScreeningAction.Block, ScreeningCategory.ChildSafety, Severity.Severe, 1, "lexicon", "1", "1");
        var appeal = Guid.NewGuid();
        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon);
        await Log.Reported(Guid.NewGuid(), Ada, Ben, TestLog.Noon.AddHours(1));
        await Log.Reported(Guid.NewGuid(), Eve, Ben, TestLog.Noon.AddHours(2));
        await Log.Append(StreamName.For("case", Eve.Visitor), new CaseEvent.Flagged(
            Eve.Visitor, Guid.NewGuid(), Eve.Visitor, Eve.Device, "child-safety", Guid.NewGuid(), Guid.NewGuid(), verdict, "c", "rc1:c:sealed", "00", 0, TestLog.Noon.AddHours(3)));
        await Log.Append(StreamName.For("ban", Eve.Visitor), new BanEvent.Warned(appeal, Eve.Visitor, "spam", 1, TestLog.Noon.AddDays(30), "sealed", null, TestLog.Noon));
        await Log.Append(StreamName.For("ban", Eve.Visitor), new BanEvent.AppealFiled(appeal, appeal, Eve.Visitor, "sealed", TestLog.Noon.AddHours(4)));
        await Build();

        var normal = await desk.OpenCases(CaseLane.Normal, null, 10, default);
        Assert.Equal([(Ben.Visitor, 2), (Ada.Visitor, 1)], normal.Select(one => (one.VisitorId, one.Open)));
        Assert.Equal([Eve.Visitor], (await desk.OpenCases(CaseLane.Severe, null, 10, default)).Select(one => one.CaseId));
        Assert.Equal([Ada.Visitor], (await desk.OpenCases(CaseLane.Normal, new(normal[0].Rank, normal[0].CaseId), 10, default)).Select(one => one.CaseId));

        var waiting = await desk.Waiting(TestLog.Noon.AddDays(1), default);
        Assert.Equal((2, TestLog.Noon), (waiting.Lanes[CaseLane.Normal].Count, waiting.Lanes[CaseLane.Normal].OldestAt.ToUniversalTime()));
        Assert.Equal((1, TestLog.Noon.AddHours(3)), (waiting.Lanes[CaseLane.Severe].Count, waiting.Lanes[CaseLane.Severe].OldestAt.ToUniversalTime()));
        Assert.Equal((0, 2), (waiting.Lanes[CaseLane.Normal].WithinHour, waiting.Lanes[CaseLane.Normal].WithinDay));
        var later = await desk.Waiting(TestLog.Noon.AddHours(27), default);
        Assert.Equal((0, 0, 1), (later.Lanes[CaseLane.Normal].WithinHour, later.Lanes[CaseLane.Normal].WithinDay, later.Lanes[CaseLane.Severe].WithinDay));
        Assert.Equal(1, (await desk.Waiting(TestLog.Noon.AddHours(4), default)).Lanes[CaseLane.Severe].WithinHour);
        Assert.Equal((1, TestLog.Noon.AddHours(4), 0), (waiting.Appeals, waiting.OldestAppealAt?.ToUniversalTime(), waiting.ReviewsDue));
    }

    [Fact]
    public async Task How_the_staff_keeps_up_is_counted_over_what_was_decided_since()
    {
        var desk = new DeskQueries(Models);
        Assert.Equal(new DeskPace(0, null, null, 0, 0), await PaceOf());
        for (var minutes = 1; minutes <= 20; minutes++)
        {
            var (report, who) = (Guid.NewGuid(), Person.New());
            await Log.Reported(Guid.NewGuid(), Ben, who, TestLog.Noon, report);
            await Log.Append(StreamName.For("case", who.Visitor), new CaseEvent.Decided(
                who.Visitor, who.Visitor, [report], CaseOutcome.Dismissed, null, Guid.NewGuid(), TestLog.Noon.AddMinutes(minutes)));
        }

        foreach (var outcome in new[] { AppealOutcome.Upheld, AppealOutcome.Overturned, AppealOutcome.Upheld })
        {
            var appeal = Guid.NewGuid();
            await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.Warned(appeal, Ada.Visitor, "spam", 1, TestLog.Noon.AddDays(30), "sealed", null, TestLog.Noon));
            await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.AppealFiled(appeal, appeal, Ada.Visitor, "sealed", TestLog.Noon));
            await Log.Append(
                StreamName.For("ban", Ada.Visitor), new BanEvent.AppealDecided(appeal, appeal, Ada.Visitor, outcome, "sealed", Guid.NewGuid(), TestLog.Noon.AddMinutes(5)));
        }

        Assert.Equal(new DeskPace(20, 600, 1_140, 3, 1), await PaceOf());
        Assert.Equal(new DeskPace(10, 900, 1_200, 0, 0), await desk.Pace(TestLog.Noon.AddMinutes(11), default));

        async Task<DeskPace> PaceOf()
        {
            await Build();
            return await desk.Pace(TestLog.Noon, default);
        }
    }

    [Fact]
    public async Task What_was_decided_without_anybody_has_a_lane_and_so_has_what_is_severe()
    {
        await Decided(Ben, CaseOutcome.Upheld, Guid.NewGuid(), by: null);
        await Decided(Ben, CaseOutcome.Upheld, Guid.NewGuid(), by: Guid.NewGuid());
        var verdict = new Verdict(ScreeningAction.Block, ScreeningCategory.ChildSafety, Severity.Severe, 1, "lexicon", "1", "1");
        await Log.Append(StreamName.For("case", Eve.Visitor), new CaseEvent.Flagged(
            Eve.Visitor, Guid.NewGuid(), Eve.Visitor, Eve.Device, "child-safety", Guid.NewGuid(), Guid.NewGuid(), verdict, "c", "rc1:c:sealed", "00", 0, TestLog.Noon));
        await Build();

        Assert.Equal(
            [CaseLane.Automated, CaseLane.Normal, CaseLane.Urgent],
            (await new DeskQueries(Models).Reports(null, null, null, 10, default)).Select(item => item.Lane));

        // It is to be looked over until somebody does.
        var desk = new DeskQueries(Models);
        var automated = Assert.Single(await desk.ToLookOver(false, 10, default));
        Assert.Equal(1, await desk.CountToLookOver(false, default));
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Viewed(Ada.Visitor, Ada.Visitor, automated.ReportId, Guid.NewGuid(), TestLog.Noon));
        await Build();
        Assert.Equal((0, 0), (await desk.CountToLookOver(true, default), (await desk.ToLookOver(true, 10, default)).Count));

        // What is severe only by whoever may see it, until it is so no longer.
        var (eve, severe) = (StreamName.For("case", Eve.Visitor), Guid.NewGuid());
        await Log.Reported(Guid.NewGuid(), Ben, Eve, TestLog.Noon, severe);
        await Log.Append(eve, new CaseEvent.Decided(Eve.Visitor, Eve.Visitor, [severe], CaseOutcome.Upheld, Guid.NewGuid(), null, TestLog.Noon));
        await Build();
        Assert.Equal((0, 0), (await desk.CountToLookOver(false, default), (await desk.ToLookOver(false, 10, default)).Count));
        Assert.Equal((1, 1), (await desk.CountToLookOver(true, default), (await desk.ToLookOver(true, 10, default)).Count));
        await Log.Append(eve, new CaseEvent.Unrestricted(Eve.Visitor, Eve.Visitor, Guid.NewGuid(), TestLog.Noon));
        await Build();
        Assert.Equal((1, 1), (await desk.CountToLookOver(false, default), (await desk.ToLookOver(false, 10, default)).Count));
    }

    [Fact]
    public async Task Upheld_under_another_policy_says_nothing_about_a_report_and_nothing_about_whoever_made_it()
    {
        var (spam, hate, sanction) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon, spam);
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Reported(
            Ada.Visitor, hate, Guid.NewGuid(), Eve.Visitor, Eve.Device, Ada.Visitor, Ada.Device, ReportReason.Hate, null, "c", "sealed", "00", 0, TestLog.Noon));
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(
            Ada.Visitor, Ada.Visitor, [spam, hate], CaseOutcome.Upheld, sanction, Guid.NewGuid(), TestLog.Noon, "spam"));
        await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.AppealFiled(sanction, sanction, Ada.Visitor, "sealed", TestLog.Noon));
        await Log.Append(
            StreamName.For("ban", Ada.Visitor),
            new BanEvent.AppealDecided(sanction, sanction, Ada.Visitor, AppealOutcome.Upheld, "sealed", Guid.NewGuid(), TestLog.Noon));
        await Build();

        Assert.Equal(Ben.Device, Assert.Single(await new DeskQueries(Models).Find([Ben.Device, Eve.Device], default)).Key);
    }

    [Fact]
    public async Task What_was_taken_back_is_open_again_and_what_was_handed_on_and_what_was_false_count_for_more()
    {
        var (desk, offenders, rules) = (new DeskQueries(Models), new OffenderQueries(Models), new RuleQueries(Models));
        var (report, flag, sanction, staff) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var ada = StreamName.For("case", Ada.Visitor);
        await Log.Reported(Guid.NewGuid(), Ben, Ada, TestLog.Noon, report);
        await Log.Append(ada, new CaseEvent.Flagged(
            Ada.Visitor, flag, Ada.Visitor, Ada.Device, "spam", null, null, null, null, null, null, 0, TestLog.Noon, "floods"));
        await Log.Append(ada, new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, [report, flag], CaseOutcome.Upheld, sanction, staff, TestLog.Noon, "spam"));
        await Build();
        Assert.Equal(1, (await offenders.Find(Ada.Visitor, default))!.UpheldReports);

        await Log.Append(ada, new CaseEvent.Undone(Ada.Visitor, Ada.Visitor, [report, flag], CaseOutcome.Upheld, sanction, false, staff, TestLog.Noon));
        await Build();
        Assert.Equal([report, flag], (await desk.Reports(ReportStatus.Open, null, null, 10, default)).Select(item => item.ReportId));
        Assert.Equal(0, (await offenders.Find(Ada.Visitor, default))!.UpheldReports);
        Assert.Empty(await desk.Find([Ben.Device], default));
        Assert.Equal((0, 0), (await rules.All(default)).Select(rule => (rule.Right, rule.Wrong)).Single());
        Assert.Equal(new DeskPace(0, null, null, 0, 0), await desk.Pace(TestLog.Noon, default));
        Assert.Equal(CaseLane.Normal, Assert.Single(await desk.OpenCases(CaseLane.Normal, null, 10, default)).Lane);

        await Log.Append(ada, new CaseEvent.Referred(Ada.Visitor, Ada.Visitor, Guid.NewGuid(), [report, flag], staff, TestLog.Noon));
        await Build();
        Assert.True(Assert.Single(await desk.OpenCases(CaseLane.Severe, null, 10, default)).Signs().IsReferred);

        await Log.Append(ada, new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, [report, flag], CaseOutcome.Dismissed, null, staff, TestLog.Noon, null, IsFalse: true));
        await Log.Reported(Guid.NewGuid(), Ben, Eve, TestLog.Noon);
        await Build();
        Assert.Equal(new ReporterRecord(0, 1, 1), (await desk.Find([Ben.Device], default))[Ben.Device]);
        Assert.Equal(0.25, (await desk.Signs([Eve.Visitor], default))[Eve.Visitor].Reliability);
    }

    [Fact]
    public async Task A_decision_of_the_staff_counts_at_once_and_for_its_reports_only()
    {
        await Decided(Ben, CaseOutcome.Upheld, null, by: Guid.NewGuid());
        await Decided(Eve, CaseOutcome.Dismissed, null, by: Guid.NewGuid());
        await Log.Reported(Guid.NewGuid(), Eve, Ada, TestLog.Noon);
        await Decided(Ben, CaseOutcome.Upheld, null, by: Guid.NewGuid());
        await Build();

        var desk = new DeskQueries(Models);
        var records = await desk.Find([Ben.Device, Eve.Device], default);
        Assert.Equal((new(2, 0), new(0, 1)), (records[Ben.Device], records[Eve.Device]));
        Assert.Equal(Eve.Visitor, Assert.Single(await desk.Reports(ReportStatus.Open, null, null, 10, default)).ReporterId);
    }

    [Fact]
    public async Task Whoever_used_the_same_browser_is_linked()
    {
        var adaAgain = new Person(Guid.NewGuid(), Ada.Device);
        await Log.Session(Ada);
        await Log.Session(Ada);
        await Log.Session(adaAgain);
        await Log.Session(Ben);
        await Build();

        var offenders = new OffenderQueries(Models);
        Assert.Equal([adaAgain.Visitor], await offenders.LinkedTo(Ada.Visitor, default));
        Assert.Empty(await offenders.LinkedTo(Ben.Visitor, default));
    }

    [Fact]
    public async Task The_models_are_the_same_without_the_messages()
    {
        await Log.Traffic();
        await Log.CallEnded(Guid.NewGuid(), Ada, Ben, new(CallPath.Relay, 900), new(CallPath.Relay, 1_200));
        await Build();
        await RemoveMessages();

        foreach (var projection in ProjectionsSetup.All)
        {
            var verified = await new Verification(store, Log.Feed).Run(projection, null, default);
            Assert.True(verified.Same, string.Join('\n', verified.Differences));
        }
    }

    [Fact]
    public async Task Somebody_waits_briefly_for_what_they_just_did()
    {
        using var runner = Log.Runner(store, [.. ProjectionsSetup.All]);
        await runner.StartAsync(default);
        var position = await Log.Session(Ada);
        await Eventually.Until(() => Task.FromResult(runner.Leads), "the runner leads");

        Assert.True(await Models.WaitFor<OffendersDb>(position, TimeSpan.FromMinutes(1), default));
        Assert.False(await Models.WaitFor<OffendersDb>(new(position.Value + 1), TimeSpan.FromMilliseconds(60), default));
        await runner.StopAsync(default);
    }

    [Fact]
    public async Task Before_they_are_built_they_are_unavailable() =>
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => new ActivityQueries(Models).ActiveMatches(default));

    [Fact]
    public async Task Live_and_rebuilt_models_are_the_same_also_in_the_tenths_of_a_microsecond_that_not_every_database_keeps()
    {
        var (report, match, start) = (Guid.NewGuid(), Guid.NewGuid(), TestLog.Noon.AddTicks(7));
        using (var runner = Log.Runner(store, [.. ProjectionsSetup.All]))
        {
            await runner.StartAsync(default);
            await Eventually.Until(() => Task.FromResult(runner.Leads), "the runner leads");
            var reported = await Log.Reported(match, Ben, Ada, start, report);
            Assert.True(await Models.WaitFor<DeskDb>(reported, TimeSpan.FromMinutes(1), default));

            // Now the desk reads back what it wrote.
            await Log.Reported(Guid.NewGuid(), Eve, Ada, start.AddSeconds(1), Guid.NewGuid());
            var decided = await Log.Append(
                StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, [report], CaseOutcome.Upheld, null, Guid.NewGuid(), start.AddSeconds(90).AddTicks(8)));
            Assert.True(await Models.WaitFor<DeskDb>(decided, TimeSpan.FromMinutes(1), default));
            Assert.True(await Models.WaitFor<TransparencyDb>(decided, TimeSpan.FromMinutes(1), default));
            await runner.StopAsync(default);
        }

        foreach (var projection in ProjectionsSetup.All)
        {
            var verified = await new Verification(store, Log.Feed).Run(projection, null, default);
            Assert.True(verified.Same, string.Join('\n', verified.Differences));
        }
    }

    /// <summary>Ada is reported, and that one report is decided.</summary>
    private async Task Decided(Person reporter, CaseOutcome outcome, Guid? sanction, Guid? by)
    {
        var report = Guid.NewGuid();
        await Log.Reported(Guid.NewGuid(), reporter, Ada, TestLog.Noon, report);
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(Ada.Visitor, Ada.Visitor, [report], outcome, sanction, by, TestLog.Noon));
    }

    private async Task Build() => await new Rebuild(store, Log.Feed).Run(ProjectionsSetup.All, null, default);

    /// <summary>What retention and scavenges do in the end.</summary>
    private async Task RemoveMessages()
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Log.Store.File};Pooling=False");
        await connection.OpenAsync();
        await using var delete = connection.CreateCommand();
        delete.CommandText = "DELETE FROM events WHERE stream LIKE 'messages-%'";
        Assert.True(await delete.ExecuteNonQueryAsync() > 0);
    }
}

public sealed class SqliteQueryTests : QueryContract
{
    private protected override Task<IReadStore> Open() => Task.FromResult<IReadStore>(new SqliteReadStore(Path.Combine(Log.Folder, "read")));
}

public sealed class PostgresQueryTests : QueryContract
{
    private protected override async Task<IReadStore> Open() =>
        new PostgresReadStore(await (await PostgresServer.Shared()).NewDatabase(), TimeProvider.System);
}

public sealed class VisitorHistoryCoverageTests
{
    [Fact]
    public void Every_event_outside_the_streams_that_expire_has_its_place_in_the_history()
    {
        var projection = new VisitorHistoryProjection();
        var lasting = new[] { VisitorEventTypes.Map, AccountEventTypes.Map, MatchEventTypes.Map, ModerationEventTypes.Map, StaffEventTypes.Map, LookEventTypes.Map, TransparencyEventTypes.Map }
            .SelectMany(map => map.Entries)
            .Where(entry => !entry.Type.IsAssignableTo(typeof(MessageEvent)));

        Assert.All(lasting, entry => Assert.True(projection.Handles(entry.Type), $"{entry.Name} is not in visitor_history."));
    }
}
