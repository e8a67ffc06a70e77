using System.Text;
using RandomChat.Infrastructure.EventStoreDb;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

public sealed class CopyMarkTests
{
    [Theory]
    [InlineData("{}", null)]
    [InlineData("{ }", 7L)]
    [InlineData("""{"actor":"system","copied":{"position":9}}""", 1_767_225_600_000)]
    [InlineData("""{ "a" : [1, {"b": "}"}] }""", null)]
    public void Metadata_come_out_as_they_went_in_and_are_JSON_meanwhile(string metadata, long? until)
    {
        var mark = new CopyMark(4_711, 1_767_225_599_999, until);

        var marked = mark.Before(Encoding.UTF8.GetBytes(metadata));

        System.Text.Json.JsonDocument.Parse(marked).Dispose();
        Assert.True(CopyMark.TryTake(marked, out var taken, out var rest));
        Assert.Equal((mark, metadata), (taken, Encoding.UTF8.GetString(rest.Span)));
        Assert.False(CopyMark.CanStandBefore(marked));
        Assert.False(CopyMark.TryTake(rest, out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData(" {}")]
    public void Nothing_stands_before_what_is_no_object(string metadata) => Assert.False(CopyMark.CanStandBefore(Encoding.UTF8.GetBytes(metadata)));
}
