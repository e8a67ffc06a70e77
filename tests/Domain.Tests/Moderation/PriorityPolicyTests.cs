using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

/// <summary>How soon a case should be looked at, and why.</summary>
public sealed class PriorityPolicyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("spam", 1, 1, 0, 0, PriorityLevel.Low)]
    [InlineData("spam", 3, 3, 0, 0, PriorityLevel.Medium)]
    [InlineData("harassment", 1, 1, 0, 0, PriorityLevel.Low)]
    [InlineData("harassment", 1, 1, 0, 0.9, PriorityLevel.Medium)]
    [InlineData("harassment", 3, 3, 0, 0, PriorityLevel.Medium)]
    [InlineData("harassment", 4, 4, 0, 0, PriorityLevel.High)]
    [InlineData("harassment", 4, 1, 0, 0, PriorityLevel.Low)]
    [InlineData("hate", 1, 1, 0, 0, PriorityLevel.Medium)]
    [InlineData("hate", 1, 0.25, 0, 0, PriorityLevel.Low)]
    [InlineData("hate", 1, 1, 0, 1, PriorityLevel.High)]
    [InlineData("harassment", 1, 1, 12, 0, PriorityLevel.Medium)]
    [InlineData("spam", 1, 1, 42, 0, PriorityLevel.High)]
    [InlineData("underage", 1, 0.25, 0, 0, PriorityLevel.High)]
    public void Severity_reporters_their_reliability_the_worst_verdict_and_age_make_the_priority(
        string policy, int reporters, double reliability, int hours, double score, PriorityLevel level) =>
        Assert.Equal(
            level,
            PriorityPolicy.Judge(Signs(policy, reporters, reliability, Noon.AddHours(-hours)) with { Worst = score > 0 ? (Severity.Severe, score) : null }, Noon).Level);

    [Fact]
    public void A_flag_counts_like_a_reporter_and_a_milder_verdict_less()
    {
        var flagged = Signs("hate", 0, 0) with { IsFlagged = true };
        Assert.Equal(4, PriorityPolicy.WeightOf(flagged));
        Assert.Equal(8, PriorityPolicy.WeightOf(flagged with { Worst = (Severity.Severe, 1) }));
        Assert.Equal(6, PriorityPolicy.WeightOf(flagged with { Worst = (Severity.Severe, 0.5) }));
        Assert.Equal(4 * (1 + (1 / 3.0)), PriorityPolicy.WeightOf(flagged with { Worst = (Severity.Mild, 1) }), 10);
    }

    [Fact]
    public void The_order_is_that_of_the_points_at_any_time()
    {
        CaseSigns[] signs =
        [
            Signs("spam", 1, 1, Noon.AddHours(-50)), Signs("underage", 1, 0.1), Signs("harassment", 2, 2, Noon.AddHours(-6)), Signs("hate", 1, 1), Signs("spam", 1, 1),
        ];
        foreach (var now in (DateTimeOffset[])[Noon, Noon.AddDays(1), Noon.AddDays(30)])
        {
            Assert.Equal(
                signs.OrderByDescending(one => PriorityPolicy.WeightOf(one) + ((now - one.OpenSince) / PriorityPolicy.PerPoint)),
                signs.OrderBy(PriorityPolicy.RankOf));
        }
    }

    [Fact]
    public void It_says_in_words_where_it_comes_from()
    {
        Assert.Equal(
            ["Hate speech (grave)", "3 reporters, counting 2.5", "flagged without a report", "screening: severe, 0.98", "waits 13 hours"],
            PriorityPolicy.Judge(
                Signs("hate", 3, 2.5, Noon.AddHours(-13)) with { IsFlagged = true, Worst = (Severity.Severe, 0.98) }, Noon).Reasons);
        Assert.Equal(["Spam (minor)", "1 reporter, counting 1", "waits 3 days"], PriorityPolicy.Judge(Signs("spam", 1, 1, Noon.AddDays(-3)), Noon).Reasons);
        Assert.Equal(["Spam (minor)", "1 reporter, counting 1"], PriorityPolicy.Judge(Signs("spam", 1, 1), Noon).Reasons);
    }

    [Fact]
    public void What_few_may_see_has_a_lane_and_so_has_what_is_of_high_priority_at_once()
    {
        Assert.Equal(
            ["underage", "child-safety", "credible-threat"],
            Policies.All.Where(policy => PriorityPolicy.LaneOf(Signs(policy.Code, 1, 0.1)) == CaseLane.Severe).Select(policy => policy.Code));
        Assert.Equal(CaseLane.Urgent, PriorityPolicy.LaneOf(Signs("threat", 2, 2)));
        Assert.Equal(CaseLane.Normal, PriorityPolicy.LaneOf(Signs("threat", 2, 1.9, Noon.AddDays(-30))));
    }

    [Fact]
    public void What_was_handed_on_is_for_few_and_of_high_priority_and_says_so_first()
    {
        var referred = Signs("spam", 1, 0.2) with { IsReferred = true };
        Assert.Equal((CaseLane.Severe, PriorityPolicy.High), (PriorityPolicy.LaneOf(referred), PriorityPolicy.WeightOf(referred)));
        Assert.Equal("escalated by a moderator", PriorityPolicy.Judge(referred, Noon).Reasons[0]);
    }

    private static CaseSigns Signs(string policy, int reporters, double reliability, DateTimeOffset? since = null) =>
        new(Policies.Find(policy)!, reporters, reliability, false, null, since ?? Noon);
}
