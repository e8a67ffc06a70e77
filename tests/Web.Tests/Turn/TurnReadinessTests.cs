using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Engines;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Turn;

namespace RandomChat.Web.Tests.Turn;

/// <summary>Readiness asks the TURN servers for a real allocation: coturn, running, stopped and misunderstood.</summary>
public sealed class TurnReadinessTests
{
    private const string Allocated = "ALLOCATE processed, success";

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_server_that_gives_an_allocation_is_ready_and_gets_it_back(string transport)
    {
        await using var turn = await TurnServer.Own();

        Assert.Equal((HttpStatusCode.OK, "ok"), await Ready(turn.Secret, turn.Url(transport)));

        await Wait.Until(() => Task.FromResult(turn.Log.Any(line => line.Contains("REFRESH processed, success", StringComparison.Ordinal))));
        Assert.Single(turn.Log, line => line.Contains(Allocated, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Over_TLS_the_certificate_has_to_be_one_that_this_machine_trusts()
    {
        await using var turn = await TurnServer.Own();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, $"127.0.0.1:{turn.TlsPort} TLS refused"), await Ready(turn.Secret, turn.TlsUrl));

        await using var trusting = new ServerProcess(new Dictionary<string, string?>
        {
            ["SSL_CERT_FILE"] = turn.CertificateFile,
            ["Turn:Urls"] = turn.TlsUrl,
            ["Turn:Secret"] = turn.Secret,
        });
        await trusting.Start();
        using var http = new HttpClient { BaseAddress = trusting.Address };
        Assert.Equal((HttpStatusCode.OK, "ok"), await Ready(http));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_server_that_is_stopped_gives_no_answer(string transport)
    {
        await using var turn = await TurnServer.Own();
        turn.Stop();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, $"127.0.0.1:{turn.Port} no answer"), await Ready(turn.Secret, turn.Url(transport)));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task With_another_secret_the_credentials_are_refused(string transport)
    {
        await using var turn = await TurnServer.Own();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, $"127.0.0.1:{turn.Port} credentials refused"), await Ready("another secret", turn.Url(transport)));
    }

    [Fact]
    public async Task A_server_that_relays_nothing_gives_no_allocation()
    {
        await using var turn = await TurnServer.Own("--no-udp-relay");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, $"127.0.0.1:{turn.Port} no allocation"), await Ready(turn.Secret, turn.Url()));
    }

    [Fact]
    public async Task One_server_is_enough_and_the_others_are_named()
    {
        await using var turn = await TurnServer.Own();
        await using var dead = await TurnServer.Own();
        dead.Stop();

        Assert.Equal(
            (HttpStatusCode.OK, $"127.0.0.1:{dead.Port} no answer, nowhere.invalid:3478 no answer"),
            await Ready(turn.Secret, dead.Url(), turn.Url(), dead.Url("tcp"), "turn:nowhere.invalid"));
    }

    [Fact]
    public async Task Who_is_silent_or_talks_of_something_else_is_named_before_readiness_loses_patience()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var chatty = new TcpListener(IPAddress.Loopback, 0);
        chatty.Start();
        var chatting = Chat(chatty);

        var (status, state) = await Ready("secret", $"turn:127.0.0.1:{PortOf(silent.Client)}", $"turn:127.0.0.1:{PortOf(chatty.Server)}?transport=tcp");
        await chatting;

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, $"127.0.0.1:{PortOf(silent.Client)} no answer, 127.0.0.1:{PortOf(chatty.Server)} no answer"),
            (status, state));
    }

    [Fact]
    public async Task A_lost_datagram_is_sent_again()
    {
        await using var turn = await TurnServer.Own();
        using var lossy = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var over = new CancellationTokenSource();
        var forwarding = Forward(lossy, turn.Port, over.Token);

        Assert.Equal((HttpStatusCode.OK, "ok"), await Ready(turn.Secret, $"turn:127.0.0.1:{PortOf(lossy.Client)}"));

        await over.CancelAsync();
        Assert.True(await forwarding, "Nothing was lost.");
    }

    [Fact]
    public async Task However_often_readiness_is_asked_the_server_is_asked_once_in_ten_seconds()
    {
        await using var turn = await TurnServer.Own();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var options = Options.Create(new IceOptions { TurnUrls = [turn.Url()], TurnSecret = turn.Secret, Policy = "relay" });
        var readiness = new TurnReadiness(options, new(options, clock), clock);

        // A machine under load answers late: what counts here begins with the first answer, and the server writes of an
        // allocation only after it has answered.
        await Wait.Until(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(11));
            return (await readiness.Check(CancellationToken.None)).Ready;
        });
        await Wait.Until(() => Task.FromResult(Allocations() > 0));
        var allocated = Allocations();
        clock.Advance(TimeSpan.FromSeconds(11));
        foreach (var asked in await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => readiness.Check(CancellationToken.None).AsTask())))
        {
            Assert.True(asked.Ready, asked.State);
        }

        await Wait.Until(() => Task.FromResult(Allocations() > allocated));
        turn.Stop();
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.True((await readiness.Check(CancellationToken.None)).Ready);
        Assert.Equal(allocated + 1, Allocations());

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False((await readiness.Check(CancellationToken.None)).Ready);

        await turn.Start();
        await Wait.Until(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return (await readiness.Check(CancellationToken.None)).Ready;
        });

        int Allocations() => turn.Log.Count(line => line.Contains(Allocated, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_URL_that_no_browser_could_use_stops_the_start_with_an_example()
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningServer.Start(
            new Dictionary<string, string?> { ["Turn:Urls"] = "turns:turn.example?transport=udp", ["Turn:Secret"] = "s" }));

        Assert.Contains("Turn:Urls: 'turns:turn.example?transport=udp'", wrong.Message, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string State)> Ready(string secret, params string[] urls)
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Turn:Urls"] = string.Join(',', urls), ["Turn:Secret"] = secret });
        using var browser = server.NewBrowser();
        return await Ready(browser);
    }

    private static async Task<(HttpStatusCode Status, string State)> Ready(HttpClient http)
    {
        using var answer = await http.GetAsync("/health/ready");
        var turn = (await answer.Json(answer.StatusCode)).GetProperty("dependencies").EnumerateArray()
            .Single(dependency => dependency.GetProperty("name").GetString() == "turn");
        return (answer.StatusCode, turn.GetProperty("state").GetString()!);
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Answers the first question as a web server would.</summary>
    private static async Task Chat(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
    }

    /// <summary>Hands datagrams on, there and back, but loses the first one; says whether it did.</summary>
    private static async Task<bool> Forward(UdpClient lossy, int port, CancellationToken over)
    {
        using var onward = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        onward.Connect(IPAddress.Loopback, port);
        var lost = false;
        try
        {
            while (true)
            {
                var there = await lossy.ReceiveAsync(over);
                if (!lost)
                {
                    lost = true;
                    continue;
                }

                await onward.SendAsync(there.Buffer, over);
                await lossy.SendAsync((await onward.ReceiveAsync(over)).Buffer, there.RemoteEndPoint, over);
            }
        }
        catch (OperationCanceledException)
        {
            return lost;
        }
    }
}
