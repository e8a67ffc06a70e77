using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using RandomChat.ScreeningModels;

namespace RandomChat.Infrastructure.Tests.Screening;

public sealed class LexiconTests
{
    private const int Seed = 7;
    private readonly LocalTextScreen screen = new();

    public static TheoryData<string> Kinds => [.. Obfuscations.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Words_of_severity_2_and_more_are_found_however_they_are_written(string kind)
    {
        var write = Obfuscations.All.Single(one => one.Name == kind).Write;
        var chance = new Random(Seed);
        var words = LexiconWords.WorthANotice;

        var missed = words.Where(word => !LexiconWords.Holds(screen.Inspect($"well {write(word.Text, chance)}, he said"), word.Text)).Select(word => word.Text).ToArray();

        Assert.True(missed.Length * 100 <= words.Count, $"{missed.Length} of {words.Count} were missed: {string.Join(", ", missed)}");
    }

    [Theory]
    [InlineData("Scunthorpe, Essex, Dickens, Hancock, cocktail, assassin, pussycat, therapist, grape, snigger, niggardly, Niger, Nigeria")]
    [InlineData("the results of the exam go ok i hope, see you on the 1st, or in june")]
    [InlineData("it cost 5k and 455 more, my flat is 4b, B2B and 24/7")]
    [InlineData("a raccoon and a Maine c00l cat")]
    [InlineData("she made dinner, the chin kept moving")]
    [InlineData("can't stand it is so n i c e")]
    [InlineData("Сосна и хер с ним, как дела")]
    [InlineData("我喜欢山和水 丁七丅下")]
    public void Innocent_texts_are_left_alone(string text) =>
        Assert.DoesNotContain(screen.Inspect(text).Findings, finding => finding.Severity >= Severity.Strong);

    [Fact]
    public void Who_says_who_they_are_is_left_alone() => Assert.All(IdentityTerms.Sentences, sentence =>
        Assert.DoesNotContain(screen.Inspect(sentence).Findings, finding => finding.Category == ScreeningCategory.Hate));

    [Theory]
    [InlineData("n i g g e r")]
    [InlineData("what a f*ggot")]
    [InlineData("k!ke!you")]
    [InlineData("\"wetbacks\"")]
    [InlineData("kys")]
    [InlineData("k.y.s")]
    [InlineData("KiLl__YoUrSeLf")]
    [InlineData("gas the jews 1488")]
    [InlineData("nigger88")]
    [InlineData("please sell cp")]
    public void Severe_ones_are_severe(string text) =>
        Assert.Contains(screen.Inspect(text).Findings, finding => finding.Severity == Severity.Severe);

    [Fact]
    public void Of_what_an_asterisk_may_hide_the_milder_is_taken() =>
        Assert.DoesNotContain(screen.Inspect("oh s**t").Findings, finding => finding.Severity > Severity.Mild);

    [Theory]
    [InlineData("b***er, you beaner")]
    [InlineData("b***er b***er, you b*aner")]
    [InlineData("b***er \u202Erenaeb uoy")]
    public void Behind_an_asterisk_nothing_hides_what_stands_in_the_open(string text) =>
        Assert.Contains(screen.Inspect(text).Findings, finding => finding.Severity == Severity.Severe);

    [Fact]
    public void A_number_is_no_word() => Assert.Empty(screen.Inspect("455 4553 80085 1337").Findings);

    [Fact]
    public void Whatever_it_is_given_it_answers()
    {
        foreach (var (_, unit) in HostileTexts.All)
        {
            screen.Inspect(HostileTexts.Of(unit, 2_000));
        }

        foreach (var text in new[] { string.Empty, " ", "\0", "\uD83D", "a\uDE00b", "\uFFFF", "\uFFFE", "a\uFFFEb\u0301", "\uFDD0é", "\U0001FFFE", new string('\uFDFA', 20_000), new string('a', 100_000) })
        {
            screen.Inspect(text);
        }
    }

    public static TheoryData<string> Hostile => [.. HostileTexts.All.Select(text => text.Name)];

    /// <summary>Counted, since time depends on the machine; what grows with the square would take four times as many for each.</summary>
    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_text_four_times_as_long_takes_four_times_as_many_steps(string name)
    {
        var unit = HostileTexts.All.Single(text => text.Name == name).Unit;

        Assert.InRange(Steps(HostileTexts.Of(unit, 2_000)), 0, (5 * Steps(HostileTexts.Of(unit, 500))) + 100);
    }

    [Fact]
    public void Entries_are_unlike_each_other_and_fit()
    {
        Assert.Equal(Lexicon.Default.Entries.Count, Lexicon.Default.Entries.Select(entry => entry.Text).Distinct().Count());
        Assert.All(Lexicon.Default.Entries, entry => Assert.InRange(entry.Letters.Length, 2, LexiconEntry.MostLetters));
    }

    private static long Steps(string text)
    {
        using var normalised = NormalisedText.Of(text);
        return Lexicon.Default.Find(normalised.Symbols, []);
    }
}
