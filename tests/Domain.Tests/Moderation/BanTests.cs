using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class BanTests
{
    private static readonly Guid Visitor = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");
    private static readonly Guid Other = new("99999999-0000-4000-8000-000000000002");
    private static readonly Guid First = new("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly Guid Second = new("aaaaaaaa-0000-4000-8000-000000000002");
    private static readonly Guid AppealId = new("eeeeeeee-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_ban_is_issued_with_a_mark_for_each_browser() =>
        Ban.Decider.Given()
            .When(Issue(First, until: Noon.AddHours(3), marks: ["one", "two"]))
            .Then(
                [
                    Issued(First, Noon.AddHours(3)),
                    new BanEvent.DeviceMarked(First, Visitor, "one", Noon.AddHours(3), Noon),
                    new BanEvent.DeviceMarked(First, Visitor, "two", Noon.AddHours(3), Noon),
                ],
                Twice.ChangesNothing);

    [Fact]
    public void A_ban_without_an_end_is_for_good() =>
        Ban.Decider.Given().When(Issue(First, until: null)).Then(Issued(First, null), Twice.ChangesNothing);

    [Fact]
    public void A_ban_that_would_be_over_already_is_refused() =>
        Ban.Decider.Given().When(Issue(First, until: Noon)).ThenRefused("ban.until-past");

    [Fact]
    public void Every_sanction_names_a_policy()
    {
        Ban.Decider.Given().When(Issue(First, null) with { Policy = "bad-mood" }).ThenRefused("ban.unknown-policy");
        Ban.Decider.Given().When(Sanction(First, "bad-mood")).ThenRefused("ban.unknown-policy");
    }

    [Fact]
    public void What_a_program_found_warns_without_strikes_whatever_the_ladder_says_and_once_a_day()
    {
        BanEvent.Warned Warned(string policy, DateTimeOffset at) => new(First, Visitor, policy, 0, at, "sealed", null, at);
        BanCommand.Warn Warn(Guid id, DateTimeOffset at, string policy = "hate") => new(id, Visitor, policy, "sealed", at);

        Ban.Decider.Given().When(Warn(First, Noon)).Then(Warned("hate", Noon), Twice.ChangesNothing);
        Ban.Decider.Given(Warned("hate", Noon)).When(Warn(Second, Noon.AddHours(23))).ThenNothing();
        Ban.Decider.Given(Warned("spam", Noon)).When(Warn(Second, Noon)).Then(Warned("hate", Noon) with { SanctionId = Second }, Twice.ChangesNothing);
        Ban.Decider.Given(Warned("hate", Noon)).When(Warn(Second, Noon.AddDays(1)))
            .Then(Warned("hate", Noon.AddDays(1)) with { SanctionId = Second }, Twice.ChangesNothing);
        Ban.Decider.Given(Issued(First, null)).When(Warn(Second, Noon)).ThenRefused("ban.already-active");
        Ban.Decider.Given().When(Warn(First, Noon, "bad-mood")).ThenRefused("ban.unknown-policy");
        Assert.Equal(0, Ban.Decider.Fold([Warned("hate", Noon)]).StrikesAt(Noon));
    }

    [Fact]
    public void A_second_ban_that_ends_no_later_is_refused() =>
        Ban.Decider.Given(Issued(First, Noon.AddHours(3))).When(Issue(Second, Noon.AddHours(3))).ThenRefused("ban.already-active");

    [Fact]
    public void A_second_ban_that_lasts_longer_is_issued() =>
        Ban.Decider.Given(Issued(First, Noon.AddHours(3))).When(Issue(Second, null)).Then(Issued(Second, null), Twice.ChangesNothing);

    [Fact]
    public void Nothing_outlasts_a_ban_for_good() =>
        Ban.Decider.Given(Issued(First, null)).When(Issue(Second, null)).ThenRefused("ban.already-active");

    [Fact]
    public void After_a_ban_is_over_there_can_be_another() =>
        Ban.Decider.Given(Issued(First, Noon.AddHours(3)))
            .When(Issue(Second, Noon.AddHours(9), at: Noon.AddHours(3)))
            .Then(Issued(Second, Noon.AddHours(9), at: Noon.AddHours(3)), Twice.ChangesNothing);

    [Fact]
    public void Lifting_takes_back_every_ban_that_lasts() =>
        Ban.Decider.Given(Issued(First, Noon.AddHours(3)), Issued(Second, null))
            .When(new BanCommand.Lift("sealed why", Staff, Noon.AddHours(1)))
            .Then([Lifted(First, Noon.AddHours(1)), Lifted(Second, Noon.AddHours(1))], Twice.IsRefused("ban.not-active"));

    [Fact]
    public void Lifting_an_expired_ban_is_refused() =>
        Ban.Decider.Given(Issued(First, Noon.AddHours(3))).When(new BanCommand.Lift("sealed why", Staff, Noon.AddHours(3))).ThenRefused("ban.not-active");

    [Fact]
    public void Lifting_where_there_was_never_a_ban_is_refused() =>
        Ban.Decider.Given().When(new BanCommand.Lift("sealed why", Staff, Noon)).ThenRefused("ban.not-active");

    [Theory]
    [InlineData("spam", 0, null)]
    [InlineData("harassment", 0, null)]
    [InlineData("harassment", 2, 1)]
    [InlineData("harassment", 4, 24)]
    [InlineData("harassment", 6, 24 * 7)]
    [InlineData("hate", 0, 1)]
    [InlineData("threat", 4, 24 * 7)]
    public void The_ladder_goes_up_with_the_strikes_that_count(string policy, int strikes, int? hours)
    {
        var given = strikes == 0 ? [] : new BanEvent[] { Warned(First, strikes, Noon.AddDays(30)) };
        var (counts, lasts) = (Policies.Find(policy)!.Strikes, Policies.Find(policy)!.StrikesLast);
        Ban.Decider.Given(given).When(Sanction(Second, policy)).Then(
            hours is { } length
                ? new BanEvent.Issued(Second, Visitor, policy, counts, Noon + lasts, Noon.AddHours(length), "sealed", null, Noon)
                : new BanEvent.Warned(Second, Visitor, policy, counts, Noon + lasts, "sealed", null, Noon),
            Twice.ChangesNothing);
    }

    [Theory]
    [InlineData("harassment", 8, true)]
    [InlineData("underage", 0, true)]
    [InlineData("underage", 0, false)]
    [InlineData("child-safety", 0, false)]
    [InlineData("credible-threat", 0, false)]
    public void Enough_strikes_that_a_person_counted_or_one_severe_breach_are_the_end(string policy, int strikes, bool byStaff)
    {
        var given = strikes == 0 ? [] : new BanEvent[] { Warned(First, strikes, Noon.AddDays(30)) };
        Guid? by = byStaff ? Staff : null;
        Ban.Decider.Given(given).When(Sanction(Second, policy) with { By = by }).Then(
            new BanEvent.Issued(
                Second, Visitor, policy, Policies.Find(policy)!.Strikes, Noon + Policies.Find(policy)!.StrikesLast, null, "sealed", by, Noon),
            Twice.ChangesNothing);
    }

    [Theory]
    [InlineData("harassment", 8)]
    [InlineData("hate", 12)]
    [InlineData("spam", 99)]
    public void Without_anybody_looking_the_ladder_ends_at_a_week(string policy, int strikes)
    {
        var (counts, lasts) = (Policies.Find(policy)!.Strikes, Policies.Find(policy)!.StrikesLast);
        Ban.Decider.Given(Warned(First, strikes, Noon.AddDays(30))).When(Sanction(Second, policy)).Then(
            new BanEvent.Issued(Second, Visitor, policy, counts, Noon + lasts, Noon.AddDays(7), "sealed", null, Noon), Twice.ChangesNothing);
    }

    [Fact]
    public void The_last_automated_step_is_one_of_the_ladder_that_nobody_decided_or_took_back()
    {
        BanEvent.Warned automated = Warned(First, 2, Noon.AddDays(30)), bySomebody = Warned(Second, 2, Noon.AddDays(30)) with { By = Staff };
        DateTimeOffset? Last(params BanEvent[] given) => Ban.Decider.Fold(given).LastAutomatedStep;

        Assert.Equal(Noon, Last(automated, bySomebody with { At = Noon.AddDays(1) }));
        Assert.Equal(Noon.AddDays(1), Last(automated, automated with { SanctionId = Second, At = Noon.AddDays(1) }));
        Assert.Null(Last(bySomebody));
        Assert.Null(Last(automated with { Strikes = 0 }));
        Assert.Null(Last(Issued(First, null) with { By = null }, Lifted(First, Noon)));
    }

    [Fact]
    public void Strikes_that_expired_do_not_count() =>
        Ban.Decider.Given(Warned(First, 8, Noon)).When(Sanction(Second, "harassment")).Then(Warned(Second, 2, Noon.AddDays(90)), Twice.ChangesNothing);

    [Fact]
    public void Strikes_of_a_ban_that_was_taken_back_do_not_count() =>
        Ban.Decider.Given(Issued(First, null), Lifted(First, Noon))
            .When(Sanction(Second, "harassment"))
            .Then(Warned(Second, 2, Noon.AddDays(90)), Twice.ChangesNothing);

    [Fact]
    public void The_ladder_adds_nothing_to_a_ban_that_lasts_as_long()
    {
        Ban.Decider.Given(Issued(First, null)).When(Sanction(Second, "child-safety")).ThenRefused("ban.already-active");
        Ban.Decider.Given(Issued(First, Noon.AddHours(1)) with { Strikes = 0 }).When(Sanction(Second, "spam")).ThenRefused("ban.already-active");
    }

    [Fact]
    public void A_decision_is_appealed_once() =>
        Ban.Decider.Given(Issued(First, null))
            .When(new BanCommand.FileAppeal(AppealId, First, "sealed side", Noon))
            .Then(new BanEvent.AppealFiled(AppealId, First, Visitor, "sealed side", Noon), Twice.ChangesNothing);

    [Fact]
    public void A_second_appeal_is_refused() =>
        Ban.Decider.Given(Issued(First, null), new BanEvent.AppealFiled(AppealId, First, Visitor, "sealed side", Noon))
            .When(new BanCommand.FileAppeal(Guid.Empty, First, "sealed other side", Noon))
            .ThenRefused("appeal.already-filed");

    [Fact]
    public void A_ban_that_is_over_and_a_warning_can_be_appealed_for_their_strikes()
    {
        Ban.Decider.Given(Issued(First, Noon.AddHours(1)))
            .When(new BanCommand.FileAppeal(AppealId, First, "sealed side", Noon.AddHours(2)))
            .Then(new BanEvent.AppealFiled(AppealId, First, Visitor, "sealed side", Noon.AddHours(2)), Twice.ChangesNothing);
        Ban.Decider.Given(Warned(First, 2, Noon.AddDays(90)))
            .When(new BanCommand.FileAppeal(AppealId, First, "sealed side", Noon))
            .Then(new BanEvent.AppealFiled(AppealId, First, Visitor, "sealed side", Noon), Twice.ChangesNothing);
    }

    [Fact]
    public void What_was_taken_back_or_never_decided_is_not_appealed()
    {
        Ban.Decider.Given(Issued(First, null), Lifted(First, Noon)).When(new BanCommand.FileAppeal(AppealId, First, "sealed side", Noon))
            .ThenRefused("appeal.not-needed");
        Ban.Decider.Given(Issued(First, null)).When(new BanCommand.FileAppeal(AppealId, Second, "sealed side", Noon)).ThenRefused("ban.unknown");
    }

    [Fact]
    public void Whoever_sanctioned_may_overturn_and_never_uphold()
    {
        var given = new BanEvent[] { Issued(First, null), Filed(First) };
        Ban.Decider.Given(given).When(Decide(AppealOutcome.Upheld, Staff)).ThenRefused("appeal.own-decision");
        Ban.Decider.Given(given).When(Decide(AppealOutcome.Overturned, Staff)).Then(Decided(AppealOutcome.Overturned, Staff), Twice.IsRefused("appeal.already-decided"));
        Ban.Decider.Given(given).When(Decide(AppealOutcome.Upheld, Other)).Then(Decided(AppealOutcome.Upheld, Other), Twice.IsRefused("appeal.already-decided"));
    }

    [Theory]
    [InlineData(AppealOutcome.Upheld)]
    [InlineData(AppealOutcome.Overturned)]
    public void An_automated_sanction_is_decided_by_anybody_on_the_staff(AppealOutcome outcome) =>
        Ban.Decider.Given(Issued(First, null) with { By = null }, Filed(First))
            .When(Decide(outcome, Staff))
            .Then(Decided(outcome, Staff), Twice.IsRefused("appeal.already-decided"));

    [Fact]
    public void An_overturned_ban_ends_and_its_strikes_count_no_more()
    {
        var state = Ban.Decider.Fold([Issued(First, null), Filed(First), Decided(AppealOutcome.Overturned, Other)]);
        var upheld = Ban.Decider.Fold([Issued(First, null), Filed(First), Decided(AppealOutcome.Upheld, Other)]);

        Assert.Equal((null, 0), (state.ActiveAt(Noon), state.StrikesAt(Noon)));
        Assert.Equal((First, 2), (upheld.ActiveAt(Noon)?.Id, upheld.StrikesAt(Noon)));
    }

    [Fact]
    public void An_appeal_that_is_not_there_or_not_needed_any_more_is_not_decided()
    {
        Ban.Decider.Given(Issued(First, null)).When(Decide(AppealOutcome.Overturned, Other)).ThenRefused("appeal.unknown");
        Ban.Decider.Given(Issued(First, null), Filed(First), Lifted(First, Noon)).When(Decide(AppealOutcome.Overturned, Other)).ThenRefused("appeal.not-needed");
    }

    [Fact]
    public void Who_only_wants_to_warn_warns_whatever_the_ladder_says_and_the_strikes_count()
    {
        var warn = Sanction(Second, "harassment") with { By = Staff, Most = SanctionStep.Warning };
        Ban.Decider.Given(Warned(First, 6, Noon.AddDays(90))).When(warn)
            .Then(Warned(Second, 2, Noon.AddDays(90)) with { By = Staff }, Twice.ChangesNothing);
        Ban.Decider.Given().When(warn).Then(Warned(Second, 2, Noon.AddDays(90)) with { By = Staff }, Twice.ChangesNothing);
    }

    [Fact]
    public void Every_warning_is_told_once_and_a_ban_needs_no_telling() =>
        Ban.Decider.Given(Warned(First, 2, Noon.AddDays(90)), Issued(Second, null))
            .When(new BanCommand.Tell([First, Second], Noon))
            .Then(new BanEvent.Told(First, Visitor, Noon), Twice.ChangesNothing);

    [Fact]
    public void A_warning_that_came_meanwhile_is_still_to_be_told() =>
        Ban.Decider.Given(Warned(First, 2, Noon.AddDays(90)), Warned(Second, 1, Noon.AddDays(30)))
            .When(new BanCommand.Tell([First], Noon))
            .Then(new BanEvent.Told(First, Visitor, Noon), Twice.ChangesNothing);

    [Fact]
    public void The_longest_ban_is_the_one_that_counts()
    {
        var state = Ban.Decider.Fold([Issued(First, Noon.AddHours(9)), Issued(Second, Noon.AddHours(3))]);

        Assert.Equal(First, state.ActiveAt(Noon)?.Id);
        Assert.Null(state.ActiveAt(Noon.AddHours(9)));
    }

    private static BanCommand.Issue Issue(Guid id, DateTimeOffset? until, DateTimeOffset? at = null, params string[] marks) =>
        new(id, Visitor, "harassment", until, "sealed", Staff, marks, at ?? Noon);

    private static BanCommand.Sanction Sanction(Guid id, string policy) => new(id, Visitor, policy, "sealed", null, [], Noon);

    private static BanEvent.Issued Issued(Guid id, DateTimeOffset? until, DateTimeOffset? at = null) =>
        new(id, Visitor, "harassment", 2, (at ?? Noon).AddDays(90), until, "sealed", Staff, at ?? Noon);

    private static BanEvent.Warned Warned(Guid id, int strikes, DateTimeOffset until) =>
        new(id, Visitor, "harassment", strikes, until, "sealed", null, Noon);

    private static BanEvent.AppealFiled Filed(Guid id) => new(AppealId, id, Visitor, "sealed side", Noon);

    private static BanCommand.DecideAppeal Decide(AppealOutcome outcome, Guid by) => new(AppealId, outcome, "sealed answer", by, Noon);

    private static BanEvent.AppealDecided Decided(AppealOutcome outcome, Guid by) => new(AppealId, First, Visitor, outcome, "sealed answer", by, Noon);

    private static BanEvent.Lifted Lifted(Guid id, DateTimeOffset at) => new(id, Visitor, "sealed why", Staff, at);
}
