using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Moderation;

public sealed class EscalationTests
{
    private readonly World world = new();
    private readonly Records records = new();
    private readonly Escalation escalation;
    private readonly Guid ann = Guid.NewGuid();
    private readonly Guid bob = Guid.NewGuid();

    public EscalationTests() => escalation = new(
        world.Executor, records, world.Sealer, world.Bans, world.Bans, null!, world.Clock, NullLogger<Escalation>.Instance);

    [Fact]
    public async Task A_look_that_failed_is_made_up_for_without_another_report()
    {
        await Reported(ann, ReportReason.Spam);
        records.IsDown = true;
        await escalation.Consider(ann);
        await escalation.Advance(default);
        Assert.Null((await Case(ann)).Escalation);

        records.IsDown = false;
        world.Clock.Advance(TimeSpan.FromSeconds(29));
        await escalation.Advance(default);
        Assert.Null((await Case(ann)).Escalation);

        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await escalation.Advance(default);
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
        await escalation.Advance(default);
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
        world.Bans.Reported.Insert(0, broken);
        await Reported(ann, ReportReason.Spam);

        await escalation.Advance(default);

        Assert.Equal("spam", (await Case(ann)).Escalation?.Policy);
        Assert.Empty((await Case(bob)).Open);
    }

    [Fact]
    public async Task After_an_automated_decision_what_is_open_about_something_else_is_looked_at()
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
        Assert.Equal("harassment", known.Escalation?.Policy);

        await escalation.Arrive(ann);
        Assert.Empty((await Case(ann)).Open);
        Assert.Equal(
            [("spam", first.SanctionId), ("harassment", known.Escalation!.SanctionId)],
            (await world.Executor.Load(Ban.Decider, ann, default)).Sanctions.Select(sanction => (sanction.Policy, sanction.Id)));
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
    public async Task Browsers_without_a_past_ban_nobody_for_good()
    {
        await Reported(ann, ReportReason.Underage);

        await escalation.Consider(ann);

        var known = await Case(ann);
        Assert.Null(known.Escalation);
        Assert.Equal(EscalationPolicy.LeastReporters, known.Open.Count);
    }

    /// <summary>As many as it takes report a visitor for the first time.</summary>
    private async Task<List<Guid>> Reported(Guid visitor, ReportReason reason)
    {
        var reports = new List<Guid>();
        for (var i = 0; i < EscalationPolicy.LeastReporters; i++)
        {
            reports.Add(Guid.NewGuid());
            await Execute(visitor, new CaseCommand.Report(new(
                ReportPartnerHandler.CaseOf(visitor), reports[^1], Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), visitor, visitor, reason, null, "key",
                "sealed", "00", 0, world.Clock.GetUtcNow())));
        }

        world.Bans.Reported.Add(visitor);
        return reports;
    }

    private async Task Execute(Guid visitor, CaseCommand command) => Assert.IsType<Executed<CaseEvent, CaseState>.Done>(
        await world.Executor.Execute(
            Domain.Moderation.Case.Decider, ReportPartnerHandler.CaseOf(visitor), command, Guid.NewGuid(), EventMetadata.System, default));

    private Task<CaseState> Case(Guid visitor) => world.Executor.Load(Domain.Moderation.Case.Decider, ReportPartnerHandler.CaseOf(visitor), default);

    /// <summary>Nobody had a report decided yet.</summary>
    private sealed class Records : IReporterRecords
    {
        public bool IsDown { get; set; }

        public ValueTask<IReadOnlyDictionary<Guid, ReporterRecord>> Find(IReadOnlyCollection<Guid> deviceIds, CancellationToken ct) =>
            IsDown ? throw new DependencyUnavailableException("read-models")
            : new(new Dictionary<Guid, ReporterRecord>());
    }
}
