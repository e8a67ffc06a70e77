using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening.Models;
using RandomChat.ScreeningModels;

namespace RandomChat.Infrastructure.Tests.Screening;

public sealed class HeadTextTests
{
    [Theory]
    [InlineData("Hello  THERE,\nyou!", "hello there, you!")]
    [InlineData("ｈｅｌｌｏ 𝗁𝖾𝗅𝗅𝗈 hеllо hé\u200Bllo", "hello hello hello hello")]
    [InlineData("hi @Some_One, look: https://example.org/a?b", "hi @user look: http")]
    [InlineData("www.example.org and me@example.org", "http and me@example.org")]
    [InlineData("ok👍🏽great", "ok 👍 🏽 great")]
    [InlineData("こんにちは ÉTÉ", "こんにちは ete")]
    [InlineData("", "")]
    public void A_text_is_read_as_it_is_meant(string text, string read) => Assert.Equal(read, HeadText.Of(text, []));

    [Theory]
    [InlineData("\uFDFA")]
    [InlineData("words ")]
    public void What_is_read_of_a_text_has_a_bound(string unit) => Assert.InRange(HeadText.Of(HostileTexts.Of(unit, 20_000), []).Length, 2_000, 8_192);

    [Fact]
    public void What_the_lexicon_found_stands_before_it_and_what_others_found_does_not()
    {
        var word = new Finding(ScreeningLayer.Lexicon, ScreeningCategory.Hate, Severity.Severe, 1, "lexicon", "1");

        Assert.Equal("<Hate3> hello", HeadText.Of("hello", [word, word with { Layer = ScreeningLayer.Contact }]));
    }
}
