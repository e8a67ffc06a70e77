using System.Reflection;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Engines;
using RandomChat.Projections.Activity;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Moderation;
using RandomChat.Projections.Tests.Engine;
using RandomChat.Projections.Visitors;

namespace RandomChat.Projections.Tests.Queries;

/// <summary>How long the desk takes to answer does not grow with what was ever reported: every query goes by an index.</summary>
public abstract class PlanContract : IAsyncLifetime
{
    private static readonly Person Ada = Person.New();
    private static readonly CancellationToken Ct = CancellationToken.None;

    /// <summary>Those that go through all of an index, or as much of it as is asked for, and which.</summary>
    private static readonly Dictionary<string, string[]> Walkers = new()
    {
        // They count all that was ever decided or found, in an index that has it all.
        ["DeskQueries.BusiestReporters"] = ["IX_reports_reporter_device_id_status_is_false"],
        ["RuleQueries.All"] = ["IX_findings_rule_policy_outcome"],

        // All of them is what the sweep asks for, and no page.
        ["DeskQueries.PreservedCases"] = ["severe_cases", "holds"],
        ["DeskQueries.BannedForGood"] = ["IX_bans_visitor_id"],

        // Nothing is in these but what waits.
        ["DeskQueries.ToLookOver"] = ["ix_reports_latest_to_look_over"],
        ["DeskQueries.CountToLookOver"] = ["ix_reports_cases_to_look_over"],
        ["DeskQueries.Waiting"] = ["IX_cases_lane_rank_case_id", "IX_appeals_position"],

        // From the worst, no more than are asked for.
        ["OffenderQueries.Worst"] = ["IX_offenders_reporters_reports_visitor_id"],
    };

    /// <summary>Tables that are read whole, and why that is all right.</summary>
    private static readonly Dictionary<string, string> Readers = new()
    {
        ["ActivityQueries.ActiveMatches"] = "One row an hour, whatever happens in it.",
    };

    /// <summary>Those that sort, and why that is all right.</summary>
    private static readonly Dictionary<string, string> Sorters = new()
    {
        ["ActivityQueries.Calls"] = "One row a length of time that calls took to begin.",
        ["TransparencyQueries.Count"] = "What was decided in one period.",
        ["DeskQueries.BusiestReporters"] = "One row a browser that reported, counted before.",
        ["DeskQueries.Pace"] = "What was decided in one period.",
    };

    private ExplainingStore store = null!;

    protected TestLog Log { get; } = new();

    private protected abstract Task<IReadStore> Open();

    public async ValueTask InitializeAsync() => store = new(await Open());

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await Log.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_query_of_the_desk_goes_by_an_index()
    {
        await Log.Traffic();
        var report = Guid.NewGuid();
        await Log.Reported(Guid.NewGuid(), Person.New(), Ada, reportId: report);
        await Log.Append(StreamName.For("case", Ada.Visitor), new CaseEvent.Decided(
            Ada.Visitor, Ada.Visitor, [report], CaseOutcome.Dismissed, null, Guid.NewGuid(), TestLog.Noon));
        await Log.Append(StreamName.For("ban", Ada.Visitor), new BanEvent.Issued(
            Guid.NewGuid(), Ada.Visitor, Policies.All.First(policy => policy.IsSevere).Code, 4, TestLog.Noon, null, "sealed", null, TestLog.Noon));
        await new Rebuild(store, Log.Feed).Run(ProjectionsSetup.All, null, default);
        var models = new ReadModels(store, ProjectionsSetup.All, TimeProvider.System);
        var (desk, offenders, rules, history) =
            (new DeskQueries(models), new OffenderQueries(models), new RuleQueries(models), new VisitorHistoryQueries(models, new(Log.Store)));
        var (now, first, next) = (TestLog.Noon.AddDays(1), default(DeskCursor), new DeskCursor(5, 5));
        var (log, transparency, activity) = (new LogQueries(models), new TransparencyQueries(models), new ActivityQueries(models));
        var period = new TransparencyPeriod(new(2026, 3, 1), new(2026, 3, 31));
        LogFilter nothing = new(null, null, null, null, null);
        var found = await log.Find(nothing, null, 20, Ct);
        LogFilter[] filters =
        [
            nothing, nothing with { Type = "moderation.case.reported.v1" }, nothing with { Actor = "system" }, nothing with { CorrelationId = Ada.Visitor },
            nothing with { From = TestLog.Noon }, nothing with { Until = now },
            new("moderation.case.reported.v1", "system", null, TestLog.Noon, now),
        ];
        ActFilter everything = new(null, null, null, null);
        ActFilter[] acts =
        [
            everything, everything with { Who = Ada.Visitor }, everything with { What = StaffActKind.Decision }, everything with { From = TestLog.Noon },
            new(Ada.Visitor, StaffActKind.Decision, TestLog.Noon, now),
        ];
        Guid[] some = [Ada.Visitor, Ada.Device];
        (string Name, Func<Task> Ask)[] questions =
        [
            ("DeskQueries.Find", async () => await desk.Find(some, Ct)),
            ("DeskQueries.BusiestReporters", () => desk.BusiestReporters(20, Ct)),
            .. from status in (ReportStatus?[])[null, .. Enum.GetValues<ReportStatus>()]
               from lane in new CaseLane?[] { null, CaseLane.Urgent }
               from after in new[] { first, next }
               select ("DeskQueries.Reports", (Func<Task>)(() => desk.Reports(status, lane, after, 20, Ct))),
            ("DeskQueries.Signs", () => desk.Signs(some, Ct)),
            ("DeskQueries.Report", () => desk.Report(Ada.Visitor, Ct)),
            ("DeskQueries.Bans", () => desk.Bans(false, now, null, 20, Ct)),
            ("DeskQueries.Bans", () => desk.Bans(true, now, 5, 20, Ct)),
            ("DeskQueries.Severe", () => desk.Severe(some, Ct)),
            ("DeskQueries.PreservedCases", () => desk.PreservedCases(Ct)),
            ("DeskQueries.SevereBansAlone", () => desk.SevereBansAlone(Ct)),
            ("DeskQueries.BannedForGood", () => desk.BannedForGood(Ct)),
            ("DeskQueries.Holds", () => desk.Holds(some, Ct)),
            ("DeskQueries.OpenCases", () => desk.OpenCases(CaseLane.Urgent, null, 20, Ct)),
            ("DeskQueries.OpenCases", () => desk.OpenCases(CaseLane.Urgent, new(5, Ada.Visitor), 20, Ct)),
            ("DeskQueries.ToLookOver", () => desk.ToLookOver(true, 20, Ct)),
            ("DeskQueries.ToLookOver", () => desk.ToLookOver(false, 20, Ct)),
            ("DeskQueries.Looks", () => desk.Looks(Ada.Visitor, now, Ct)),
            ("DeskQueries.CountToLookOver", () => desk.CountToLookOver(true, Ct)),
            ("DeskQueries.CountToLookOver", () => desk.CountToLookOver(false, Ct)),
            ("DeskQueries.Waiting", () => desk.Waiting(now, Ct)),
            ("DeskQueries.Pace", () => desk.Pace(TestLog.Noon, Ct)),
            ("DeskQueries.OpenAppeals", () => desk.OpenAppeals(null, 20, Ct)),
            ("DeskQueries.OpenAppeals", () => desk.OpenAppeals(5, 20, Ct)),
            ("DeskQueries.Appeal", () => desk.Appeal(Ada.Visitor, Ct)),
            ("OffenderQueries.Find", () => offenders.Find(Ada.Visitor, Ct)),
            ("OffenderQueries.Worst", () => offenders.Worst(20, Ct)),
            ("OffenderQueries.CountRepeated", () => offenders.CountRepeated(Ct)),
            ("OffenderQueries.ReportsOn", () => offenders.ReportsOn(Ada.Visitor, Ct)),
            ("OffenderQueries.LinkedTo", () => offenders.LinkedTo(Ada.Visitor, Ct)),
            ("RuleQueries.All", () => rules.All(Ct)),
            ("VisitorHistoryQueries.Of", () => history.Of(Ada.Visitor, null, 20, Ct)),
            ("VisitorHistoryQueries.Of", () => history.Of(Ada.Visitor, new(5), 20, Ct)),
            ("VisitorHistoryQueries.FirstOf", () => history.FirstOf(Ada.Visitor, Ct)),
            .. from filter in filters
               select ("VisitorHistoryQueries.Of", (Func<Task>)(() => history.Of(Ada.Visitor, new(5), 20, Ct, filter))),
            .. from filter in filters
               from before in new long?[] { null, 50 }
               select ("LogQueries.Find", (Func<Task>)(() => log.Find(filter, before, 20, Ct))),
            .. from filter in acts
               from before in new long?[] { null, 50 }
               select ("LogQueries.Acts", (Func<Task>)(() => log.Acts(filter, before, 20, Ct))),
            ("LogQueries.Related", () => log.Related(some, Ct)),
            ("LogQueries.TouchedBy", () => log.TouchedBy(found, Ct)),
            ("TransparencyQueries.Count", () => transparency.Count(period, Ct)),
            ("TransparencyQueries.Published", () => transparency.Published(null, 20, Ct)),
            ("TransparencyQueries.Published", () => transparency.Published(50, 20, Ct)),
            ("ActivityQueries.Hours", () => activity.Hours(TestLog.Noon, now, Ct)),
            ("ActivityQueries.Since", () => activity.Since(TestLog.Noon, Ct)),
            ("ActivityQueries.Calls", () => activity.Calls(TestLog.Noon, now, Ct)),
            ("ActivityQueries.ActiveMatches", () => activity.ActiveMatches(Ct)),
        ];

        var asked = questions.Select(question => question.Name).ToHashSet();
        string[] unasked = [.. typeof(DeskQueries).Assembly.GetTypes()
            .Where(type => type.GetConstructors().Any(made => made.GetParameters() is [{ ParameterType: var given }] && given == typeof(ReadModels)))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}").Where(name => !asked.Contains(name))];
        Assert.Empty(unasked);

        List<string> wrong = [];
        foreach (var (name, ask) in questions)
        {
            store.Take();
            await ask();
            var plans = store.Take();
            Assert.NotEmpty(plans);
            wrong.AddRange(plans
                .Where(plan => plan.Objections.Any(step => !(Sorts(step) ? Sorters : Readers).ContainsKey(name))
                    || plan.Walked.Any(step => !Walkers.GetValueOrDefault(name, []).Any(step.Contains)))
                .Select(plan => $"{name}:\n{plan.Text}\n{plan.Sql}\n"));
        }

        Assert.True(wrong is [], string.Join('\n', wrong));

        static bool Sorts(string step) => step.Contains("ORDER BY", StringComparison.Ordinal) || step.TrimStart(' ', '-', '>').StartsWith("Sort ", StringComparison.Ordinal);
    }
}

public sealed class SqlitePlanTests : PlanContract
{
    private protected override Task<IReadStore> Open() => Task.FromResult<IReadStore>(new SqliteReadStore(Path.Combine(Log.Folder, "read")));
}

public sealed class PostgresPlanTests : PlanContract
{
    private protected override async Task<IReadStore> Open() =>
        new PostgresReadStore(await (await PostgresServer.Shared()).NewDatabase(), TimeProvider.System);
}
