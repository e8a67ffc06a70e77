using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class ScreeningPolicyTests
{
    private static readonly ScreeningPolicy Policy = new("7", new Dictionary<(ScreeningCategory, Severity), ScreeningAction>
    {
        [(ScreeningCategory.Hate, Severity.Strong)] = ScreeningAction.Warn,
        [(ScreeningCategory.Hate, Severity.Severe)] = ScreeningAction.Block,
        [(ScreeningCategory.Threat, Severity.Severe)] = ScreeningAction.Block,
        [(ScreeningCategory.Spam, Severity.Severe)] = ScreeningAction.Block,
        [(ScreeningCategory.Contact, Severity.Mild)] = ScreeningAction.Warn,
        [(ScreeningCategory.Toxic, Severity.Strong)] = ScreeningAction.Flag,
    });

    private static readonly Finding Slur = new(ScreeningLayer.Lexicon, ScreeningCategory.Hate, Severity.Severe, 1, "lexicon", "3");
    private static readonly Finding Rude = Slur with { Severity = Severity.Strong };
    private static readonly Finding Phone = new(ScreeningLayer.Contact, ScreeningCategory.Contact, Severity.Mild, 1, "contact/phone", "1");
    private static readonly Finding Repeated = new(ScreeningLayer.Behaviour, ScreeningCategory.Spam, Severity.Severe, 1, "behaviour/repeated", "1");
    private static readonly Finding Modelled = new(ScreeningLayer.Model, ScreeningCategory.Threat, Severity.Severe, 0.99, "model/threat", "2");

    private static readonly ScreeningPolicy WithHeads = Policy with
    {
        Thresholds = new Dictionary<(string, ScreeningCategory, Severity), double>
        {
            [("model", ScreeningCategory.Toxic, Severity.Mild)] = 0.5,
            [("model", ScreeningCategory.Toxic, Severity.Strong)] = 0.8,
            [("model", ScreeningCategory.Toxic, Severity.Severe)] = 0.95,
            [("model", ScreeningCategory.Hate, Severity.Strong)] = 0.7,
            [("model", ScreeningCategory.Sexual, Severity.Strong)] = 0.6,
            [("model", ScreeningCategory.ChildSafety, Severity.Strong)] = 0.6,
            [("other", ScreeningCategory.Toxic, Severity.Mild)] = 0.3,
            [("other", ScreeningCategory.Sexual, Severity.Strong)] = 0.9,
        },
    };

    [Theory]
    [InlineData(0, null)]
    [InlineData(0.4999, null)]
    [InlineData(0.5, Severity.Mild)]
    [InlineData(0.7999, Severity.Mild)]
    [InlineData(0.8, Severity.Strong)]
    [InlineData(0.95, Severity.Severe)]
    [InlineData(1, Severity.Severe)]
    [InlineData(double.NaN, null)]
    public void A_score_is_as_bad_as_the_highest_threshold_that_it_reaches(double score, Severity? severity) =>
        Assert.Equal(severity, WithHeads.FindingsOf(Scored((ScreeningCategory.Toxic, score)), []).SingleOrDefault()?.Severity);

    [Fact]
    public void A_finding_of_a_classifier_says_the_head_the_score_and_the_version() => Assert.Equal(
        [new(ScreeningLayer.Model, ScreeningCategory.Toxic, Severity.Strong, 0.9, "model/toxic", "2"), new(ScreeningLayer.Model, ScreeningCategory.ChildSafety, Severity.Strong, 0.8, "model/childSafety", "2")],
        WithHeads.FindingsOf(Scored((ScreeningCategory.Toxic, 0.9), (ScreeningCategory.Hate, 0.69), (ScreeningCategory.ChildSafety, 0.8)), []));

    [Fact]
    public void A_score_that_the_policy_has_no_threshold_for_is_passed_over()
    {
        Assert.Empty(WithHeads.FindingsOf(Scored((ScreeningCategory.Spam, 1)), []));
        Assert.Empty(Policy.FindingsOf(Scored((ScreeningCategory.Toxic, 1), (ScreeningCategory.Hate, 1)), []));
    }

    [Fact]
    public void Each_classifier_has_thresholds_of_its_own()
    {
        var scored = Scored((ScreeningCategory.Toxic, 0.4), (ScreeningCategory.Hate, 0.9));

        Assert.Equal("model/hate", Assert.Single(WithHeads.FindingsOf(scored, [])).Rule);
        Assert.Equal("other/toxic", Assert.Single(WithHeads.FindingsOf(scored with { Model = "other" }, [])).Rule);
        Assert.Empty(WithHeads.FindingsOf(scored with { Model = "unknown" }, []));
    }

    [Fact]
    public void A_score_of_the_heads_for_sexual_talk_counts_only_beside_a_sexual_word()
    {
        var scored = Scored((ScreeningCategory.Sexual, 1));
        var word = Rude with { Category = ScreeningCategory.Sexual, Severity = Severity.Mild };

        Assert.Empty(WithHeads.FindingsOf(scored, []));
        Assert.Empty(WithHeads.FindingsOf(scored, [Slur, Phone, Repeated, word with { Layer = ScreeningLayer.Model }]));
        Assert.Equal("model/sexual", Assert.Single(WithHeads.FindingsOf(scored, [Phone, word])).Rule);
        Assert.Equal("model/sexual", Assert.Single(WithHeads.FindingsOf(scored, [word with { Category = ScreeningCategory.ChildSafety }])).Rule);
        Assert.Equal("other/sexual", Assert.Single(WithHeads.FindingsOf(scored with { Model = "other" }, [])).Rule);
    }

    [Fact]
    public void Scores_count_beside_what_the_other_layers_found()
    {
        var word = Rude with { Category = ScreeningCategory.Sexual };
        var scored = Scored((ScreeningCategory.Sexual, 1));

        Assert.Equal([word, .. WithHeads.FindingsOf(scored, [word])], WithHeads.WithScores([word], scored));
        Assert.Equal(2, WithHeads.WithScores([word], scored).Count);
        Assert.Equal([Phone], WithHeads.WithScores([Phone], scored));
    }

    [Fact]
    public void Where_nothing_is_found_there_is_no_verdict() => Assert.Null(Policy.Judge([]));

    [Fact]
    public void What_the_policy_does_not_name_is_delivered() =>
        Assert.Null(Policy.Judge([Slur with { Category = ScreeningCategory.Sexual }, Phone with { Category = ScreeningCategory.Link }]));

    [Fact]
    public void A_verdict_says_what_was_found_by_which_version_and_under_which_policy() => Assert.Equal(
        new(ScreeningAction.Block, ScreeningCategory.Hate, Severity.Severe, 1, "lexicon", "3", "7"), Policy.Judge([Slur]));

    [Fact]
    public void Of_several_findings_the_one_that_leads_furthest_decides_in_whatever_order()
    {
        Assert.Equal(ScreeningAction.Block, Policy.Judge([Phone, Rude, Slur])!.Action);
        Assert.Equal(ScreeningAction.Block, Policy.Judge([Slur, Rude, Phone])!.Action);
        Assert.Equal(ScreeningCategory.Hate, Policy.Judge([Phone, Rude])!.Category);
        Assert.Equal(ScreeningAction.Flag, Policy.Judge([Rude, Rude with { Category = ScreeningCategory.Toxic }])!.Action);
    }

    [Fact]
    public void A_model_alone_never_blocks() => Assert.Equal(
        new(ScreeningAction.Flag, ScreeningCategory.Threat, Severity.Severe, 0.99, "model/threat", "2", "7"), Policy.Judge([Modelled]));

    [Fact]
    public void A_mild_or_strong_word_and_a_contact_give_a_model_no_more_weight()
    {
        Assert.Equal(ScreeningAction.Flag, Policy.Judge([Modelled, Rude, Phone])!.Action);
        Assert.Equal(ScreeningAction.Flag, Policy.Judge([Modelled, Slur with { Severity = Severity.Mild }])!.Action);
    }

    [Fact]
    public void A_model_blocks_beside_a_severe_word_or_a_behaviour()
    {
        var severeWord = Slur with { Category = ScreeningCategory.Sexual };
        var behaviour = Repeated with { Severity = Severity.Mild };

        Assert.Equal("model/threat", Policy.Judge([Modelled, severeWord])!.Rule);
        Assert.Equal(ScreeningAction.Block, Policy.Judge([Modelled, severeWord])!.Action);
        Assert.Equal(ScreeningAction.Block, Policy.Judge([Modelled, behaviour])!.Action);
    }

    [Fact]
    public void What_is_delivered_already_is_flagged_instead_of_blocked()
    {
        Assert.Equal(Policy.Judge([Slur])! with { Action = ScreeningAction.Flag }, Policy.JudgeDelivered([Slur]));
        Assert.Equal(Policy.Judge([Rude]), Policy.JudgeDelivered([Rude]));
        Assert.Null(Policy.JudgeDelivered([]));
    }

    [Fact]
    public void A_behaviour_blocks_by_itself() => Assert.Equal(ScreeningAction.Block, Policy.Judge([Repeated])!.Action);

    private static Classification Scored(params (ScreeningCategory Category, double Score)[] scores) =>
        new("model", "2", scores.ToDictionary(score => score.Category, score => score.Score));
}
