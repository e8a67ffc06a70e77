using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;

namespace RandomChat.Infrastructure.Tests.Screening;

public sealed class ContactTests
{
    private readonly LocalTextScreen screen = new();

    [Theory]
    [InlineData("call me +44 7700 900123", "contact/phone")]
    [InlineData("07700900123", "contact/phone")]
    [InlineData("(555) 867-5309 x", "contact/phone")]
    [InlineData("０７７００ ９００１２３", "contact/phone")]
    [InlineData("0\u200B7700 900\u200B123", "contact/phone")]
    [InlineData("07700 900123, call me", "contact/phone")]
    [InlineData("on 07700 900123: any time", "contact/phone")]
    [InlineData("07.700.900.123", "contact/phone")]
    [InlineData("06 12 34 56 78", "contact/phone")]
    [InlineData("+33 6 12 34 56 78", "contact/phone")]
    [InlineData("06.12.34.56.78", "contact/phone")]
    [InlineData("07.70.90.01.23", "contact/phone")]
    [InlineData("appelle (06.12.34.56.78)", "contact/phone")]
    [InlineData("12.34.56.78.90.", "contact/phone")]
    [InlineData("0151 2345 6789", "contact/phone")]
    [InlineData("0 7 7 0 0 9 0 0 1 2 3", "contact/phone")]
    [InlineData("192.168.100.101 07700900123", "contact/phone")]
    [InlineData("write to jo.doe+x@example.org please", "contact/email")]
    [InlineData("i am @sunny_day99 there", "contact/handle")]
    [InlineData("add me on s n a p", "contact/invitation")]
    [InlineData("my 1nsta is sunny", "contact/invitation")]
    [InlineData("look at https://example.museum/x?y=1", "contact/link")]
    [InlineData("www.example.shop", "contact/link")]
    [InlineData("go to exa\u200Bmple.com", "contact/link")]
    [InlineData("ＥＸＡＭＰＬＥ．ＣＯＭ", "contact/link")]
    [InlineData("t.me/sunny", "contact/link")]
    public void Ways_to_somebody_outside_are_found(string text, string rule)
    {
        var found = screen.Inspect(text);

        Assert.Contains(found.Findings, finding => finding.Rule == rule);
        Assert.True(found.LeadsAway);
    }

    [Theory]
    [InlineData("born 12.03.1990, lived 1990-2004")]
    [InlineData("2024-11-28 12:30")]
    [InlineData("on 28.11.2024 12.30, or so")]
    [InlineData("1914-1918, 1939-1945 2001")]
    [InlineData("1990 1995 2004")]
    [InlineData("it costs 1,000,000,000")]
    [InlineData("ping 192.168.100.101")]
    [InlineData("ping 192.168.100.101, 81.155.98.102 10")]
    [InlineData("ping (192.168.100.101  )")]
    [InlineData("it is 192.168.100.101.")]
    [InlineData("ping 10.0.0.1 or 127.0.0.1.")]
    [InlineData("isbn = 0-521-37169-4")]
    [InlineData("ok.so then it.is like that.no")]
    [InlineData("e.g. this, i.e. that, a.m. and p.m.")]
    [InlineData("meet @ 5 or @home")]
    [InlineData("12345678")]
    [InlineData("1 2 3 4 go")]
    public void What_only_looks_like_one_is_not(string text) => Assert.False(screen.Inspect(text).LeadsAway, text);

    [Fact]
    public void A_link_in_a_line_is_stronger_than_one_in_a_long_text_or_to_where_everybody_looks_things_up()
    {
        Assert.Equal(Severity.Strong, Link("come to example.com"));
        Assert.Equal(Severity.Mild, Link("see https://en.wikipedia.org/wiki/Chess"));
        Assert.Equal(Severity.Mild, Link(string.Join(' ', Enumerable.Repeat("a long story of many words", 10)) + " example.com"));
    }

    [Fact]
    public void The_same_text_has_the_same_fingerprint_however_it_is_written()
    {
        var plain = screen.Inspect("Hello stranger, visit example.com");

        Assert.Equal(plain.Fingerprint, screen.Inspect("h e l l o  ѕtranger!!! vísit EXAMPLE.com").Fingerprint);
        Assert.NotEqual(plain.Fingerprint, screen.Inspect("Hello stranger, visit example.org").Fingerprint);
        Assert.NotEqual(screen.Inspect("my number is 123").Fingerprint, screen.Inspect("my number is 132").Fingerprint);
    }

    private Severity Link(string text) => Assert.Single(screen.Inspect(text).Findings, finding => finding.Category == ScreeningCategory.Link).Severity;
}
