using System.Net;
using System.Net.Sockets;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Screening;

/// <summary>A server that asks a classifier elsewhere about delivered messages.</summary>
public sealed class HostedScreeningTests
{
    private const string Setting = "Screening:Hosted:Url";

    [Fact]
    public async Task One_that_takes_connections_and_never_answers_delays_no_message()
    {
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        var asked = hanging.AcceptTcpClientAsync();
        await using var server = await HubServer.With(new Dictionary<string, string?>
        {
            [Setting] = $"http://127.0.0.1:{((IPEndPoint)hanging.LocalEndpoint).Port}/v1/moderations",
        });
        await using var pair = await Pair.Meet(server.Address, Wire.Json, "text");

        Assert.Equal("delivered", (await pair.Ann.Say(pair.MatchId, "hello")).Text("status"));
        using var connection = await asked.WaitAsync(TimeSpan.FromSeconds(30));
        foreach (var body in new[] { "are you there?", "you idiot", "07700 900123" })
        {
            Assert.Equal("delivered", (await pair.Ann.Say(pair.MatchId, body)).Text("status"));
        }

        Assert.Equal("hello", (await pair.Bob.Next("chat_message")).Text("body"));
        Assert.Equal("are you there?", (await pair.Bob.Next("chat_message")).Text("body"));
    }

    [Fact]
    public async Task The_privacy_page_names_it_where_there_is_one_and_else_says_that_nothing_leaves()
    {
        await using var alone = await HubServer.With();
        await using var with = await HubServer.With(new Dictionary<string, string?> { [Setting] = "https://moderation.example.org/v1/moderations" });
        using var one = alone.NewBrowser();
        using var other = with.NewBrowser();

        Assert.Contains("and nowhere else", await one.GetStringAsync("/privacy"), StringComparison.Ordinal);
        var page = await other.GetStringAsync("/privacy");
        Assert.Contains("moderation.example.org", page, StringComparison.Ordinal);
        Assert.DoesNotContain("and nowhere else", page, StringComparison.Ordinal);
    }
}
