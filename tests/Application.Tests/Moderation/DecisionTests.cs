using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Application.Settings;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Tests.Moderation;

/// <summary>Two people decide one case at the same moment: whoever is told that they came too late has done nothing.</summary>
public sealed class DecisionTests
{
    private readonly World world = new();
    private readonly Guid ann = Guid.NewGuid();
    private readonly Guid staff = Guid.NewGuid();
    private readonly Guid other = Guid.NewGuid();
    private readonly Guid caseId;
    private readonly UpholdReportsHandler uphold;
    private readonly IssueBanHandler ban;
    private readonly DismissReportsHandler dismiss;
    private readonly UndoDecisionHandler undo;
    private readonly Escalation escalation;

    public DecisionTests()
    {
        caseId = ReportPartnerHandler.CaseOf(ann);
        var preservation = new Preservation(world.Executor, world.Sealer, Options.Create(new RetentionOptions()), NullLogger<Preservation>.Instance);
        uphold = new(world.Executor, world.Sanctions, preservation, world.Clock);
        ban = new(world.Executor, world.Sanctions, preservation, world.Clock, NullLogger<IssueBanHandler>.Instance);
        dismiss = new(world.Executor, world.Clock);
        undo = new(world.Executor, world.Sealer, preservation, world.Clock);
        escalation = new(world.Executor, null!, world.Bans, world.Sanctions, world.Clock, NullLogger<Escalation>.Instance);
    }

    [Fact]
    public async Task Whoever_dismisses_before_a_sanction_is_imposed_is_told_that_somebody_is_at_it()
    {
        await Reported();
        Outcome<Nothing>? dismissed = null;
        world.Log.Before("ban", async () => dismissed = await dismiss.Handle(new(caseId, other), default));

        var upheld = Done(await Uphold(staff, "hate"));

        Assert.Equal(new CaseStanding.Claimed(staff, Now + Case.Lease), Conflict(dismissed!));
        Assert.Equal([upheld.SanctionId], (await Sanctions()).Select(sanction => (Guid?)sanction.Id));
        Assert.Equal((CaseOutcome.Upheld, upheld.SanctionId), ((await Known()).LastDecision!.Outcome, (await Known()).LastDecision!.SanctionId));
    }

    [Fact]
    public async Task Whoever_upholds_and_finds_the_case_dismissed_right_before_has_sanctioned_nobody()
    {
        await Reported();
        world.Log.Before("case", async () => Done(await dismiss.Handle(new(caseId, other), default)));

        Assert.Equal(new CaseStanding.Decided(CaseOutcome.Dismissed, other, Now), Conflict(await Uphold(staff, "hate")));
        Assert.Empty(await Sanctions());
    }

    [Theory]
    [InlineData("case")]
    [InlineData("ban")]
    public async Task Of_two_who_uphold_different_policies_at_once_one_sanctions(string category)
    {
        await Reported();
        Outcome<UpheldReports>? second = null;
        world.Log.Before(category, async () => second = await Uphold(other, "harassment"));

        var first = await Uphold(staff, "hate");

        Conflict(new[] { first, second! }.Single(outcome => outcome is Outcome<UpheldReports>.Refused));
        var done = Done(new[] { first, second! }.Single(outcome => outcome is Outcome<UpheldReports>.Done));
        var sanction = Assert.Single(await Sanctions());
        Assert.Equal((done.SanctionId, (await Known()).LastDecision!.Policy), (sanction.Id, sanction.Policy));
    }

    [Theory]
    [InlineData("case")]
    [InlineData("ban")]
    public async Task Of_one_who_upholds_different_policies_in_two_windows_at_once_one_is_done(string category)
    {
        await Reported();
        Outcome<UpheldReports>? second = null;
        world.Log.Before(category, async () => second = await Uphold(staff, "harassment"));

        var first = await Uphold(staff, "hate");

        Conflict(new[] { first, second! }.Single(outcome => outcome is Outcome<UpheldReports>.Refused));
        Assert.Equal((await Known()).LastDecision!.Policy, Assert.Single(await Sanctions()).Policy);
    }

    [Fact]
    public async Task One_who_upholds_twice_in_two_windows_sanctions_once()
    {
        await Reported();
        Outcome<UpheldReports>? second = null;
        world.Log.Before("ban", async () => second = await Uphold(staff, "hate"));

        Conflict(await Uphold(staff, "hate"));

        Assert.Equal(Done(second!).SanctionId, Assert.Single(await Sanctions()).Id);
    }

    [Fact]
    public async Task Whoever_bans_while_somebody_decides_the_reports_is_told_so_and_bans_nobody()
    {
        await Reported();
        world.Log.Before("case", async () =>
            Assert.IsType<Executed<CaseEvent, CaseState>.Done>(
                await Execute(new CaseCommand.View((await Known()).Open[0].Id, other, Now))));

        Assert.Equal(new CaseStanding.Claimed(other, Now + Case.Lease), Conflict(await Ban(staff)));
        Assert.Empty(await Sanctions());
    }

    [Fact]
    public async Task Nobody_decides_reports_otherwise_while_a_ban_that_settles_them_is_issued()
    {
        await Reported();
        Outcome<Nothing>? dismissed = null;
        world.Log.Before("ban", async () => dismissed = await dismiss.Handle(new(caseId, other), default));

        var issued = Done(await Ban(staff));

        Conflict(dismissed!);
        Assert.Equal(issued.SanctionId, (await Known()).LastDecision!.SanctionId);
    }

    [Fact]
    public async Task Who_is_banned_stays_banned_although_the_reports_were_decided_a_moment_before()
    {
        await Reported();
        world.Log.Before("case", async () => Done(await dismiss.Handle(new(caseId, other), default)));

        Done(await Ban(staff));

        Assert.Single(await Sanctions());
        Assert.Equal(CaseOutcome.Dismissed, (await Known()).LastDecision!.Outcome);
    }

    [Fact]
    public async Task A_ban_from_a_case_in_which_nothing_is_theirs_to_decide_is_refused_and_bans_nobody()
    {
        await Reported();
        await Execute(new CaseCommand.View((await Known()).Open[0].Id, staff, Now));
        Done(await dismiss.Handle(new(caseId, staff), default));
        await Reported();
        Assert.Equal(new CaseStanding.Decided(CaseOutcome.Dismissed, staff, Now), Conflict(await FromCase()));

        await Execute(new CaseCommand.View((await Known()).Open[0].Id, staff, Now));
        await Execute(new CaseCommand.Refer(Guid.NewGuid(), "sealed", "key", staff, Now));
        Forbidden(await FromCase());

        await Reported(ReportReason.Underage);
        Forbidden(await FromCase());

        Assert.Empty(await Sanctions());
        Done(await Ban(staff));

        async Task<Outcome<IssuedBan>> FromCase() =>
            await ban.Handle(new(Guid.NewGuid(), ann, "hate", null, "Why.", staff, Version: (await Known()).Version), default);

        static void Forbidden(Outcome<IssuedBan> outcome) => Assert.Equal("forbidden", Assert.IsType<Outcome<IssuedBan>.Refused>(outcome).Refusal.Code);
    }

    [Theory]
    [InlineData("case")]
    [InlineData("ban")]
    public async Task A_case_never_says_that_a_decision_was_taken_back_whose_sanction_lasts(string broken)
    {
        await Reported();
        Done(await Ban(staff));
        Conflict(await undo.Handle(new(caseId, other), default));
        Assert.False((await Sanctions())[0].IsTakenBack);

        world.Log.Break(broken, FaultyEventStore.Fault.Down);
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await undo.Handle(new(caseId, staff), default));
        world.Log.Mend();
        Assert.Null((await Known()).LastUndone);
        Assert.Equal(broken == "case", (await Sanctions())[0].IsTakenBack);

        Done(await undo.Handle(new(caseId, staff), default));
        Done(await undo.Handle(new(caseId, staff), default));
        Assert.Single((await Known()).Open);
        Assert.True(Assert.Single(await Sanctions()).IsTakenBack);
        Assert.Single(world.Log.All, recorded => recorded.Type == "moderation.ban.lifted.v1");
    }

    [Fact]
    public async Task A_severe_ban_makes_severe_also_what_is_reported_after_it()
    {
        await Joined();
        Done(await ban.Handle(new(Guid.NewGuid(), ann, "child-safety", null, "Why.", staff), default));
        await Reported();

        Assert.True((await Known()).IsSevere);
        Assert.Equal("forbidden", Assert.IsType<Outcome<Nothing>.Refused>(await dismiss.Handle(new(caseId, other), default)).Refusal.Code);
    }

    [Fact]
    public async Task A_severe_ban_stands_and_is_answered_though_the_case_cannot_be_made_severe_at_once()
    {
        await Joined();
        world.Log.Before("ban", () =>
        {
            world.Log.Break("case", FaultyEventStore.Fault.Down);
            return Task.CompletedTask;
        });

        Done(await ban.Handle(new(Guid.NewGuid(), ann, "child-safety", null, "Why.", staff), default));

        world.Log.Mend();
        Assert.Single(await Sanctions());
        Assert.False((await Known()).IsSevere);
    }

    [Fact]
    public async Task Where_no_sanction_comes_of_it_whoever_claimed_the_case_may_do_something_else_at_once()
    {
        await Reported();
        Done(await Ban(staff));
        await Reported();

        var refused = Assert.IsType<Outcome<UpheldReports>.Refused>(await Uphold(staff, "hate"));

        Assert.Equal("conflict", refused.Refusal.Code);
        Assert.Null(Done(await Uphold(staff, "hate", statement: null)).SanctionId);
        Assert.Empty((await Known()).Open);
    }

    [Fact]
    public async Task What_ended_between_the_sanction_and_the_decision_is_gone_on_with_by_the_same_and_after_the_claim_by_anybody()
    {
        await Reported();
        world.Log.Before("ban", () =>
        {
            world.Log.Break("case", FaultyEventStore.Fault.Down);
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await Uphold(staff, "hate"));
        world.Log.Mend();

        Assert.Equal(new CaseStanding.Claimed(staff, Now + Case.Lease), Conflict(await dismiss.Handle(new(caseId, other), default)));
        var again = Done(await Uphold(staff, "hate"));
        Assert.Equal(again.SanctionId, Assert.Single(await Sanctions()).Id);

        await Reported();
        Assert.IsType<Executed<CaseEvent, CaseState>.Done>(await Execute(new CaseCommand.Reserve(Guid.NewGuid(), staff, Now)));
        world.Clock.Advance(Case.Lease);
        Done(await dismiss.Handle(new(caseId, other), default));
    }

    [Fact]
    public async Task An_automated_sanction_gives_way_to_whoever_looks_right_before_it()
    {
        await Escalated();
        world.Log.Before("case", async () => await Execute(new CaseCommand.View((await Known()).Open[0].Id, other, Now)));

        await escalation.Arrive(ann);

        Assert.Empty(await Sanctions());
        Done(await dismiss.Handle(new(caseId, other), default));
    }

    [Fact]
    public async Task An_automated_sanction_and_its_decision_are_one_for_whoever_looks_in_between()
    {
        await Escalated();
        Outcome<Nothing>? dismissed = null;
        world.Log.Before("ban", async () => dismissed = await dismiss.Handle(new(caseId, other), default));

        await escalation.Arrive(ann);

        Assert.Equal(new CaseStanding.Claimed(null, Now + Case.Lease), Conflict(dismissed!));
        Assert.Equal(Assert.Single(await Sanctions()).Id, (await Known()).LastDecision!.SanctionId);
        Assert.Null((await Known()).Claim);
    }

    private DateTimeOffset Now => world.Clock.GetUtcNow();

    private static T Done<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Done>(outcome).Value;

    private static CaseStanding? Conflict<T>(Outcome<T> outcome)
    {
        var refusal = Assert.IsType<Outcome<T>.Refused>(outcome).Refusal;
        Assert.Equal("conflict", refusal.Code);
        return refusal.Case;
    }

    private Task<Executed<VisitorEvent, VisitorState>> Joined() => world.Executor.Execute(
        Visitor.Decider, ann, new VisitorCommand.StartSession(ann, ann, 1990, 2026, true, "1", string.Empty, Now), Guid.NewGuid(),
        EventMetadata.System, default);

    private async Task Reported(ReportReason reason = ReportReason.Hate)
    {
        await Joined();
        Assert.IsType<Executed<CaseEvent, CaseState>.Done>(await Execute(new CaseCommand.Report(new(
            caseId, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), ann, ann, reason, null, "key", "sealed", "00", 0, Now))));
    }

    private async Task Escalated()
    {
        await Reported();
        Assert.IsType<Executed<CaseEvent, CaseState>.Done>(await Execute(new CaseCommand.Escalate(Guid.NewGuid(), "hate", Now, Now)));
        world.Bans.Escalated.Add(ann);
    }

    private async Task<Outcome<UpheldReports>> Uphold(Guid by, string policy, string? statement = "Why.") =>
        await uphold.Handle(new(caseId, policy, statement, by), default);

    private async Task<Outcome<IssuedBan>> Ban(Guid by) => await ban.Handle(new(Guid.NewGuid(), ann, "hate", null, "Why.", by), default);

    private Task<Executed<CaseEvent, CaseState>> Execute(CaseCommand command) =>
        world.Executor.Execute(Case.Decider, caseId, command, Guid.NewGuid(), EventMetadata.System, default);

    private Task<CaseState> Known() => world.Executor.Load(Case.Decider, caseId, default);

    private async Task<IReadOnlyList<Sanction>> Sanctions() => (await world.Executor.Load(Domain.Moderation.Ban.Decider, ann, default)).Sanctions;
}
