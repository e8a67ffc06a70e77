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
    public void A_behaviour_blocks_by_itself() => Assert.Equal(ScreeningAction.Block, Policy.Judge([Repeated])!.Action);
}
