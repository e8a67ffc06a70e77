using CsCheck;
using RandomChat.Domain.Matches;

namespace RandomChat.Domain.Tests.Matches;

public sealed class MessagePolicyTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("  hello\n", "hello")]
    [InlineData("two  words", "two  words")]
    [InlineData("שלום", "שלום")]
    [InlineData("👋", "👋")]
    public void A_message_is_sent_trimmed_and_otherwise_as_it_was_written(string body, string sent) =>
        Assert.Equal(sent, MessagePolicy.Accept(body));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\r\n\t")]
    public void Nothing_but_white_space_is_no_message(string body) => Assert.Null(MessagePolicy.Accept(body));

    [Fact]
    public void Two_thousand_characters_are_a_message_and_one_more_is_not()
    {
        var longest = new string('a', MessagePolicy.MaximumLength);

        Assert.Equal(2_000, longest.Length);
        Assert.Equal(longest, MessagePolicy.Accept(longest));
        Assert.Null(MessagePolicy.Accept(longest + "a"));
    }

    [Fact]
    public void The_length_counts_after_trimming()
    {
        var longest = new string('a', MessagePolicy.MaximumLength);

        Assert.Equal(longest, MessagePolicy.Accept($"  {longest}  "));
    }

    [Fact]
    public void What_was_accepted_is_accepted_again_unchanged() =>
        Gen.String.Sample(body => MessagePolicy.Accept(body) is not { } accepted || MessagePolicy.Accept(accepted) == accepted);
}
