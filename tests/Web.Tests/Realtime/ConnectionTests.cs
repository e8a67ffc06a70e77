using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http.Connections;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>Connections that come, go, misbehave or never read.</summary>
public sealed class ConnectionTests(HubServer hub) : IClassFixture<HubServer>
{
    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    private Uri Address => hub.Server.Address;

    [Theory]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task Clients_without_WebSockets_can_talk_too(HttpTransportType transport)
    {
        var request = Pair.Request();
        await using var ann = await HubVisitor.Enter(Address, transport: transport);
        await using var bob = await HubVisitor.Enter(Address);
        await ann.Join(request);
        await bob.Join(request);
        var matchId = (await ann.Next("match_found")).Text("matchId");

        await bob.Say(matchId, "hello");

        Assert.Equal("hello", (await ann.Next("chat_message")).Text("body"));
        Assert.Equal(2, (await ann.Say(matchId, "hi")).Number("sequence"));
    }

    [Fact]
    public async Task Nobody_connects_without_a_session()
    {
        using var socket = new ClientWebSocket();

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(SocketAddress("not-a-token"), CancellationToken.None));

        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_connect()
    {
        var (token, _) = await HubVisitor.Session(Address);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://elsewhere.example");

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(SocketAddress(token), CancellationToken.None));

        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8 << 20)]
    [InlineData((256 << 10) + 1)]
    public async Task A_frame_that_is_too_large_closes_its_senders_connection_alone(int bytes)
    {
        await using var pair = await Pair.Meet(Address);
        using var socket = await Connected();

        await Flood(socket, bytes);

        await AssertClosed(socket);
        Assert.Equal(1, (await pair.Ann.Say(pair.MatchId, "unharmed")).Number("sequence"));
        Assert.Equal("unharmed", (await pair.Bob.Next("chat_message")).Text("body"));
    }

    [Theory]
    [InlineData("{\"type\":1,\"target\":\"chat_message\",\"arguments\":[{]}\u001e")]
    [InlineData("nonsense\u001e")]
    [InlineData("[]\u001e")]
    [InlineData("{\"type\":\"one\"}\u001e")]
    public async Task A_frame_that_cannot_be_read_closes_its_senders_connection_alone(string frame)
    {
        await using var pair = await Pair.Meet(Address);
        using var socket = await Connected();

        await Send(socket, frame);

        await AssertClosed(socket);
        Assert.Equal(1, (await pair.Ann.Say(pair.MatchId, "unharmed")).Number("sequence"));
    }

    [Fact]
    public async Task A_signal_that_cannot_be_sent_on_is_refused_and_closes_nobodys_connection()
    {
        var request = Pair.Request("video");
        await using var ann = await HubVisitor.Enter(Address);
        await using var bob = await HubVisitor.Enter(Address);
        await ann.Join(request);
        await bob.Join(request);
        var matchId = (await ann.Next("match_found")).Text("matchId");
        using var socket = await Connected(ann.Token, Address);
        await ann.DisposeAsync();

        // Half a surrogate pair can be read, but not be written.
        await Send(socket, $$$"""{"type":1,"invocationId":"1","target":"signal","arguments":[{"matchId":"{{{matchId}}}","type":"offer","payload":{"sdp":"\ud800"}}]}""" + "\u001e");

        Assert.Contains("invalid: payload", await Answer(socket), StringComparison.Ordinal);
        Assert.Equal(1, (await bob.Say(matchId, "still here")).Number("sequence"));
        Assert.Empty(bob.Unread("signal"));
    }

    [Fact(Explicit = true)]
    public async Task Who_never_reads_is_dropped_and_slows_nobody()
    {
        // The events that pile up are many and large; nothing else about them matters.
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Limits:Enabled"] = "false" });
        var request = Pair.Request();
        await using var ann = await HubVisitor.Enter(server.Address);
        await using var bob = await HubVisitor.Enter(server.Address);
        using var slow = await Connected(bob.Token, server.Address, receiveBuffer: 4_096);
        await ann.Join(request);
        await bob.Join(request);
        var matchId = (await ann.Next("match_found")).Text("matchId");
        var text = new string('x', 2_000);

        for (var i = 1; i <= 4_000; i++)
        {
            Assert.Equal(i, (await ann.Say(matchId, text)).Number("sequence"));
            Assert.Equal(i, (await bob.Next("chat_message")).Number("sequence"));
        }

        // Whoever reads on now finds what was under way, and then the end.
        await AssertClosed(slow, drain: true);
        Assert.Equal(4_001, (await bob.Say(matchId, "still here")).Number("sequence"));
    }

    [Fact]
    public async Task The_ninth_connection_of_a_visitor_closes_the_oldest()
    {
        await using var first = await HubVisitor.Enter(Address);
        var tabs = new List<HubVisitor>();
        for (var i = 0; i < 8; i++)
        {
            tabs.Add(await first.AnotherTab());
        }

        await first.Closed;

        foreach (var tab in tabs)
        {
            await tab.Call("resume", new Dictionary<string, object?>());
            await tab.DisposeAsync();
        }
    }

    private Uri SocketAddress(string token) => new($"ws://{Address.Authority}/hubs/chat?access_token={token}");

    private async Task<ClientWebSocket> Connected()
    {
        var (token, _) = await HubVisitor.Session(Address);
        return await Connected(token, Address);
    }

    private static async Task<ClientWebSocket> Connected(string token, Uri address, int? receiveBuffer = null)
    {
        var socket = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp);
                if (receiveBuffer is { } bytes)
                {
                    tcp.ReceiveBufferSize = bytes;
                }

                await tcp.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(tcp, ownsSocket: true);
            },
        });
        await socket.ConnectAsync(new($"ws://{address.Authority}/hubs/chat?access_token={token}"), invoker, CancellationToken.None);
        await Send(socket, Handshake);
        var answer = new byte[64];
        var read = await socket.ReceiveAsync(answer, CancellationToken.None);
        Assert.Equal("{}\u001e", Encoding.UTF8.GetString(answer, 0, read.Count));
        return socket;
    }

    private static Task Send(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>What the server says next that answers a call.</summary>
    private static async Task<string> Answer(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[1 << 16];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, patience.Token);
            var text = Encoding.UTF8.GetString(buffer, 0, read.Count);
            if (text.Contains("\"type\":3", StringComparison.Ordinal) || read.MessageType == WebSocketMessageType.Close)
            {
                return text;
            }
        }
    }

    private static async Task Flood(ClientWebSocket socket, int bytes)
    {
        var start = Encoding.UTF8.GetBytes("{\"type\":1,\"target\":\"resume\",\"arguments\":[\"");
        var rest = new byte[bytes - start.Length];
        rest.AsSpan().Fill((byte)'x');
        try
        {
            await socket.SendAsync(start, WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
            await socket.SendAsync(rest, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // Closed in the middle of it.
        }
    }

    /// <summary>Reads until the server has closed the connection or broken it off.</summary>
    private static async Task AssertClosed(ClientWebSocket socket, bool drain = false)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[1 << 16];
        var frames = 0;
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer, patience.Token);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                // A server that talks on is not closing; its last words may be a close message of the hub protocol.
                Assert.True(drain || frames++ < 20, "The connection goes on.");
            }
        }
        catch (WebSocketException)
        {
            // Broken off, as expected.
        }
    }
}
