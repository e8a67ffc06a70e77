using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class LegalHoldTests
{
    private static readonly Guid CaseId = new("cccccccc-0000-4000-8000-000000000001");
    private static readonly Guid Reporter = new("11111111-0000-4000-8000-000000000001");
    private static readonly Guid Reported = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");
    private static readonly Guid First = new("eeeeeeee-0000-4000-8000-000000000001");
    private static readonly Guid Second = new("eeeeeeee-0000-4000-8000-000000000002");
    private static readonly Guid Device = new("dddddddd-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Retention = TimeSpan.FromDays(180);

    private static readonly CaseEvent.Reported Report = new(
        CaseId, Guid.Parse("ffffffff-0000-4000-8000-000000000001"), Guid.NewGuid(), Reporter, Device, Reported, Device, ReportReason.Threat, null,
        "case-key", "sealed-evidence", "00ff", 3, Noon);

    [Fact]
    public void A_hold_is_placed_on_a_case_with_its_reason() =>
        Case.Decider.Given(Report)
            .When(new CaseCommand.Hold(First, "sealed-why", "hold-key", null, Staff, Noon))
            .Then(Held(First), Twice.ChangesNothing);

    [Fact]
    public void There_is_no_hold_on_what_is_no_case() =>
        Case.Decider.Given().When(new CaseCommand.Hold(First, "sealed-why", "hold-key", null, Staff, Noon)).ThenRefused("case.unknown");

    [Fact]
    public void A_hold_ends_later_than_now() =>
        Case.Decider.Given(Report).When(new CaseCommand.Hold(First, "sealed-why", "hold-key", Noon, Staff, Noon)).ThenRefused("case.until-past");

    [Fact]
    public void A_hold_with_an_end_ends_within_ten_years()
    {
        Case.Decider.Given(Report).When(new CaseCommand.Hold(First, "sealed-why", "hold-key", Noon.AddYears(10).AddTicks(1), Staff, Noon)).ThenRefused("case.until-too-far");
        Case.Decider.Given(Report).When(new CaseCommand.Hold(First, "sealed-why", "hold-key", Noon.AddYears(10), Staff, Noon))
            .Then(Held(First, Noon.AddYears(10)), Twice.ChangesNothing);
    }

    [Fact]
    public void It_is_placed_on_decided_reports_too() =>
        Case.Decider.Given(Report, new CaseEvent.Decided(CaseId, Reported, null, CaseOutcome.Upheld, null, Staff, Noon))
            .When(new CaseCommand.Hold(First, "sealed-why", "hold-key", null, Staff, Noon))
            .Then(Held(First), Twice.ChangesNothing);

    [Fact]
    public void Another_hold_takes_the_place_of_the_one_before()
    {
        Case.Decider.Given(Report, Held(First))
            .When(new CaseCommand.Hold(Second, "sealed-why", "hold-key", Noon.AddDays(9), Staff, Noon.AddDays(1)))
            .Then(Held(Second, Noon.AddDays(9), Noon.AddDays(1)), Twice.ChangesNothing);

        var state = Case.Decider.Fold([Report, Held(First), Held(Second, Noon.AddDays(9), Noon.AddDays(1))]);
        Assert.Equal(Second, state.HoldAt(Noon.AddDays(2))?.Placed.HoldId);
        Assert.Equal([Noon.AddDays(1), Noon.AddDays(9)], state.Holds.Select(hold => hold.Ends));
    }

    [Fact]
    public void A_hold_is_lifted_once_and_lifting_it_again_changes_nothing() =>
        Case.Decider.Given(Report, Held(First))
            .When(new CaseCommand.Release("sealed-why-not", Staff, Noon.AddDays(2)))
            .Then(new CaseEvent.Released(CaseId, Reported, First, "sealed-why-not", Staff, Noon.AddDays(2)), Twice.ChangesNothing);

    [Fact]
    public void What_never_was_held_is_not_lifted_and_what_is_over_need_not_be()
    {
        Case.Decider.Given(Report).When(new CaseCommand.Release("sealed-why-not", Staff, Noon)).ThenRefused("case.not-held");
        Case.Decider.Given(Report, Held(First, Noon.AddDays(1))).When(new CaseCommand.Release("sealed-why-not", Staff, Noon.AddDays(1))).ThenNothing();
    }

    [Fact]
    public void Evidence_ends_with_its_time_without_a_hold_and_with_the_later_of_both_under_one()
    {
        Assert.Equal(Noon + Retention, Ends(Report));
        Assert.Null(Ends(Report, Held(First)));
        Assert.Equal(Noon.AddDays(400), Ends(Report, Held(First, Noon.AddDays(400))));
        Assert.Equal(Noon + Retention, Ends(Report, Held(First, Noon.AddDays(3))));
        Assert.Equal(Noon + Retention, Ends(Report, Held(First), new CaseEvent.Released(CaseId, Reported, First, "sealed", Staff, Noon.AddDays(300))));
    }

    [Fact]
    public void A_report_that_comes_while_a_case_is_held_is_held_as_well()
    {
        var later = Report with { ReportId = Guid.NewGuid(), MatchId = Guid.NewGuid(), At = Noon.AddDays(5) };
        Assert.Null(Case.Decider.Fold([Report, Held(First), later]).EvidenceEnds(later, Retention, Retention));
    }

    private static DateTimeOffset? Ends(params CaseEvent[] happened) => Case.Decider.Fold(happened).EvidenceEnds(Report, Retention, TimeSpan.FromDays(365));

    private static CaseEvent.Held Held(Guid holdId, DateTimeOffset? until = null, DateTimeOffset? at = null) =>
        new(CaseId, Reported, holdId, "sealed-why", "hold-key", until, Staff, at ?? Noon);
}
