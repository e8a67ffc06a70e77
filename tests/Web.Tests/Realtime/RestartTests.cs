using System.Net.Http.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>A server that stops, planned or not, and starts again on the same data.</summary>
public sealed class RestartTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Limits:Enabled"] = "false",
        ["Matching:ReconnectGrace"] = "00:00:30",
    };

    [Fact]
    public async Task A_planned_stop_tells_everybody_ends_no_match_and_the_chat_goes_on_after_it()
    {
        await using var server = new ServerProcess(Settings);
        await server.Start();
        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "before");

        Assert.Equal(0, await server.Terminate());

        var notice = await pair.Bob.Next("notice");
        Assert.Equal(["code", "message", "severity"], notice.Keys());
        Assert.Equal("restarting", notice.Text("code"));
        Assert.Empty(pair.Bob.Unread("end_session"));
        Assert.Equal(0, await Ended(server, pair.MatchId));

        await server.Start();
        await using var ann = await pair.Ann.AnotherTab();
        await using var bob = await pair.Bob.AnotherTab();
        var resumed = await bob.Call("resume", new Dictionary<string, object?>());

        Assert.Equal(pair.BobsMatch.ToString(), resumed.GetProperty("match").ToString());
        Assert.Equal("before", Assert.Single(resumed.GetProperty("messages").EnumerateArray()).Text("body"));
        Assert.Equal(2, (await ann.Say(pair.MatchId, "after")).Number("sequence"));
        Assert.Equal("after", (await bob.Next("chat_message")).Text("body"));
        Assert.DoesNotContain("before", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(ann.Token, server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_comes_back_to_a_server_that_stops_is_refused_and_keeps_it_from_nothing()
    {
        await using var server = new ServerProcess(Settings);
        await server.Start();
        await using var pair = await Pair.Meet(server.Address);

        var ending = server.Terminate();
        await pair.Bob.Next("notice");
        var letIn = 0;
        while (!ending.IsCompleted)
        {
            try
            {
                await using var again = await pair.Ann.AnotherTab();
                letIn++;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or System.Net.WebSockets.WebSocketException or OperationCanceledException)
            {
                // As it should be: with 503 first, then nobody listens.
            }
        }

        Assert.Equal(0, await ending);
        Assert.Equal(0, letIn);
    }

    [Fact(Explicit = true)]
    public async Task A_stop_that_takes_longer_than_the_grace_ends_no_match()
    {
        var data = Directory.CreateTempSubdirectory("randomchat-test-");
        var settings = new Dictionary<string, string?>(Settings) { ["Matching:ReconnectGrace"] = "00:00:01" };
        await using (var server = await RunningServer.Start(settings, data.FullName, services => services.AddHostedService<SlowToStop>()))
        {
            await using var pair = await Pair.Meet(server.Address);
            await server.Stop();
            await pair.Ann.Closed;
            await pair.Bob.Closed;

            Assert.Equal(0, await Count(data.FullName, "match", pair.MatchId, "matches.match.ended.v1"));
        }

        data.Delete(recursive: true);
    }

    [Fact]
    public async Task A_message_on_its_way_when_the_server_stops_is_answered_or_not_there()
    {
        await using var server = new ServerProcess(Settings);
        await server.Start();
        await using var pair = await Pair.Meet(server.Address);
        var talk = new Talk(pair.Ann, pair.MatchId);
        var talking = talk.Go();
        await talk.Answered(20);

        await server.Terminate();
        await talking;
        await server.Start();

        await using var ann = await pair.Ann.AnotherTab();
        await talk.AssertKept(ann);
    }

    [Fact(Explicit = true)]
    public async Task A_match_to_which_nobody_comes_back_after_a_restart_ends()
    {
        await using var server = new ServerProcess(new Dictionary<string, string?>(Settings) { ["Matching:ReconnectGrace"] = "00:00:01" });
        await server.Start();
        string matchId;
        await using (var pair = await Pair.Meet(server.Address))
        {
            matchId = pair.MatchId;
            await server.Kill();
        }

        await server.Start();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await Ended(server, matchId) == 0)
        {
            await Task.Delay(50, patience.Token);
        }
    }

    [Fact(Explicit = true)]
    public async Task Blocks_and_recent_matches_are_known_after_a_restart()
    {
        await using var server = new ServerProcess(Settings);
        await server.Start();
        await using var met = await Pair.Meet(server.Address);
        await using var blocked = await Pair.Meet(server.Address);
        await met.Ann.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = met.MatchId });
        using (var rest = blocked.Ann.Rest())
        {
            (await rest.PostAsJsonAsync("/api/block", new { matchId = blocked.MatchId })).EnsureSuccessStatusCode();
        }

        await server.Kill();
        await server.Start();

        foreach (var pair in new[] { met, blocked })
        {
            var request = Pair.Request();
            await using var ann = await pair.Ann.AnotherTab();
            await using var bob = await pair.Bob.AnotherTab();
            await ann.Join(request);
            Assert.Equal("waiting", (await bob.Join(request)).Text("state"));
        }
    }

    [Fact]
    public Task Killed_in_mid_traffic_nothing_answered_is_lost_or_doubled() => KillAgainAndAgain(2);

    [Fact(Explicit = true)]
    public Task Killed_fifteen_times_in_mid_traffic_nothing_answered_is_lost_or_doubled() => KillAgainAndAgain(15);

    private static async Task KillAgainAndAgain(int kills)
    {
        await using var server = new ServerProcess(Settings);
        await server.Start();
        var pairs = new List<Pair>();
        for (var i = 0; i < 4; i++)
        {
            pairs.Add(await Pair.Meet(server.Address));
        }

        var talks = pairs.Select(pair => new Talk(pair.Ann, pair.MatchId)).ToArray();
        var random = new Random(20261123);
        for (var kill = 0; kill < kills; kill++)
        {
            var before = talks.Select(talk => talk.AnsweredCount).ToArray();
            var talking = Task.WhenAll(talks.Select(talk => talk.Go()));
            await Task.WhenAll(talks.Select((talk, i) => talk.Answered(before[i] + 1 + random.Next(40))));
            await server.Kill();
            await talking;
            await server.Start();
            foreach (var (talk, pair) in talks.Zip(pairs))
            {
                talk.Speaker = await pair.Ann.AnotherTab();
            }
        }

        for (var i = 0; i < talks.Length; i++)
        {
            // What had no answer is sent again, as the page does; then everything is there once.
            await talks[i].SendUnanswered();
            await talks[i].AssertKept(talks[i].Speaker);
            await using var bob = await pairs[i].Bob.AnotherTab();
            await talks[i].AssertKept(bob);
            Assert.Equal(talks[i].AnsweredCount, await Count(server.Data, "messages", pairs[i].MatchId, "matches.message.sent.v1"));
            await talks[i].Speaker.DisposeAsync();
            await pairs[i].DisposeAsync();
        }
    }

    private static Task<long> Ended(ServerProcess server, string matchId) => Count(server.Data, "match", matchId, "matches.match.ended.v1");

    private static async Task<long> Count(string data, string category, string matchId, string type)
    {
        await using var log = new SqliteConnection($"Data Source={Path.Combine(data, "events.db")};Mode=ReadOnly;Pooling=False");
        await log.OpenAsync();
        await using var query = log.CreateCommand();
        query.CommandText = "SELECT COUNT(*) FROM events WHERE stream = $stream AND type = $type";
        query.Parameters.AddWithValue("$stream", $"{category}-{matchId}");
        query.Parameters.AddWithValue("$type", type);
        return (long)(await query.ExecuteScalarAsync())!;
    }

    /// <summary>Something else in the server that needs a while to stop; whoever registers last stops first.</summary>
    private sealed class SlowToStop : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
    }
}
