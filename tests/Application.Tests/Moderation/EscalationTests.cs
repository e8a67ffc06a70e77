using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Moderation;

public sealed class EscalationTests
{
    private readonly FailingNode node = new();
    private readonly World world;
    private readonly Records records = new();
    private readonly Escalation escalation;
    private readonly Guid ann = Guid.NewGuid();
    private readonly Guid bob = Guid.NewGuid();

    public EscalationTests()
    {
        world = new(registry: node);
        escalation = new(world.Executor, records, world.Bans, world.Sanctions, world.Clock, NullLogger<Escalation>.Instance);
    }

    [Fact]
    public async Task What_is_mild_is_told_after_a_while_and_what_is_severe_at_once()
    {
        await Reported(ann, ReportReason.Hate);
        await Reported(bob, ReportReason.Underage, oneWasRight: true);

        await escalation.Consider(ann);
        await escalation.Consider(bob);

        var mild = (await Case(ann)).Escalation!;
        Assert.Equal(world.Clock.GetUtcNow() + EscalationPolicy.Delay, mild.DueAt);
        Assert.Empty(await Sanctions(ann));
        Assert.Equal(world.Clock.GetUtcNow(), Assert.Single((await Events(bob)).OfType<CaseEvent.Escalated>()).DueAt);
        Assert.Single(await Sanctions(bob));
    }

    [Fact]
    public void Whoever_was_reported_is_told_within_a_minute() =>
        Assert.InRange(EscalationPolicy.Delay + Escalation.Step, TimeSpan.Zero, TimeSpan.FromMinutes(1));

    [Fact]
    public async Task A_look_that_failed_is_made_up_for_without_another_report()
    {
        await Reported(ann, ReportReason.Spam);
        records.IsDown = true;
        await escalation.Consider(ann);
        await escalation.Look(default);
        Assert.Null((await Case(ann)).Escalation);

        records.IsDown = false;
        await escalation.Look(default);
        Assert.Equal("spam", (await Case(ann)).Escalation?.Policy);
    }

    [Fact]
    public async Task Reports_that_were_not_enough_are_judged_again_when_there_are_others_and_each_hour()
    {
        records.LedToNothing = true;
        await Reported(ann, ReportReason.Spam);
        await escalation.Look(default);
        world.Clock.Advance(TimeSpan.FromMinutes(59));
        await escalation.Look(default);
        Assert.Equal(1, records.Asked);

        await Reported(ann, ReportReason.Hate);
        await escalation.Look(default);
        world.Clock.Advance(TimeSpan.FromMinutes(59));
        await escalation.Look(default);
        Assert.Equal(2, records.Asked);

        records.LedToNothing = false;
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await escalation.Look(default);
        Assert.Equal("spam", (await Case(ann)).Escalation?.Policy);
    }

    [Fact]
    public async Task What_met_a_claim_waits_for_no_hour()
    {
        var reports = await Reported(ann, ReportReason.Spam);
        records.Before = () => Execute(ann, new CaseCommand.View(reports[0], Guid.NewGuid(), world.Clock.GetUtcNow()));
        await escalation.Look(default);
        Assert.Null((await Case(ann)).Escalation);

        records.Before = null;
        await escalation.Look(default);
        Assert.Null((await Case(ann)).Escalation);

        world.Clock.Advance(Domain.Moderation.Case.Lease);
        await escalation.Look(default);
        Assert.Equal("spam", (await Case(ann)).Escalation?.Policy);
    }

    [Fact]
    public async Task What_somebody_looked_at_and_left_undecided_escalates_after_their_claim()
    {
        var reports = await Reported(ann, ReportReason.Spam);
        await Execute(ann, new CaseCommand.View(reports[0], Guid.NewGuid(), world.Clock.GetUtcNow()));
        await escalation.Consider(ann);
        Assert.Null((await Case(ann)).Escalation);

        world.Clock.Advance(Domain.Moderation.Case.Lease);
        await escalation.Look(default);
        Assert.Equal("spam", (await Case(ann)).Escalation?.Policy);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_or_done_holds_up_nobody_elses()
    {
        var broken = Guid.NewGuid();
        await world.Log.Append(
            StreamName.For("case", ReportPartnerHandler.CaseOf(broken)), ExpectedRevision.NoStream, [new(Guid.NewGuid(), "unknown.v1", "{}"u8.ToArray(), default)], default);
        await Reported(bob, ReportReason.Spam);
        await escalation.Consider(bob);
        world.Bans.Escalated.AddRange([broken, bob]);
        world.Bans.Reported.Insert(0, new(broken, "some"));
        await Reported(ann, ReportReason.Spam);

        await escalation.Advance(default);
        await escalation.Look(default);

        Assert.Equal("spam", (await Case(ann)).Escalation?.Policy);
        Assert.Empty((await Case(bob)).Open);
    }

    [Fact]
    public async Task After_an_automated_decision_what_is_open_about_something_else_waits_for_a_day()
    {
        await Reported(ann, ReportReason.Spam);
        var others = await Reported(ann, ReportReason.Harassment);
        await escalation.Consider(ann);
        var first = (await Case(ann)).Escalation!;
        Assert.Equal("spam", first.Policy);

        world.Bans.Escalated.Add(ann);
        await escalation.Arrive(ann);
        var known = await Case(ann);
        Assert.Equal(others, known.Open.Select(item => item.Id));
        Assert.Null(known.Escalation);

        world.Clock.Advance(EscalationPolicy.BetweenSteps - TimeSpan.FromSeconds(1));
        await escalation.Look(default);
        Assert.Null((await Case(ann)).Escalation);

        world.Clock.Advance(TimeSpan.FromHours(1));
        await escalation.Look(default);
        known = await Case(ann);
        Assert.Equal("harassment", known.Escalation?.Policy);
        await escalation.Arrive(ann);
        Assert.Empty((await Case(ann)).Open);
        Assert.Equal(
            [("spam", first.SanctionId), ("harassment", known.Escalation!.SanctionId)],
            (await Sanctions(ann)).Select(sanction => (sanction.Policy, sanction.Id)));
    }

    [Fact]
    public async Task What_escalated_before_a_decision_of_the_staff_can_escalate_again_after_it()
    {
        var reports = await Reported(ann, ReportReason.Spam);
        var staff = Guid.NewGuid();
        await Execute(ann, new CaseCommand.View(reports[0], staff, world.Clock.GetUtcNow()));
        world.Clock.Advance(Domain.Moderation.Case.Lease);
        await Reported(ann, ReportReason.Harassment);
        await Reported(ann, ReportReason.Harassment);
        await escalation.Consider(ann);
        Assert.Equal("harassment", (await Case(ann)).Escalation?.Policy);

        await Execute(ann, new CaseCommand.Decide(CaseOutcome.Dismissed, null, staff, world.Clock.GetUtcNow()));
        Assert.Null((await Case(ann)).Escalation);
        await escalation.Consider(ann);
        Assert.Equal("harassment", (await Case(ann)).Escalation?.Policy);
    }

    [Fact]
    public async Task Nothing_automated_comes_of_reports_about_which_a_decision_was_taken_back()
    {
        var undone = await Reported(ann, ReportReason.Spam);
        var staff = Guid.NewGuid();
        await Execute(ann, new CaseCommand.Decide(CaseOutcome.Dismissed, null, staff, world.Clock.GetUtcNow()));
        await Execute(ann, new CaseCommand.Undo(staff, world.Clock.GetUtcNow()));
        world.Clock.Advance(Domain.Moderation.Case.Lease);
        await escalation.Look(default);
        Assert.Equal(undone, (await Case(ann)).Open.Select(item => item.Id));
        Assert.Null((await Case(ann)).Escalation);

        // What others report of the same escalates, and decides no more than that.
        await Reported(ann, ReportReason.Spam);
        await escalation.Look(default);
        Assert.Equal("spam", (await Case(ann)).Escalation?.Policy);
        world.Bans.Escalated.Add(ann);
        await escalation.Arrive(ann);
        Assert.Single(await Sanctions(ann));
        Assert.Equal(undone, (await Case(ann)).Open.Select(item => item.Id));
    }

    [Fact]
    public async Task A_ban_that_comes_with_a_join_takes_the_visitor_out_of_their_match_and_tells_them()
    {
        world.Connections.Open(ann);
        await world.Join(ann);
        await world.Join(bob);
        await Reported(ann, ReportReason.Hate);
        await escalation.Consider(ann);
        world.Bans.Escalated.Add(ann);

        await escalation.Arrive(ann);

        Assert.Null(world.Matches.Of(ann));
        Assert.False(world.Connections.IsConnected(ann));
        Assert.Equal(("hate", world.Clock.GetUtcNow().AddHours(1)), world.Connections.To<Banned>(ann).Select(told => (told.Reason, told.Until!.Value)).Single());
    }

    [Fact]
    public async Task A_node_that_fails_while_a_ban_takes_effect_fails_no_join_and_what_comes_after_the_ban_comes()
    {
        await Reported(ann, ReportReason.Hate);
        await escalation.Consider(ann);
        var others = await Reported(ann, ReportReason.Underage, oneWasRight: true);
        node.Fails = true;

        world.Bans.Escalated.Add(ann);
        await escalation.Arrive(ann);

        Assert.Equal(["hate", "underage"], (await Sanctions(ann)).Select(ban => ban.Policy));
        Assert.Equal([ann], world.Bans.BannedAmong(ann, []));
        Assert.Empty((await Case(ann)).Open);
    }

    [Fact]
    public async Task Browsers_without_a_past_that_report_day_after_day_put_nobody_out_for_more_than_a_week()
    {
        world.Bans.Escalated.Add(ann);
        for (var day = 0; day < 4; day++)
        {
            await Reported(ann, ReportReason.Hate);
            await escalation.Consider(ann);
            await escalation.Arrive(ann);
            Assert.Empty((await Case(ann)).Open);
            world.Clock.Advance(TimeSpan.FromDays(8));
        }

        Assert.Equal(
            [TimeSpan.FromHours(1), TimeSpan.FromDays(7), TimeSpan.FromDays(7), TimeSpan.FromDays(7)],
            (await Sanctions(ann)).Select(ban => ban.Until!.Value - ban.At));
    }

    [Fact]
    public async Task Browsers_without_a_past_ban_nobody_for_good()
    {
        await Reported(ann, ReportReason.Underage);

        await escalation.Consider(ann);

        var known = await Case(ann);
        Assert.Null(known.Escalation);
        Assert.Equal(EscalationPolicy.LeastReporters, known.Open.Count);
    }

    /// <summary>As many as it takes report a visitor for the first time.</summary>
    /// <param name="oneWasRight">One of them had reported somebody before, and people found that right.</param>
    private async Task<List<Guid>> Reported(Guid visitor, ReportReason reason, bool oneWasRight = false)
    {
        var reports = new List<Guid>();
        for (var i = 0; i < EscalationPolicy.LeastReporters; i++)
        {
            var device = Guid.NewGuid();
            if (oneWasRight && i == 0)
            {
                records.Right.Add(device);
            }

            reports.Add(Guid.NewGuid());
            await Execute(visitor, new CaseCommand.Report(new(
                ReportPartnerHandler.CaseOf(visitor), reports[^1], Guid.NewGuid(), Guid.NewGuid(), device, visitor, visitor, reason, null, "key",
                "sealed", "00", 0, world.Clock.GetUtcNow())));
        }

        var before = world.Bans.Reported.Find(one => one.VisitorId == visitor);
        world.Bans.Reported.RemoveAll(one => one == before);
        world.Bans.Reported.Add(new(visitor, string.Join(',', [before?.Reports, .. reports])));
        return reports;
    }

    private async Task Execute(Guid visitor, CaseCommand command) => Assert.IsType<Executed<CaseEvent, CaseState>.Done>(
        await world.Executor.Execute(
            Domain.Moderation.Case.Decider, ReportPartnerHandler.CaseOf(visitor), command, Guid.NewGuid(), EventMetadata.System, default));

    private Task<CaseState> Case(Guid visitor) => world.Executor.Load(Domain.Moderation.Case.Decider, ReportPartnerHandler.CaseOf(visitor), default);

    private async Task<IReadOnlyList<CaseEvent>> Events(Guid visitor)
    {
        var events = new List<CaseEvent>();
        await foreach (var recorded in world.Log.Read(StreamName.For("case", ReportPartnerHandler.CaseOf(visitor)), 0, default))
        {
            events.Add((CaseEvent)EventCodec.Default.Decode(recorded));
        }

        return events;
    }

    private async Task<IReadOnlyList<Sanction>> Sanctions(Guid visitor) => (await world.Executor.Load(Ban.Decider, visitor, default)).Sanctions;

    private sealed class Records : IReporterRecords
    {
        /// <summary>Browsers of which people found one report right.</summary>
        public HashSet<Guid> Right { get; } = [];

        /// <summary>Whether every other browser reported in vain before; else none of them had a report decided yet.</summary>
        public bool LedToNothing { get; set; }

        public bool IsDown { get; set; }

        /// <summary>What happens while somebody asks.</summary>
        public Func<Task>? Before { get; set; }

        public int Asked { get; private set; }

        public async ValueTask<IReadOnlyDictionary<Guid, ReporterRecord>> Find(IReadOnlyCollection<Guid> deviceIds, CancellationToken ct)
        {
            Asked++;
            await (Before?.Invoke() ?? Task.CompletedTask);
            return IsDown ? throw new DependencyUnavailableException("read-models")
                : deviceIds.Where(device => LedToNothing || Right.Contains(device))
                    .ToDictionary(device => device, device => Right.Contains(device) ? new ReporterRecord(1, 0) : new(0, 9));
        }
    }
}
