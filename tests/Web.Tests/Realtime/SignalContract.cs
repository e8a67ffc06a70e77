using System.Text.Json;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

public sealed class JsonSignalTests(HubServer server) : SignalContract(server, Wire.Json);

public sealed class MessagePackSignalTests(HubServer server) : SignalContract(server, Wire.MessagePack);

/// <summary>Which signals of a call reach the partner, and which do not, over either protocol.</summary>
public abstract class SignalContract(HubServer hub, Wire wire) : IClassFixture<HubServer>
{
    private const string Relayed = "candidate:7 1 udp 41885695 203.0.113.9 50001 typ relay raddr 0.0.0.0 rport 0 generation 0";

    private Task<Pair> Meet(string mode = "video") => Pair.Meet(hub.Server.Address, wire, mode);

    [Fact]
    public async Task A_signal_that_is_none_is_refused_and_the_partner_sees_nothing()
    {
        await using var pair = await Meet();

        Assert.Equal("invalid", await Refused(pair.Ann, pair.MatchId, "bye", null));
        Assert.Equal("invalid", await Refused(pair.Ann, pair.MatchId, null, null));
        Assert.Equal("invalid", await Refused(pair.Ann, pair.MatchId, "Offer", null));
        Assert.Equal("invalid", await Refused(pair.Ann, pair.MatchId, "offer", "v=0"));
        Assert.Equal("invalid", await Refused(pair.Ann, pair.MatchId, "offer", new object[] { "v=0" }));
        Assert.Equal("invalid", await Refused(pair.Ann, pair.MatchId, "ice", 5));
        Assert.Equal("too-large", await Refused(pair.Ann, pair.MatchId, "offer", Map(("sdp", new string('x', 70_000)))));

        await AssertNothingCame(pair);
    }

    [Fact]
    public async Task A_stranger_signals_to_nobody()
    {
        await using var pair = await Meet();
        await using var others = await Meet();
        await using var nobody = await HubVisitor.Enter(hub.Server.Address, wire);

        foreach (var stranger in new[] { others.Ann, others.Bob, nobody })
        {
            Assert.Equal("not-in-match", await Refused(stranger, pair.MatchId, "offer", Map(("sdp", "v=0"))));
        }

        Assert.Equal("not-in-match", await Refused(pair.Ann, Guid.NewGuid().ToString(), "offer", null));
        await AssertNothingCame(pair);
        await AssertNothingCame(others);
    }

    [Fact]
    public async Task Nobody_signals_in_a_match_that_is_over_nor_from_it_into_the_next()
    {
        await using var pair = await Meet();
        await pair.Bob.Tell("end_session", Map(("matchId", pair.MatchId)));
        await using var next = await Meet();

        Assert.Equal("not-in-match", await Refused(pair.Ann, pair.MatchId, "ice", null));
        Assert.Equal("not-in-match", await Refused(pair.Bob, pair.MatchId, "ice", null));

        Assert.Equal("not-in-match", await Refused(next.Ann, pair.MatchId, "ice", null));
        await AssertNothingCame(next);
        Assert.Empty(pair.Ann.Unread("signal"));
        Assert.Empty(pair.Bob.Unread("signal"));
    }

    [Fact]
    public async Task There_are_no_calls_in_a_text_match()
    {
        await using var pair = await Meet("text");

        Assert.Equal("conflict", await Refused(pair.Ann, pair.MatchId, "offer", Map(("sdp", "v=0"))));

        await pair.Ann.Say(pair.MatchId, "hello");
        await pair.Bob.Next("chat_message");
        Assert.Empty(pair.Bob.Unread("signal"));
    }

    [Fact]
    public async Task While_one_tab_holds_the_call_another_one_may_not_signal_and_takes_it_over_when_the_first_is_gone()
    {
        await using var pair = await Meet();
        await using var tab = await pair.Ann.AnotherTab();

        Assert.Equal("conflict", await Refused(tab, pair.MatchId, "offer", Map(("sdp", "v=0"))));
        await AssertNothingCame(pair);

        await pair.Ann.DisposeAsync();
        await Wait.Until(() => Task.FromResult(hub.Server.Connections(pair.Ann.Id) == 1));
        await tab.Tell("signal", Signal(pair.MatchId, "offer", Map(("sdp", "v=0"))));
        Assert.Equal("offer", (await pair.Bob.Next("signal")).Text("type"));
        await pair.Bob.Tell("signal", Signal(pair.MatchId, "answer", Map(("sdp", "v=0"))));
        Assert.Equal("answer", (await tab.Next("signal")).Text("type"));
    }

    // ---- under Ice:Policy=relay

    [Fact]
    public async Task Under_relay_the_partner_never_learns_an_address()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Ice:Policy"] = "relay" });
        await using var pair = await Pair.Meet(server.Address, wire, "video");
        const string Sdp = "v=0\r\no=- 4611 2 IN IP4 198.51.100.7\r\ns=-\r\nt=0 0\r\nm=audio 54555 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 198.51.100.7\r\n"
            + "a=candidate:1 1 udp 2113937151 198.51.100.7 54555 typ host\r\na=" + Relayed + "\r\na=mid:0\r\n";

        await pair.Ann.Tell("signal", Signal(pair.MatchId, "offer", Map(("type", "offer"), ("sdp", Sdp), ("address", "198.51.100.7"))));
        await pair.Ann.Tell("signal", Signal(pair.MatchId, "ice", Map(("candidate", "candidate:1 1 udp 2113937151 198.51.100.7 54555 typ host"), ("sdpMid", "0"))));
        await pair.Ann.Tell("signal", Signal(pair.MatchId, "ice", Map(("candidate", "candidate:2 1 udp 1677729535 198.51.100.7 54555 typ srflx raddr 192.168.1.7 rport 9"))));
        await pair.Ann.Tell("signal", Signal(pair.MatchId, "ice", Map(
            ("candidate", Relayed.Replace("raddr 0.0.0.0 rport 0", "raddr 198.51.100.7 rport 54555", StringComparison.Ordinal)),
            ("sdpMid", "0"), ("sdpMLineIndex", 0), ("usernameFragment", "Ab1"), ("address", "198.51.100.7"))));
        await pair.Ann.Tell("signal", Signal(pair.MatchId, "ice", null));
        var (offer, candidate, end) = (await pair.Bob.Next("signal"), await pair.Bob.Next("signal"), await pair.Bob.Next("signal"));

        Assert.Equal(["sdp", "type"], offer.GetProperty("payload").Keys());
        Assert.Equal(
            "v=0\r\no=- 4611 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=" + Relayed + "\r\na=mid:0\r\n",
            offer.GetProperty("payload").Text("sdp"));
        Assert.Equal(["candidate", "sdpMLineIndex", "sdpMid", "usernameFragment"], candidate.GetProperty("payload").Keys());
        Assert.Equal(Relayed, candidate.GetProperty("payload").Text("candidate"));
        Assert.Equal(0, candidate.GetProperty("payload").Number("sdpMLineIndex"));
        Assert.Equal(("ice", JsonValueKind.Null), (end.Text("type"), end.GetProperty("payload").ValueKind));
        Assert.Empty(pair.Bob.Unread("signal"));
    }

    [Fact]
    public async Task Under_relay_a_description_needs_its_text()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Ice:Policy"] = "relay" });
        await using var pair = await Pair.Meet(server.Address, wire, "video");

        Assert.Equal("invalid", await Refused(pair.Ann, pair.MatchId, "offer", null));
        Assert.Equal("invalid", await Refused(pair.Ann, pair.MatchId, "answer", Map(("sdp", 5))));

        await AssertNothingCame(pair);
    }

    /// <summary>What Bob hears first is what Ann sends now.</summary>
    private static async Task AssertNothingCame(Pair pair)
    {
        await pair.Ann.Tell("signal", Signal(pair.MatchId, "ice", null));

        var first = await pair.Bob.Next("signal");
        Assert.Equal((pair.MatchId, "ice"), (first.Text("matchId"), first.Text("type")));
        Assert.Empty(pair.Bob.Unread("signal"));
        Assert.Empty(pair.Ann.Unread("signal"));
    }

    private static async Task<string> Refused(HubVisitor visitor, string matchId, string? type, object? payload) =>
        (await visitor.Refused("signal", Signal(matchId, type, payload))).Code;

    private static Dictionary<string, object?> Signal(string matchId, string? type, object? payload) =>
        Map(("matchId", matchId), ("type", type), ("payload", payload));

    private static Dictionary<string, object?> Map(params (string Name, object? Value)[] fields) =>
        fields.ToDictionary(field => field.Name, field => field.Value);
}
