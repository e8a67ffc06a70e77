using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class BanReviewTests
{
    private static readonly Guid Visitor = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");
    private static readonly Guid Sanction = new("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Due = Noon + Ban.ReviewedEvery;

    [Fact]
    public void A_ban_for_good_is_reviewed_after_a_year_and_not_twice() =>
        Ban.Decider.Given(Issued(null)).When(Review(Due)).Then(Reviewed(Due), Twice.IsRefused("ban.review-not-due"));

    [Fact]
    public void It_is_not_reviewed_before() =>
        Ban.Decider.Given(Issued(null)).When(Review(Due.AddTicks(-1))).ThenRefused("ban.review-not-due");

    [Fact]
    public void The_next_review_is_due_a_year_after_the_last_one()
    {
        var late = Due.AddDays(40);
        Assert.Equal(late + Ban.ReviewedEvery, Ban.Decider.Fold([Issued(null), Reviewed(late)]).Find(Sanction)?.ReviewDueAt);
        Ban.Decider.Given(Issued(null), Reviewed(late)).When(Review(Due + Ban.ReviewedEvery)).ThenRefused("ban.review-not-due");
        Ban.Decider.Given(Issued(null), Reviewed(late)).When(Review(late + Ban.ReviewedEvery))
            .Then(Reviewed(late + Ban.ReviewedEvery), Twice.IsRefused("ban.review-not-due"));
    }

    [Fact]
    public void What_ends_by_itself_or_was_taken_back_is_not_reviewed()
    {
        Ban.Decider.Given().When(Review(Due)).ThenRefused("ban.not-permanent");
        Ban.Decider.Given(Issued(Due.AddDays(1))).When(Review(Due)).ThenRefused("ban.not-permanent");
        Ban.Decider.Given(Issued(null), new BanEvent.Lifted(Sanction, Visitor, "sealed", Staff, Noon)).When(Review(Due)).ThenRefused("ban.not-permanent");
    }

    [Fact]
    public void A_review_keeps_the_ban_and_says_why() =>
        Assert.Equal(
            (Sanction, "sealed-why"),
            Ban.Decider.Fold([Issued(null), Reviewed(Due)]).ActiveAt(Due.AddYears(9)) is { } kept ? (kept.Id, kept.ReviewStatement) : default);

    [Fact]
    public void What_was_done_about_a_severe_breach_is_taken_back_kept_and_answered_by_those_alone_who_may_see_one()
    {
        var appeal = new BanEvent.AppealFiled(Guid.NewGuid(), Sanction, Visitor, "sealed", Noon);
        var given = Ban.Decider.Given(Issued(null), appeal);
        var decide = new BanCommand.DecideAppeal(appeal.AppealId, AppealOutcome.Overturned, "sealed-why", Staff, Due);
        foreach (var command in new BanCommand.OfStaff[] { new BanCommand.Lift("sealed-why", Staff, Due), Review(Due) with { HandlesSevere = false }, decide })
        {
            given.When(command).ThenRefused("ban.restricted");
        }

        given.When(decide with { HandlesSevere = true }).Then(
            new BanEvent.AppealDecided(appeal.AppealId, Sanction, Visitor, AppealOutcome.Overturned, "sealed-why", Staff, Due),
            Twice.IsRefused("appeal.already-decided"));
        given.When(new BanCommand.Lift("sealed-why", Staff, Due, HandlesSevere: true))
            .Then(new BanEvent.Lifted(Sanction, Visitor, "sealed-why", Staff, Due), Twice.IsRefused("ban.not-active"));
        Ban.Decider.Given(Issued(null) with { Policy = "hate" }).When(new BanCommand.Lift("sealed-why", Staff, Due))
            .Then(new BanEvent.Lifted(Sanction, Visitor, "sealed-why", Staff, Due), Twice.IsRefused("ban.not-active"));
    }

    private static BanCommand.Review Review(DateTimeOffset at) => new("sealed-why", Staff, at, HandlesSevere: true);

    private static BanEvent.Reviewed Reviewed(DateTimeOffset at) => new(Sanction, Visitor, "sealed-why", Staff, at);

    private static BanEvent.Issued Issued(DateTimeOffset? until) =>
        new(Sanction, Visitor, "credible-threat", 10, Noon.AddDays(365), until, "sealed", Staff, Noon);
}
