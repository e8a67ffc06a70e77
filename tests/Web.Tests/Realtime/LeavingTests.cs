using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>Leaving is never refused, whatever limit or outage there is; everything else may be.</summary>
public sealed class LeavingTests
{
    [Fact]
    public async Task Too_many_messages_are_refused_with_the_seconds_and_leaving_is_not()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?>
        {
            ["Limits:Messages:Permits"] = "1",
            ["Limits:Messages:Burst"] = "10",
            ["Limits:Messages:Window"] = "00:01:00",
        });
        await using var pair = await Pair.Meet(server.Address);
        for (var i = 0; i < 10; i++)
        {
            await pair.Ann.Say(pair.MatchId, $"message {i}");
        }

        var (code, text) = await pair.Ann.Refused("chat_message", new Dictionary<string, object?>
        {
            ["matchId"] = pair.MatchId,
            ["body"] = "one too many",
            ["clientMessageId"] = "x",
        });

        Assert.Equal("rate-limited", code);
        Assert.Matches("^rate-limited: [1-9][0-9]* .+", text);
        Assert.Equal(11, (await pair.Bob.Say(pair.MatchId, "I have my own limit")).Number("sequence"));
        await pair.Ann.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });
        Assert.Equal("stopped", (await pair.Bob.Next("end_session")).Text("reason"));
    }

    [Fact]
    public async Task Who_skips_too_often_is_out_of_the_match_and_does_not_wait()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Limits:Skips:Permits"] = "1", ["Limits:Skips:Burst"] = "1" });
        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Call("skip", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });
        await pair.Ann.Tell("leave_queue");
        await using var next = await Another(pair.Ann, server);

        var (code, _) = await pair.Ann.Refused("skip", new Dictionary<string, object?> { ["matchId"] = next.MatchId });

        Assert.Equal("rate-limited", code);
        Assert.Equal("skipped", (await next.Bob.Next("end_session")).Text("reason"));
        Assert.False((await pair.Ann.Call("resume", new Dictionary<string, object?>())).TryGetProperty("match", out _));
    }

    [Theory]
    [InlineData("end_session")]
    [InlineData("skip")]
    [InlineData("/api/match/stop")]
    [InlineData("/api/report")]
    [InlineData("/api/block")]
    public async Task With_the_log_down_whoever_leaves_is_out_at_once_and_the_end_is_written_when_it_is_back(string way)
    {
        var outage = new Outage();
        await using var server = await HubServer.With(services: outage.Install);
        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "before");
        outage.IsOn = true;

        var refused = await pair.Ann.Refused("chat_message", new Dictionary<string, object?>
        {
            ["matchId"] = pair.MatchId,
            ["body"] = "into the void",
            ["clientMessageId"] = "x",
        });
        await Leave(pair, way);

        Assert.Equal("unavailable", refused.Code);
        Assert.Contains(
            (await pair.Bob.Next("end_session")).Text("reason"), new[] { "stopped", "skipped" });
        await pair.Ann.Next("end_session");
        Assert.DoesNotContain("matches.match.ended.v1", await Types(server, pair.MatchId));

        outage.IsOn = false;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await Types(server, pair.MatchId)).Contains("matches.match.ended.v1"))
        {
            await Task.Delay(50, patience.Token);
        }

        Assert.Equal(["matches.match.started.v1", "matches.match.ended.v1"], await Types(server, pair.MatchId));
    }

    private static async Task Leave(Pair pair, string way)
    {
        var map = new Dictionary<string, object?> { ["matchId"] = pair.MatchId };
        switch (way)
        {
            case "end_session":
                await pair.Ann.Tell(way, map);
                break;
            case "skip":
                // Waiting again is in memory only, and may succeed.
                await pair.Ann.Call(way, map);
                break;
            default:
                using (var rest = pair.Ann.Rest())
                {
                    using var answer = await rest.PostAsJsonAsync(way, new { matchId = pair.MatchId, reason = "spam" });
                    Assert.Equal(way == "/api/match/stop" ? HttpStatusCode.NoContent : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                    if (!answer.IsSuccessStatusCode)
                    {
                        Assert.Equal("unavailable", (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("code"));
                    }
                }

                break;
        }
    }

    private static async Task<Pair> Another(HubVisitor ann, RunningServer server)
    {
        var request = Pair.Request();
        var bob = await HubVisitor.Enter(server.Address);
        await ann.Join(request);
        await bob.Join(request);
        var found = await bob.Next("match_found");
        return new(ann, bob, found.Text("matchId"), found, found);
    }

    private static async Task<List<string>> Types(RunningServer server, string matchId)
    {
        var types = new List<string>();
        await foreach (var recorded in server.Services.GetRequiredService<Outage.Log>().Inner.Read(new($"match-{matchId}"), 0, CancellationToken.None))
        {
            types.Add(recorded.Type);
        }

        return types;
    }
}
