using CsCheck;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Domain.Tests.Matchmaking;

public sealed class InterestPolicyTests
{
    [Theory]
    [InlineData("  Chess ", "chess")]
    [InlineData("ＣＨＥＳＳ", "chess")]
    [InlineData("ﬁlm", "film")]
    [InlineData("Cafe\u0301", "café")]
    [InlineData("ÇAY", "çay")]
    public void Interests_compare_trimmed_in_one_form_and_lower_case(string written, string compared) =>
        Assert.Equal(compared, InterestPolicy.Normalise(written));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void What_is_no_text_is_no_interest(string written) => Assert.Null(InterestPolicy.Normalise(written));

    [Fact]
    public void Half_a_character_is_no_interest() => Assert.Null(InterestPolicy.Normalise("\ud800"));

    [Fact]
    public void A_normalised_interest_stays_as_it_is() =>
        Gen.String.Sample(text => InterestPolicy.Normalise(text) is not { } once || InterestPolicy.Normalise(once) == once);

    [Theory]
    [InlineData("en")]
    [InlineData("pt-BR")]
    [InlineData("zh-Hant-TW")]
    [InlineData("de-1996")]
    [InlineData("es-419")]
    [InlineData("en-u-ca-gregory")]
    [InlineData("x-whatever")]
    [InlineData("EN-GB")]
    public void A_well_formed_tag_is_a_language(string tag) => Assert.True(InterestPolicy.IsLanguageTag(tag));

    [Theory]
    [InlineData("")]
    [InlineData("e")]
    [InlineData("en-")]
    [InlineData("-en")]
    [InlineData("en_GB")]
    [InlineData("en GB")]
    [InlineData("12")]
    [InlineData("en-u")]
    [InlineData("x")]
    [InlineData("en-abcdefghi")]
    [InlineData("ën")]
    [InlineData("en-aaaaaaaa-bbbbbbbb-cccccccc-dddddd")]
    public void Anything_else_is_none(string tag) => Assert.False(InterestPolicy.IsLanguageTag(tag));

    [Theory]
    [InlineData("en", "en")]
    [InlineData("pt-br", "pt-br")]
    [InlineData("zh-hant-tw", "zh-hant-tw")]
    [InlineData("es-419", "es-419")]
    [InlineData("de-1996", "de")]
    [InlineData("en-x-callme-at-noon", "en")]
    [InlineData("x-callme-at-noon", "und")]
    [InlineData("callme-at-noon", "und")]
    [InlineData("en-callme", "en")]
    public void Only_language_script_and_region_stand_in_clear(string tag, string recorded) =>
        Assert.Equal(recorded, InterestPolicy.RecordedLanguage(tag));
}
