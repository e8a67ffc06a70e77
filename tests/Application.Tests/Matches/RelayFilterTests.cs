using System.Text.Json;
using CsCheck;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;

namespace RandomChat.Application.Tests.Matches;

/// <summary>What of a signal is left when nobody is to learn the sender's address.</summary>
public sealed class RelayFilterTests
{
    private const string Relayed = "candidate:7 1 udp 41885695 203.0.113.9 50001 typ relay raddr 0.0.0.0 rport 0 generation 0 ufrag Ab1 network-cost 999";

    /// <summary>As a browser on Chrome's engine writes it when it may use every way.</summary>
    private const string Chromes =
        "v=0\r\no=- 4611732181 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS stream\r\n"
        + "m=audio 54555 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 198.51.100.7\r\na=rtcp:54556 IN IP4 198.51.100.7\r\n"
        + "a=candidate:1 1 udp 2113937151 192.168.1.7 54555 typ host generation 0 network-id 1 network-cost 10\r\n"
        + "a=candidate:2 1 udp 2113939711 2001:db8:0:1::7 54557 typ host generation 0 network-id 2\r\n"
        + "a=candidate:3 1 udp 2113937151 7d2f6a5c-1b7e-4c0f-9c55-0a4d1f6c1e01.local 54558 typ host generation 0\r\n"
        + "a=candidate:4 1 udp 1677729535 198.51.100.7 54555 typ srflx raddr 192.168.1.7 rport 54555 generation 0\r\n"
        + "a=candidate:5 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active generation 0\r\n"
        + "a=candidate:7 1 udp 41885695 203.0.113.9 50001 typ relay raddr 198.51.100.7 rport 54555 generation 0 network-id 1\r\n"
        + "a=ice-ufrag:Ab1\r\na=ice-pwd:secretsecretsecretsecret\r\na=ice-options:trickle\r\na=fingerprint:sha-256 AB:CD:EF:01\r\na=setup:actpass\r\n"
        + "a=mid:0\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=ssrc:1234 cname:kOjx9\r\n"
        + "m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP6 2001:db8:0:1::7\r\na=mid:1\r\na=inactive\r\n";

    private const string ChromesRelayed =
        "v=0\r\no=- 4611732181 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS stream\r\n"
        + "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
        + "a=candidate:7 1 udp 41885695 203.0.113.9 50001 typ relay raddr 0.0.0.0 rport 0 generation 0 network-id 1\r\n"
        + "a=ice-ufrag:Ab1\r\na=ice-pwd:secretsecretsecretsecret\r\na=ice-options:trickle\r\na=fingerprint:sha-256 AB:CD:EF:01\r\na=setup:actpass\r\n"
        + "a=mid:0\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=ssrc:1234 cname:kOjx9\r\n"
        + "m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=inactive\r\n";

    /// <summary>As Firefox writes it; the lines of other clients that tell addresses are among its own.</summary>
    private const string Firefoxes =
        "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 5532172 0 IN IP6 2001:db8::5\r\ns=-\r\nt=0 0\r\na=sendrecv\r\na=fingerprint:sha-256 AB:CD\r\n"
        + "a=group:BUNDLE 0\r\na=ice-options:trickle\r\nm=video 49170/2 UDP/TLS/RTP/SAVPF 120\r\nc=IN IP4 198.51.100.5\r\n"
        + "a=candidate:0 1 UDP 2122252543 10.0.0.5 49170 typ host\r\na=candidate:1 1 UDP 1686052863 198.51.100.5 49170 typ srflx raddr 10.0.0.5 rport 49170\r\n"
        + "a=candidate:2 1 UDP 1685987327 198.51.100.5 49171 typ prflx raddr 10.0.0.5 rport 49171\r\n"
        + "a=candidate:3 1 UDP 92217087 2001:db8:ffff::9 50002 typ relay raddr 2001:db8::5 rport 49170\r\na=end-of-candidates\r\n"
        + "a=remote-candidates:1 198.51.100.5 49170\r\na=source-filter: incl IN IP4 * 198.51.100.5\r\na=alt:1 1 : a b 10.0.0.5 5000\r\n"
        + "a=ice-pwd:secretsecretsecretsecret\r\na=ice-ufrag:Ab1\r\na=mid:0\r\na=rtcp:49172 IN IP6 2001:db8::5\r\na=rtcp-mux\r\na=setup:active\r\n";

    private const string FirefoxesRelayed =
        "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 5532172 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=sendrecv\r\na=fingerprint:sha-256 AB:CD\r\n"
        + "a=group:BUNDLE 0\r\na=ice-options:trickle\r\nm=video 9 UDP/TLS/RTP/SAVPF 120\r\nc=IN IP4 0.0.0.0\r\n"
        + "a=candidate:3 1 UDP 92217087 2001:db8:ffff::9 50002 typ relay raddr 0.0.0.0 rport 0\r\na=end-of-candidates\r\n"
        + "a=ice-pwd:secretsecretsecretsecret\r\na=ice-ufrag:Ab1\r\na=mid:0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=setup:active\r\n";

    [Theory]
    [InlineData(SignalType.Offer, Chromes, ChromesRelayed)]
    [InlineData(SignalType.Answer, Firefoxes, FirefoxesRelayed)]
    public void A_description_keeps_all_but_its_addresses(SignalType type, string sdp, string relayed)
    {
        var left = Left(type, new { type = "offer", sdp, address = "198.51.100.7", more = new { ip = "10.0.0.5" } });

        Assert.Equal(["sdp", "type"], left.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal("offer", left.GetProperty("type").GetString());
        Assert.Equal(relayed, left.GetProperty("sdp").GetString());
    }

    [Fact]
    public void A_filtered_description_is_filtered_already() =>
        Assert.Equal(ChromesRelayed, Left(SignalType.Offer, new { sdp = ChromesRelayed }).GetProperty("sdp").GetString());

    [Fact]
    public void Lines_end_as_they_ended() => Assert.Equal(
        "v=0\n\nc=IN IP4 0.0.0.0\rs=-",
        Left(SignalType.Offer, new { sdp = "v=0\n\na=candidate:1 1 udp 1 10.0.0.5 9 typ host\nc=IN IP4 10.0.0.5\rs=-" }).GetProperty("sdp").GetString());

    [Theory]
    [InlineData("o=")]
    [InlineData("o=10.0.0.5")]
    [InlineData("o=  10.0.0.5")]
    [InlineData("o=- 10.0.0.5 1 IN IP4 10.0.0.5")]
    [InlineData("O=- 0 0 IN IP4 10.0.0.5")]
    public void An_origin_that_cannot_be_read_is_replaced(string line) =>
        Assert.Equal("o=- 0 0 IN IP4 0.0.0.0", Left(SignalType.Offer, new { sdp = line }).GetProperty("sdp").GetString());

    [Fact]
    public void A_description_without_sdp_is_invalid()
    {
        foreach (var payload in new object?[] { null, new { type = "offer" }, new { sdp = 5 }, new { sdp = (string?)null }, new { sdp = new[] { "v=0" } } })
        {
            var refused = Assert.IsType<Outcome<SignalRelayed?>.Refused>(Apply(SignalType.Offer, payload));
            Assert.Equal("invalid", refused.Refusal.Code);
            Assert.Equal(["payload"], refused.Refusal.Errors!.Keys);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=")]
    public void A_relays_candidate_loses_the_address_that_the_relay_saw(string prefix)
    {
        var line = prefix + Relayed.Replace("raddr 0.0.0.0 rport 0", "raddr 198.51.100.7 rport 54555", StringComparison.Ordinal);

        var left = Left(SignalType.Ice, new { candidate = line, sdpMid = "0", sdpMLineIndex = 0, usernameFragment = "Ab1", address = "198.51.100.7", relatedAddress = "10.0.0.5" });

        Assert.Equal(["candidate", "sdpMLineIndex", "sdpMid", "usernameFragment"], left.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal(prefix + Relayed, left.GetProperty("candidate").GetString());
        Assert.Equal(("0", 0, "Ab1"), (left.GetProperty("sdpMid").GetString(), left.GetProperty("sdpMLineIndex").GetInt32(), left.GetProperty("usernameFragment").GetString()));
    }

    [Fact]
    public void The_end_of_candidates_passes()
    {
        Assert.Null(Assert.IsType<Outcome<SignalRelayed?>.Done>(Apply(SignalType.Ice, null)).Value!.Payload);
        Assert.Equal("""{"candidate":"","sdpMid":null}""", Left(SignalType.Ice, new { candidate = "", sdpMid = (string?)null, address = "10.0.0.5" }).ToString());
    }

    [Theory]
    [InlineData("candidate:1 1 udp 2113937151 192.168.1.7 54555 typ host generation 0")]
    [InlineData("candidate:4 1 udp 1677729535 198.51.100.7 54555 typ srflx raddr 192.168.1.7 rport 54555")]
    [InlineData("candidate:4 1 udp 1677729535 198.51.100.7 54555 typ prflx raddr 192.168.1.7 rport 54555")]
    [InlineData("candidate:3 1 udp 2113937151 7d2f6a5c-1b7e-4c0f-9c55-0a4d1f6c1e01.local 54558 typ host")]
    [InlineData("candidate:3 1 udp 2113937151 7d2f6a5c-1b7e-4c0f-9c55-0a4d1f6c1e01.local 54558 typ relay")]
    [InlineData("candidate:1 1 udp 1 10.0.0.5 9 typ host\r\na=" + Relayed)]
    [InlineData(Relayed + "\r\na=candidate:1 1 udp 1 10.0.0.5 9 typ host")]
    [InlineData(Relayed + " raddr")]
    [InlineData("candidate:1 1 udp 1 10.0.0.5 9 typ host typ relay")]
    [InlineData("candidate:1 1 udp 1 10.0.0.5 9 host relay")]
    [InlineData("candidate:10.0.0.5")]
    [InlineData("typ relay")]
    [InlineData(" ")]
    public void Any_other_candidate_is_dropped(string candidate) => AssertDropped(new { candidate });

    [Fact]
    public void What_is_no_candidate_is_dropped()
    {
        foreach (var payload in new object[] { new { }, new { candidate = 5 }, new { candidate = (string?)null }, new { candidate = new { address = "10.0.0.5" } }, new[] { 1 }, "text", 5 })
        {
            AssertDropped(payload);
        }
    }

    [Fact]
    public void Whatever_a_client_sends_no_address_of_its_sender_survives() =>
        Gen.Select(SenderAddress, Gen.OneOf(Lines.Array[0, 12].Select(lines => string.Join("\r\n", lines)), Gen.String), Gen.Enum<SignalType>()).Sample((address, text, type) =>
        {
            var sent = text.Replace(Mine, address, StringComparison.Ordinal);
            if (Apply(type, new { type = "offer", sdp = sent, candidate = sent, address, sdpMid = "0", extra = new { address } })
                is Outcome<SignalRelayed?>.Done { Value.Payload: { } left })
            {
                Assert.DoesNotContain(address, left.GetRawText(), StringComparison.Ordinal);
            }
        });

    private const string Mine = "<me>";

    /// <summary>Where browsers and other clients put their addresses, in pieces that make malformed lines as well.</summary>
    private static readonly Gen<string> Lines = Gen.Select(
        Gen.OneOf(
            "c=IN IP4 ", "c=IN IP6 ", "c=", "C=IN IP4 ", "o=- 1 2 IN IP4 ", "o=", "o=- ", "o=- 1 ", "o=x 1 2 ", "a=rtcp:9 IN IP4 ", "a=rtcp:", "a=candidate:1 1 udp 5 ",
            "candidate:1 1 udp 5 ", "a=candidate:", "A=CANDIDATE:1 1 UDP 5 ", "a=candidate:1 1 udp 5 203.0.113.9 4 typ relay raddr ",
            "candidate:1 1 udp 5 203.0.113.9 4 typ relay RADDR ", "a=candidate:1 1 udp 5 203.0.113.9 4 typ relay x y raddr ",
            "a=remote-candidates:1 ", "a=source-filter: incl IN IP4 * ", "a=alt:1 1 : u p ", "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 "),
        Gen.OneOf(
            "", " 5000 typ host", " 5000 typ srflx raddr " + Mine + " rport 5", " 5 TYP HOST", " rport 5", " rport 5 x y", "/127", "\r\n", " 9",
            "\rc=IN IP4 " + Mine, "\nc=IN IP4 " + Mine),
        (start, end) => start + Mine + end);

    private static readonly Gen<string> SenderAddress = Gen.OneOf(
        Gen.Byte.Array[4].Select(bytes => new System.Net.IPAddress(bytes).ToString()).Where(address => !"0.0.0.0 203.0.113.9".Contains(address, StringComparison.Ordinal)),
        Gen.Byte.Array[16].Select(bytes => new System.Net.IPAddress(bytes).ToString()).Where(address => address.Length > 8));

    private static Outcome<SignalRelayed?> Apply(SignalType type, object? payload) => RelayFilter.Apply(
        new(Guid.Empty, type, payload is null ? null : JsonSerializer.SerializeToElement(payload)));

    private static JsonElement Left(SignalType type, object payload) =>
        Assert.IsType<Outcome<SignalRelayed?>.Done>(Apply(type, payload)).Value!.Payload!.Value;

    private static void AssertDropped(object payload) =>
        Assert.Null(Assert.IsType<Outcome<SignalRelayed?>.Done>(Apply(SignalType.Ice, payload)).Value);
}
