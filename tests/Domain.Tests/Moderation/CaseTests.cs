using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class CaseTests
{
    private static readonly Guid CaseId = new("cccccccc-0000-4000-8000-000000000001");
    private static readonly Guid Reporter = new("11111111-0000-4000-8000-000000000001");
    private static readonly Guid OtherReporter = new("33333333-0000-4000-8000-000000000001");
    private static readonly Guid Reported = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");
    private static readonly Guid OtherStaff = new("99999999-0000-4000-8000-000000000002");
    private static readonly Guid SanctionId = new("bbbbbbbb-0000-4000-8000-000000000001");
    private static readonly Guid Device = new("dddddddd-0000-4000-8000-000000000001");
    private static readonly Guid MatchId = new("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly Guid OtherMatchId = new("aaaaaaaa-0000-4000-8000-000000000002");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<ReportReason> Reasons => [.. Enum.GetValues<ReportReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_match_is_reported_once_by_each_participant_for_any_reason(ReportReason reason) =>
        Case.Decider.Given()
            .When(new CaseCommand.Report(Report(reason: reason)))
            .Then(Report(reason: reason), Twice.IsRefused("case.already-reported"));

    [Fact]
    public void A_report_needs_no_comment_and_no_messages() =>
        Case.Decider.Given()
            .When(new CaseCommand.Report(Report() with { Comment = null, EvidenceMessages = 0 }))
            .Then(Report() with { Comment = null, EvidenceMessages = 0 }, Twice.IsRefused("case.already-reported"));

    [Fact]
    public void Reporting_the_same_match_with_another_reason_is_refused() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.Report(Report(number: 2, reason: ReportReason.Threat)))
            .ThenRefused("case.already-reported");

    [Fact]
    public void Another_match_with_the_same_visitor_can_be_reported() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.Report(Report(number: 2, match: OtherMatchId)))
            .Then(Report(number: 2, match: OtherMatchId), Twice.IsRefused("case.already-reported"));

    [Fact]
    public void Somebody_elses_report_joins_the_same_case() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.Report(Report(number: 2, reporter: OtherReporter, match: OtherMatchId)))
            .Then(Report(number: 2, reporter: OtherReporter, match: OtherMatchId), Twice.IsRefused("case.already-reported"));

    [Fact]
    public void Nobody_can_report_themselves() =>
        Case.Decider.Given().When(new CaseCommand.Report(Report(reporter: Reported))).ThenRefused("case.report-self");

    [Fact]
    public void Opening_a_report_claims_the_case_and_is_recorded_each_time() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.View(ReportId(1), Staff, Noon))
            .Then([Claimed(Staff, Noon), Viewed(Staff, Noon)], Twice.HappensDifferently);

    [Fact]
    public void A_claim_is_renewed_when_half_of_it_is_over()
    {
        var given = new CaseEvent[] { Report(), Claimed(Staff, Noon) };
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId(1), Staff, Noon.AddMinutes(2))).Then(Viewed(Staff, Noon.AddMinutes(2)), Twice.HappensAgain);
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId(1), Staff, Noon.AddMinutes(3)))
            .Then([Claimed(Staff, Noon.AddMinutes(3)), Viewed(Staff, Noon.AddMinutes(3))], Twice.HappensDifferently);
    }

    [Fact]
    public void While_somebody_works_on_a_case_nobody_else_does()
    {
        var given = new CaseEvent[] { Report(), Claimed(Staff, Noon) };
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId(1), OtherStaff, Noon.AddMinutes(4))).ThenRefused("case.claimed");
        Case.Decider.Given(given).When(new CaseCommand.Decide(CaseOutcome.Dismissed, null, OtherStaff, Noon.AddMinutes(4))).ThenRefused("case.claimed");
    }

    [Fact]
    public void After_five_minutes_somebody_else_may_go_on() =>
        Case.Decider.Given(Report(), Claimed(Staff, Noon))
            .When(new CaseCommand.View(ReportId(1), OtherStaff, Noon.AddMinutes(5)))
            .Then([Claimed(OtherStaff, Noon.AddMinutes(5)), Viewed(OtherStaff, Noon.AddMinutes(5))], Twice.HappensDifferently);

    [Fact]
    public void A_case_is_taken_on_before_anything_of_it_is_opened_and_taken_over_only_by_who_says_so()
    {
        var take = new CaseCommand.TakeOn(Staff, Noon);
        Case.Decider.Given(Report()).When(take).Then(Claimed(Staff, Noon), Twice.ChangesNothing);

        CaseEvent[] given = [Report(), Claimed(Staff, Noon)];
        var (soon, late) = (Noon.AddMinutes(2), Noon.AddMinutes(4));
        Case.Decider.Given(given).When(take with { At = soon }).ThenNothing();
        Case.Decider.Given(given).When(take with { At = late }).Then(Claimed(Staff, late), Twice.ChangesNothing);
        Case.Decider.Given(given).When(take with { By = OtherStaff, At = soon }).ThenRefused("case.claimed");
        Case.Decider.Given(given).When(take with { By = OtherStaff, At = soon, TakesOver = true }).Then(Claimed(OtherStaff, soon), Twice.ChangesNothing);

        // A sanction on its way is taken from nobody, and what is decided is nobody's to take.
        Case.Decider.Given(Report(), Viewed(Staff, Noon), Reserved(Staff, Noon))
            .When(take with { By = OtherStaff, At = soon, TakesOver = true }).ThenRefused("case.claimed");
        Case.Decider.Given().When(take).ThenRefused("case.not-open");
    }

    [Fact]
    public void A_case_is_reserved_for_a_sanction_by_one_who_then_does_nothing_else_with_it_until_it_is_decided()
    {
        var (reserve, another) = (new CaseCommand.Reserve(SanctionId, Staff, Noon), Guid.NewGuid());
        Case.Decider.Given(Report()).When(reserve).Then(Reserved(Staff, Noon), Twice.ChangesNothing);

        CaseEvent[] given = [Report(), Viewed(Staff, Noon), Reserved(Staff, Noon)];
        var (late, over) = (Noon.AddMinutes(4), Noon.AddMinutes(5));
        var decide = new CaseCommand.Decide(CaseOutcome.Upheld, SanctionId, Staff, late);
        Case.Decider.Given(given).When(new CaseCommand.Reserve(another, OtherStaff, late)).ThenRefused("case.claimed");
        Case.Decider.Given(given).When(new CaseCommand.Reserve(another, Staff, late)).ThenRefused("case.claimed");
        Case.Decider.Given(given).When(new CaseCommand.Reserve(SanctionId, null, late)).ThenRefused("case.claimed");
        Case.Decider.Given(given).When(Dismiss(Staff) with { At = late }).ThenRefused("case.claimed");
        Case.Decider.Given(given).When(reserve with { At = late }).Then(Reserved(Staff, late), Twice.ChangesNothing);
        Case.Decider.Given(given).When(decide).Then(
            new CaseEvent.Decided(CaseId, Reported, [ReportId(1)], CaseOutcome.Upheld, SanctionId, Staff, late), Twice.IsRefused("case.not-open"));

        Case.Decider.Given(given).When(new CaseCommand.View(ReportId(1), Staff, late)).Then(Viewed(Staff, late), Twice.HappensAgain);
        Case.Decider.Given(given).When(Dismiss(OtherStaff) with { At = over }).Then(Decided(OtherStaff, 1) with { At = over }, Twice.IsRefused("case.not-open"));
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId(1), Staff, over))
            .Then([Claimed(Staff, over), Viewed(Staff, over)], Twice.HappensDifferently);
    }

    [Fact]
    public void Whoever_reserved_a_case_for_a_sanction_that_did_not_come_does_something_else_at_once()
    {
        CaseEvent[] given = [Report(), Reserved(Staff, Noon)];
        var late = Noon.AddMinutes(4);
        var freed = Claimed(Staff, Noon) with { At = late };
        Case.Decider.Given(given).When(new CaseCommand.Free(SanctionId, Staff, late)).Then(freed, Twice.ChangesNothing);
        Case.Decider.Given([.. given, freed]).When(Dismiss(Staff) with { At = late }).Then(Decided(Staff, 1) with { At = late }, Twice.IsRefused("case.not-open"));
        Case.Decider.Given([.. given, freed]).When(Dismiss(OtherStaff) with { At = late }).ThenRefused("case.claimed");

        Case.Decider.Given(given).When(new CaseCommand.Free(SanctionId, OtherStaff, late)).ThenNothing();
        Case.Decider.Given(given).When(new CaseCommand.Free(Guid.NewGuid(), Staff, late)).ThenNothing();
    }

    [Fact]
    public void A_case_is_reserved_where_there_is_something_to_decide_by_whoever_may()
    {
        var reserve = new CaseCommand.Reserve(SanctionId, Staff, Noon);
        Case.Decider.Given().When(reserve).ThenRefused("case.not-open");
        Case.Decider.Given(Report(), Decided(OtherStaff, 1)).When(reserve).ThenRefused("case.not-open");
        Case.Decider.Given(Report()).When(reserve with { By = null }).ThenRefused("case.not-open");
        Case.Decider.Given(Report(reason: ReportReason.Underage)).When(reserve).ThenRefused("case.restricted");
        Case.Decider.Given(Report(reason: ReportReason.Underage)).When(reserve with { HandlesSevere = true })
            .Then(Reserved(Staff, Noon), Twice.ChangesNothing);
    }

    [Fact]
    public void What_escalated_is_reserved_like_anything_else_and_free_again_with_its_decision()
    {
        var hate = Report(number: 2, reporter: OtherReporter, match: OtherMatchId, reason: ReportReason.Hate);
        var reserved = Reserved(null, Noon);
        CaseEvent[] given = [Report(), hate, new CaseEvent.Escalated(CaseId, Reported, SanctionId, "hate", Noon, Noon)];
        Case.Decider.Given(given).When(new CaseCommand.Reserve(SanctionId, null, Noon)).Then(reserved, Twice.ChangesNothing);

        Case.Decider.Given([.. given, reserved]).When(Dismiss(Staff)).ThenRefused("case.claimed");
        Case.Decider.Given([.. given, reserved]).When(new CaseCommand.View(ReportId(1), Staff, Noon)).ThenRefused("case.claimed");
        var decided = new CaseEvent.Decided(CaseId, Reported, [ReportId(2)], CaseOutcome.Upheld, SanctionId, null, Noon);
        Case.Decider.Given([.. given, reserved, decided]).When(Dismiss(Staff)).Then(Decided(Staff, 1), Twice.IsRefused("case.not-open"));
    }

    [Fact]
    public void A_report_that_is_not_there_is_not_opened() =>
        Case.Decider.Given(Report()).When(new CaseCommand.View(ReportId(2), Staff, Noon)).ThenRefused("case.unknown");

    [Fact]
    public void A_decision_closes_the_open_reports_once() =>
        Case.Decider.Given(Report(), Claimed(Staff, Noon))
            .When(new CaseCommand.Decide(CaseOutcome.Dismissed, null, Staff, Noon))
            .Then(Decided(Staff, 1), Twice.IsRefused("case.not-open"));

    [Fact]
    public void A_decision_of_the_staff_is_about_what_was_open_when_they_last_looked()
    {
        var later = Report(number: 2, reporter: OtherReporter, match: OtherMatchId);
        CaseEvent[] given = [Report(), Claimed(Staff, Noon), Viewed(Staff, Noon), later];
        Case.Decider.Given(given).When(Dismiss(Staff)).Then(Decided(Staff, 1), Twice.IsRefused("case.not-open"));
        Assert.Equal([ReportId(2)], Case.Decider.Fold([.. given, Decided(Staff, 1)]).Open.Select(item => item.Id));

        Case.Decider.Given([.. given, Viewed(Staff, Noon)]).When(Dismiss(Staff)).Then(Decided(Staff, 1, 2), Twice.IsRefused("case.not-open"));
        Case.Decider.Given(Report(), Viewed(OtherStaff, Noon), later).When(Dismiss(Staff)).Then(Decided(Staff, 1, 2), Twice.IsRefused("case.not-open"));
    }

    [Fact]
    public void An_automated_decision_is_about_its_policy_and_leaves_the_rest_to_whoever_works_on_it()
    {
        var other = Report(number: 2, reporter: OtherReporter, match: OtherMatchId, reason: ReportReason.Hate);
        CaseEvent[] given = [Report(), other, new CaseEvent.Escalated(CaseId, Reported, SanctionId, "hate", Noon, Noon), Claimed(Staff, Noon)];
        var decided = new CaseEvent.Decided(CaseId, Reported, [ReportId(2)], CaseOutcome.Upheld, SanctionId, null, Noon);
        Case.Decider.Given(given).When(new CaseCommand.Decide(CaseOutcome.Upheld, SanctionId, null, Noon)).Then(decided, Twice.IsRefused("case.not-open"));

        var state = Case.Decider.Fold([.. given, decided]);
        Assert.Equal([ReportId(1)], state.Open.Select(item => item.Id));
        Assert.True(state.IsClaimedByOther(null, Noon));
    }

    [Fact]
    public void What_is_flagged_joins_the_case_once_is_looked_at_like_a_report_and_left_to_people()
    {
        Case.Decider.Given().When(new CaseCommand.Flag(Flag(2))).Then(Flag(2), Twice.ChangesNothing);
        Case.Decider.Given(Report(), Flag(2)).When(new CaseCommand.View(ReportId(2), Staff, Noon))
            .Then([Claimed(Staff, Noon), Viewed(Staff, Noon) with { ReportId = ReportId(2) }], Twice.HappensDifferently);
        Case.Decider.Given(Report(), Flag(2)).When(Dismiss(Staff)).Then(Decided(Staff, 1, 2), Twice.IsRefused("case.not-open"));
        Case.Decider.Given(Flag(2), Decided(Staff, 2)).When(new CaseCommand.Flag(Flag(2))).ThenNothing();

        Case.Decider.Given(Flag(2)).When(new CaseCommand.Escalate(SanctionId, "spam", Noon, Noon)).ThenNothing();
        Case.Decider.Given(Report(), Flag(2), new CaseEvent.Escalated(CaseId, Reported, SanctionId, "spam", Noon, Noon))
            .When(new CaseCommand.Decide(CaseOutcome.Upheld, SanctionId, null, Noon))
            .Then(new CaseEvent.Decided(CaseId, Reported, [ReportId(1)], CaseOutcome.Upheld, SanctionId, null, Noon), Twice.IsRefused("case.not-open"));
    }

    [Fact]
    public void A_decided_report_is_opened_without_claiming_the_case_and_says_nothing_about_the_open_ones()
    {
        CaseEvent[] given = [Report(), Decided(OtherStaff, 1), Report(number: 2, match: OtherMatchId)];
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId(1), Staff, Noon)).Then(Viewed(Staff, Noon), Twice.HappensAgain);
        Case.Decider.Given([.. given, Claimed(OtherStaff, Noon)]).When(new CaseCommand.View(ReportId(1), Staff, Noon)).Then(Viewed(Staff, Noon), Twice.HappensAgain);
        Assert.Empty(Case.Decider.Fold([.. given, Viewed(Staff, Noon)]).Seen);
    }

    [Fact]
    public void A_decision_names_the_policy_that_was_broken() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.Decide(CaseOutcome.Upheld, null, Staff, Noon, "spam"))
            .Then(new CaseEvent.Decided(CaseId, Reported, [ReportId(1)], CaseOutcome.Upheld, null, Staff, Noon, "spam"), Twice.IsRefused("case.not-open"));

    [Fact]
    public void A_decision_from_before_reports_were_named_was_about_all_that_were_open() =>
        Assert.Equal(
            [ReportId(3)],
            Case.Decider.Fold(
            [
                Report(), Report(number: 2, match: OtherMatchId), Decided(Staff, 1) with { Reports = null },
                Report(number: 3, reporter: OtherReporter),
            ]).Open.Select(item => item.Id));

    [Fact]
    public void The_next_report_opens_the_case_again_for_anybody()
    {
        var state = Case.Decider.Fold(
            [Report(), Claimed(Staff, Noon), Decided(Staff, 1), Report(number: 2, match: OtherMatchId)]);

        Assert.Equal([ReportId(2)], state.Open.Select(item => item.Id));
        Assert.False(state.IsClaimedByOther(OtherStaff, Noon));
        Assert.Equal((CaseOutcome.Dismissed, Staff, Noon), (state.LastDecision?.Outcome, state.LastDecision?.By, state.LastDecision?.At));
    }

    [Fact]
    public void A_case_escalates_once_until_it_is_decided() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.Escalate(SanctionId, "spam", Noon.AddMinutes(1), Noon))
            .Then(new CaseEvent.Escalated(CaseId, Reported, SanctionId, "spam", Noon.AddMinutes(1), Noon), Twice.ChangesNothing);

    [Fact]
    public void Nothing_escalates_while_somebody_works_on_it_or_where_nothing_is_open()
    {
        var escalate = new CaseCommand.Escalate(SanctionId, "spam", Noon.AddMinutes(1), Noon);
        Case.Decider.Given(Report(), Claimed(Staff, Noon)).When(escalate).ThenRefused("case.claimed");
        Case.Decider.Given(Report(), Decided(Staff, 1)).When(escalate).ThenNothing();
        Case.Decider.Given(Report(reason: ReportReason.Hate)).When(escalate).ThenNothing();
    }

    [Fact]
    public void A_decision_of_the_staff_comes_instead_of_an_escalation()
    {
        var state = Case.Decider.Fold(
        [
            Report(), new CaseEvent.Escalated(CaseId, Reported, SanctionId, "spam", Noon, Noon),
            Decided(Staff, 1),
        ]);

        Assert.Null(state.Escalation);
    }

    private static Guid ReportId(byte number) => new(number, 0, 0, new byte[8]);

    private static CaseEvent.Flagged Flag(byte number) =>
        new(CaseId, ReportId(number), Reported, Device, "spam", MatchId, null, null, null, null, null, 0, Noon);

    private static CaseCommand.Decide Dismiss(Guid by) => new(CaseOutcome.Dismissed, null, by, Noon);

    private static CaseEvent.Decided Decided(Guid by, params byte[] reports) =>
        new(CaseId, Reported, [.. reports.Select(ReportId)], CaseOutcome.Dismissed, null, by, Noon);

    private static CaseEvent.Claimed Claimed(Guid by, DateTimeOffset at) => new(CaseId, Reported, by, at.AddMinutes(5), at);

    private static CaseEvent.Reserved Reserved(Guid? by, DateTimeOffset at) => new(CaseId, Reported, SanctionId, by, at.AddMinutes(5), at);

    private static CaseEvent.Viewed Viewed(Guid by, DateTimeOffset at) => new(CaseId, Reported, ReportId(1), by, at);

    private static CaseEvent.Reported Report(
        byte number = 1, Guid? reporter = null, Guid? match = null, ReportReason reason = ReportReason.Spam) => new(
        CaseId, new Guid(number, 0, 0, new byte[8]), match ?? MatchId, reporter ?? Reporter, Device, Reported, Device, reason,
        "sealed-comment", "case-key", "sealed-evidence", "00ff", 3, Noon);
}
