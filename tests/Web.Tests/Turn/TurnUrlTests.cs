using RandomChat.Web.Turn;

namespace RandomChat.Web.Tests.Turn;

public sealed class TurnUrlTests
{
    [Theory]
    [InlineData("turn:turn.example", "turn.example", 3478, TurnTransport.Udp)]
    [InlineData("turn:turn.example:80?transport=udp", "turn.example", 80, TurnTransport.Udp)]
    [InlineData("turn:192.0.2.1?transport=tcp", "192.0.2.1", 3478, TurnTransport.Tcp)]
    [InlineData("turn:[2001:db8::1]:443", "2001:db8::1", 443, TurnTransport.Udp)]
    [InlineData("turns:turn.example", "turn.example", 5349, TurnTransport.Tls)]
    [InlineData("turns:turn.example:443?transport=tcp", "turn.example", 443, TurnTransport.Tls)]
    public void A_URL_names_host_port_and_transport(string text, string host, int port, TurnTransport transport) =>
        Assert.Equal(new TurnUrl(host, port, transport), TurnUrl.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("stun:turn.example")]
    [InlineData("turn:")]
    [InlineData("turn://turn.example")]
    [InlineData("turn:user@turn.example")]
    [InlineData("turn:turn.example:0")]
    [InlineData("turn:turn.example:65536")]
    [InlineData("turn:turn.example:port")]
    [InlineData("turn:turn.example?transport=sctp")]
    [InlineData("turn:2001:db8::1")]
    [InlineData("turns:turn.example?transport=udp")]
    public void Anything_else_is_none(string text) => Assert.Null(TurnUrl.Parse(text));

    [Fact]
    public void Operators_see_host_and_port()
    {
        Assert.Equal("turn.example:3478", TurnUrl.Parse("turn:turn.example?transport=tcp")!.ToString());
        Assert.Equal("[2001:db8::1]:5349", TurnUrl.Parse("turns:[2001:db8::1]")!.ToString());
    }
}
