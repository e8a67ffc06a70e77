using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class SevereCaseTests
{
    private static readonly Guid CaseId = new("cccccccc-0000-4000-8000-000000000001");
    private static readonly Guid Reporter = new("11111111-0000-4000-8000-000000000001");
    private static readonly Guid Reported = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");
    private static readonly Guid OtherStaff = new("99999999-0000-4000-8000-000000000002");
    private static readonly Guid ReportId = new("ffffffff-0000-4000-8000-000000000001");
    private static readonly Guid ExportId = new("eeeeeeee-0000-4000-8000-000000000001");
    private static readonly Guid Device = new("dddddddd-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Usual = TimeSpan.FromDays(180);
    private static readonly TimeSpan Longer = TimeSpan.FromDays(365);

    public static TheoryData<ReportReason> Reasons => [.. Enum.GetValues<ReportReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_report_makes_a_case_severe_where_its_policy_is(ReportReason reason) =>
        Assert.Equal(Policies.For(reason).Severity == PolicySeverity.Severe, Case.Decider.Fold([Report(reason)]).IsSevere);

    [Fact]
    public void So_does_what_was_flagged_and_a_decision_that_names_a_severe_policy()
    {
        var flag = new CaseEvent.Flagged(
            CaseId, ReportId, Reported, Device, "child-safety", null, null, null, "case-key", "sealed-evidence", "00ff", 3, Noon);
        Assert.True(Case.Decider.Fold([flag]).IsSevere);
        Assert.Equal(Noon + Longer, Case.Decider.Fold([flag]).EvidenceEnds(flag, Usual, Longer));
        Assert.False(Case.Decider.Fold([flag with { Policy = "hate" }]).IsSevere);
        foreach (var outcome in Enum.GetValues<CaseOutcome>())
        {
            var decided = new CaseEvent.Decided(CaseId, Reported, [ReportId], outcome, null, Staff, Noon, "credible-threat");
            Assert.Equal(outcome == CaseOutcome.Upheld, Case.Decider.Fold([Report(ReportReason.Threat), decided]).IsSevere);
        }
    }

    [Fact]
    public void Someone_under_age_child_safety_and_a_credible_threat_are_severe_and_nothing_else() =>
        Assert.Equal(["underage", "child-safety", "credible-threat"], Policies.All.Where(policy => policy.IsSevere).Select(policy => policy.Code));

    /// <summary>Everything that the staff does to a case, by somebody who may not see severe ones.</summary>
    public static TheoryData<CaseCommand> OfStaff =>
    [
        new CaseCommand.View(ReportId, Staff, Noon, Knowingly: true),
        new CaseCommand.Decide(CaseOutcome.Dismissed, null, Staff, Noon),
        new CaseCommand.Reserve(ExportId, Staff, Noon),
        new CaseCommand.Decide(CaseOutcome.Upheld, null, Staff, Noon, "spam"),
        new CaseCommand.Hold(ExportId, "sealed-why", "hold-key", null, Staff, Noon),
        new CaseCommand.Release("sealed-why-not", Staff, Noon),
        new CaseCommand.Export(ExportId, "00ff", 1, Staff, Noon, Knowingly: true),
    ];

    [Theory]
    [MemberData(nameof(OfStaff))]
    public void Whoever_may_not_see_severe_cases_does_nothing_to_one(CaseCommand command) =>
        Case.Decider.Given(Report(ReportReason.Underage)).When(command).ThenRefused("case.restricted");

    [Fact]
    public void Also_where_it_became_severe_after_they_looked_or_while_they_decided_without_a_look()
    {
        var later = Report(ReportReason.Underage) with { ReportId = Guid.NewGuid(), MatchId = Guid.NewGuid() };
        foreach (var given in new CaseEvent[][]
        {
            [Report(ReportReason.Spam), new CaseEvent.Viewed(CaseId, Reported, ReportId, Staff, Noon), later],
            [Report(ReportReason.Spam), later],
        })
        {
            Case.Decider.Given(given).When(new CaseCommand.Decide(CaseOutcome.Dismissed, null, Staff, Noon)).ThenRefused("case.restricted");
        }
    }

    [Fact]
    public void What_it_was_reserved_for_before_goes_on_and_leaves_open_what_made_it_severe()
    {
        var later = Report(ReportReason.Underage) with { ReportId = Guid.NewGuid(), MatchId = Guid.NewGuid() };
        var given = Case.Decider.Given(
            Report(ReportReason.Spam), new CaseEvent.Reserved(CaseId, Reported, ExportId, Staff, Noon.AddMinutes(5), Noon), later);
        given.When(new CaseCommand.Decide(CaseOutcome.Upheld, ExportId, Staff, Noon, "spam"))
            .Then(new CaseEvent.Decided(CaseId, Reported, [ReportId], CaseOutcome.Upheld, ExportId, Staff, Noon, "spam"), Twice.IsRefused("case.restricted"));
        given.When(new CaseCommand.Decide(CaseOutcome.Upheld, ExportId, OtherStaff, Noon, "spam")).ThenRefused("case.restricted");
        given.When(new CaseCommand.Decide(CaseOutcome.Upheld, ExportId, Staff, Noon.AddMinutes(5), "spam")).ThenRefused("case.restricted");
        given.When(new CaseCommand.Decide(CaseOutcome.Dismissed, null, Staff, Noon)).ThenRefused("case.restricted");
    }

    [Fact]
    public void What_is_automated_and_whoever_may_decide_it_as_before()
    {
        Case.Decider.Given(Report(ReportReason.Underage), new CaseEvent.Escalated(CaseId, Reported, ExportId, "underage", Noon, Noon))
            .When(new CaseCommand.Decide(CaseOutcome.Upheld, ExportId, null, Noon, "underage"))
            .Then(new CaseEvent.Decided(CaseId, Reported, [ReportId], CaseOutcome.Upheld, ExportId, null, Noon, "underage"), Twice.IsRefused("case.not-open"));
        Case.Decider.Given(Report(ReportReason.Underage))
            .When(new CaseCommand.Decide(CaseOutcome.Dismissed, null, Staff, Noon, HandlesSevere: true))
            .Then(
                [new CaseEvent.Decided(CaseId, Reported, [ReportId], CaseOutcome.Dismissed, null, Staff, Noon), new CaseEvent.Unrestricted(CaseId, Reported, Staff, Noon)],
                Twice.IsRefused("case.not-open"));
    }

    [Fact]
    public void Dismissed_it_is_severe_no_longer_and_its_evidence_ends_as_usual_until_something_says_so_again()
    {
        var report = Report(ReportReason.Underage);
        var over = new CaseEvent[]
        {
            report, new CaseEvent.Decided(CaseId, Reported, [ReportId], CaseOutcome.Dismissed, null, Staff, Noon), new CaseEvent.Unrestricted(CaseId, Reported, Staff, Noon),
        };
        var known = Case.Decider.Fold(over);
        Assert.Equal((false, false, true), (known.IsSevere, known.IsPreserved, known.WasKeptLonger));
        Assert.Equal(Noon + Usual, known.EvidenceEnds(report, Usual, Longer));
        Case.Decider.Given(over).When(new CaseCommand.View(ReportId, OtherStaff, Noon))
            .Then(new CaseEvent.Viewed(CaseId, Reported, ReportId, OtherStaff, Noon), Twice.HappensAgain);
        Assert.True(Case.Decider.Fold([.. over, report with { ReportId = ExportId, MatchId = ExportId }]).IsSevere);
    }

    [Fact]
    public void It_stays_severe_where_a_breach_was_found_another_report_says_so_or_it_was_upheld_as_something_else()
    {
        var (report, other) = (Report(ReportReason.Underage), Report(ReportReason.Underage) with { ReportId = ExportId, MatchId = ExportId });
        var dismissed = new CaseEvent.Decided(CaseId, Reported, [ReportId], CaseOutcome.Dismissed, null, Staff, Noon);
        var dismiss = new CaseCommand.Decide(CaseOutcome.Dismissed, null, Staff, Noon, HandlesSevere: true);
        Case.Decider.Given(report, new CaseEvent.FoundSevere(CaseId, Reported, "underage", Staff, Noon)).When(dismiss)
            .Then(dismissed, Twice.IsRefused("case.not-open"));
        Case.Decider.Given(report, new CaseEvent.Viewed(CaseId, Reported, ReportId, Staff, Noon), other).When(dismiss)
            .Then(dismissed, Twice.IsRefused("case.not-open"));
        Case.Decider.Given(other, new CaseEvent.Decided(CaseId, Reported, [ExportId], CaseOutcome.Upheld, null, Staff, Noon, "spam"), report).When(dismiss)
            .Then(dismissed, Twice.IsRefused("case.not-open"));
    }

    [Fact]
    public void What_was_found_is_recorded_also_where_reports_have_said_so_before() =>
        Case.Decider.Given(Report(ReportReason.Underage)).When(new CaseCommand.FindSevere(CaseId, Reported, "underage", Staff, Noon))
            .Then(new CaseEvent.FoundSevere(CaseId, Reported, "underage", Staff, Noon), Twice.ChangesNothing);

    [Fact]
    public void Whoever_may_claims_it_by_looking() =>
        Case.Decider.Given(Report(ReportReason.Underage))
            .When(new CaseCommand.View(ReportId, Staff, Noon, HandlesSevere: true))
            .Then(
                [new CaseEvent.Claimed(CaseId, Reported, Staff, Noon.AddMinutes(5), Noon), new CaseEvent.Viewed(CaseId, Reported, ReportId, Staff, Noon)],
                Twice.HappensDifferently);

    [Fact]
    public void A_second_one_has_to_say_that_they_know_of_the_first_and_that_is_recorded()
    {
        var given = new CaseEvent[] { Report(ReportReason.Underage), new CaseEvent.Viewed(CaseId, Reported, ReportId, Staff, Noon) };
        var later = Noon.AddDays(1);
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId, OtherStaff, later, HandlesSevere: true)).ThenRefused("case.seen");
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId, OtherStaff, later, HandlesSevere: true, Knowingly: true)).Then(
            [
                new CaseEvent.Claimed(CaseId, Reported, OtherStaff, later.AddMinutes(5), later),
                new CaseEvent.Viewed(CaseId, Reported, ReportId, OtherStaff, later, Knowingly: true),
            ],
            Twice.HappensDifferently);
    }

    [Fact]
    public void Also_after_the_reports_were_decided()
    {
        var given = new CaseEvent[]
        {
            Report(ReportReason.Underage), new CaseEvent.Viewed(CaseId, Reported, ReportId, Staff, Noon),
            new CaseEvent.Decided(CaseId, Reported, [ReportId], CaseOutcome.Upheld, null, Staff, Noon),
        };
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId, OtherStaff, Noon)).ThenRefused("case.restricted");
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId, OtherStaff, Noon, HandlesSevere: true)).ThenRefused("case.seen");
        Case.Decider.Given(given).When(new CaseCommand.View(ReportId, Staff, Noon, HandlesSevere: true, Knowingly: true))
            .Then(new CaseEvent.Viewed(CaseId, Reported, ReportId, Staff, Noon), Twice.HappensAgain);
    }

    [Fact]
    public void A_severe_breach_that_is_found_makes_a_case_severe_once() =>
        Case.Decider.Given(Report(ReportReason.Threat))
            .When(new CaseCommand.FindSevere(CaseId, Reported, "credible-threat", Staff, Noon))
            .Then(new CaseEvent.FoundSevere(CaseId, Reported, "credible-threat", Staff, Noon), Twice.ChangesNothing);

    [Fact]
    public void Also_one_in_which_nothing_was_reported_yet_so_that_what_comes_is_severe_whatever_it_says()
    {
        var found = new CaseEvent.FoundSevere(CaseId, Reported, "credible-threat", Staff, Noon);
        Case.Decider.Given().When(new CaseCommand.FindSevere(CaseId, Reported, "credible-threat", Staff, Noon)).Then(found, Twice.ChangesNothing);
        Case.Decider.Given(found, Report(ReportReason.Spam)).When(new CaseCommand.View(ReportId, Staff, Noon)).ThenRefused("case.restricted");
        Case.Decider.Given(found).When(new CaseCommand.Hold(ExportId, "sealed-why", "hold-key", null, Staff, Noon, HandlesSevere: true)).ThenRefused("case.unknown");
        Case.Decider.Given(found).When(new CaseCommand.Export(ExportId, "00ff", 0, Staff, Noon, HandlesSevere: true)).ThenRefused("case.unknown");
    }

    [Fact]
    public void All_evidence_of_a_severe_case_is_kept_for_longer_also_what_was_reported_before()
    {
        var first = Report(ReportReason.Threat);
        var severe = new CaseEvent.FoundSevere(CaseId, Reported, "credible-threat", Staff, Noon.AddDays(9));
        Assert.Equal(Noon + Usual, Case.Decider.Fold([first]).EvidenceEnds(first, Usual, Longer));
        Assert.Equal(Noon + Longer, Case.Decider.Fold([first, severe]).EvidenceEnds(first, Usual, Longer));
        Assert.True(Case.Decider.Fold([first, severe, new CaseEvent.Decided(CaseId, Reported, [ReportId], CaseOutcome.Dismissed, null, Staff, Noon)]).IsPreserved);
    }

    [Fact]
    public void A_case_is_exported_once_and_again_by_who_says_why_and_each_time_is_recorded()
    {
        Case.Decider.Given(Report(ReportReason.Threat))
            .When(new CaseCommand.Export(ExportId, "00ff", 1, Staff, Noon))
            .Then(new CaseEvent.Exported(CaseId, Reported, ExportId, "00ff", 1, Staff, Noon), Twice.IsRefused("case.exported"));
        Case.Decider.Given(Report(ReportReason.Threat), new CaseEvent.Exported(CaseId, Reported, ExportId, "00ff", 1, Staff, Noon))
            .When(new CaseCommand.Export(ReportId, "ff00", 1, Staff, Noon, Why: "sealed"))
            .Then(new CaseEvent.Exported(CaseId, Reported, ReportId, "ff00", 1, Staff, Noon, Why: "sealed"), Twice.HappensAgain);
        Case.Decider.Given().When(new CaseCommand.Export(ExportId, "00ff", 0, Staff, Noon)).ThenRefused("case.unknown");
    }

    [Fact]
    public void To_export_a_severe_case_is_to_look_into_it_for_both_who_come_second()
    {
        var (viewed, exported) = (
            new CaseEvent.Viewed(CaseId, Reported, ReportId, Staff, Noon), new CaseEvent.Exported(CaseId, Reported, ExportId, "00ff", 1, Staff, Noon));
        foreach (var before in new CaseEvent[] { viewed, exported })
        {
            var given = Case.Decider.Given(Report(ReportReason.Underage), before);
            given.When(new CaseCommand.Export(ExportId, "ff00", 1, OtherStaff, Noon, HandlesSevere: true)).ThenRefused("case.seen");
            given.When(new CaseCommand.View(ReportId, OtherStaff, Noon.AddDays(1), HandlesSevere: true)).ThenRefused("case.seen");
            given.When(new CaseCommand.Export(ExportId, "ff00", 1, OtherStaff, Noon, HandlesSevere: true, Knowingly: true, Why: "sealed"))
                .Then(new CaseEvent.Exported(CaseId, Reported, ExportId, "ff00", 1, OtherStaff, Noon, Knowingly: true, Why: "sealed"), Twice.HappensAgain);
            given.When(new CaseCommand.Export(ExportId, "ff00", 1, Staff, Noon, HandlesSevere: true, Why: "sealed"))
                .Then(new CaseEvent.Exported(CaseId, Reported, ExportId, "ff00", 1, Staff, Noon, Why: "sealed"), Twice.HappensAgain);
            Assert.Equal((Staff, Noon), Case.Decider.Fold([Report(ReportReason.Underage), before]).LastViewed);
        }
    }

    private static CaseEvent.Reported Report(ReportReason reason) => new(
        CaseId, ReportId, new("aaaaaaaa-0000-4000-8000-000000000001"), Reporter, Device, Reported, Device, reason, "sealed-comment", "case-key",
        "sealed-evidence", "00ff", 3, Noon);
}
