using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Nodes;

/// <summary>Two servers behind which visitors do not know on which one they are.</summary>
public sealed class NodesTests : IAsyncLifetime
{
    private Cluster cluster = null!;

    public async ValueTask InitializeAsync() => cluster = await Cluster.Start();

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task Visitors_on_different_nodes_match_chat_type_and_part()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.B.Address);
        var first = await pair.Ann.Say(pair.MatchId, "from one node");
        var second = await pair.Bob.Say(pair.MatchId, "from the other");
        await pair.Ann.Tell("typing", new Dictionary<string, object?> { ["matchId"] = pair.MatchId, ["isTyping"] = true });

        Assert.Equal(1, first.Number("sequence"));
        Assert.Equal(2, second.Number("sequence"));
        Assert.Equal("from one node", (await pair.Bob.Next("chat_message")).Text("body"));
        Assert.Equal("from the other", (await pair.Ann.Next("chat_message")).Text("body"));
        Assert.True((await pair.Bob.Next("typing")).GetProperty("isTyping").GetBoolean());

        await pair.Bob.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });

        Assert.Equal("stopped", (await pair.Ann.Next("end_session")).Text("reason"));
        Assert.Equal("stopped", (await pair.Bob.Next("end_session")).Text("reason"));
        await pair.Ann.Join(Pair.Request());
    }

    [Fact]
    public async Task Signals_of_a_call_cross_nodes()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.B.Address, mode: "video");
        var offer = JsonSerializer.SerializeToElement(new { type = "offer", sdp = "v=0" });
        await pair.Ann.Tell("signal", new Dictionary<string, object?> { ["matchId"] = pair.MatchId, ["type"] = "offer", ["payload"] = offer });
        await pair.Bob.Tell("show_video", new Dictionary<string, object?> { ["matchId"] = pair.MatchId, ["show"] = true });

        var heard = await pair.Bob.Next("signal");
        Assert.Equal("offer", heard.Text("type"));
        Assert.Equal("v=0", heard.GetProperty("payload").Text("sdp"));
        Assert.True((await pair.Ann.Next("show_video")).GetProperty("show").GetBoolean());
    }

    [Fact]
    public async Task Who_comes_back_on_another_node_has_its_match_and_its_partner_sees_it()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.A.Address);
        await pair.Ann.Say(pair.MatchId, "before");
        await pair.Bob.DisposeAsync();
        Assert.Equal("lost", (await pair.Ann.Next("partner_connection")).Text("state"));

        await using var bob = await pair.Bob.On(cluster.B.Address);
        Assert.Equal("restored", (await pair.Ann.Next("partner_connection")).Text("state"));
        var resumed = await bob.Call("resume", new Dictionary<string, object?>());

        Assert.Equal(pair.BobsMatch.ToString(), resumed.GetProperty("match").ToString());
        Assert.Equal("before", Assert.Single(resumed.GetProperty("messages").EnumerateArray()).Text("body"));
        Assert.Equal(2, (await bob.Say(pair.MatchId, "after")).Number("sequence"));
        await pair.Ann.Say(pair.MatchId, "heard you");
        Assert.Equal("heard you", (await bob.Next("chat_message")).Text("body"));
    }

    [Fact]
    public async Task Blocks_and_rematches_are_known_on_every_node_at_once()
    {
        await using var met = await Pair.Meet(cluster.A.Address, cluster.B.Address);
        await using var blocked = await Pair.Meet(cluster.A.Address, cluster.B.Address);
        await met.Ann.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = met.MatchId });
        using (var rest = blocked.Ann.Rest())
        {
            (await rest.PostAsJsonAsync("/api/block", new { matchId = blocked.MatchId })).EnsureSuccessStatusCode();
        }

        foreach (var pair in new[] { met, blocked })
        {
            await pair.Bob.Next("end_session");
            var request = Pair.Request();
            Assert.Equal("waiting", (await pair.Ann.Join(request)).Text("state"));
            Assert.Equal("waiting", (await pair.Bob.Join(request)).Text("state"));
        }
    }

    [Fact]
    public async Task The_pages_show_a_match_whichever_node_renders_them()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.A.Address);
        await pair.Ann.Say(pair.MatchId, "seen from everywhere");
        using var http = new HttpClient { BaseAddress = cluster.B.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", pair.Bob.Token);

        Assert.Contains("seen from everywhere", await http.GetStringAsync("/chat"), StringComparison.Ordinal);
        await pair.Ann.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });
        await pair.Bob.Next("end_session");
        var ended = await http.GetStringAsync("/chat");
        Assert.Contains("seen from everywhere", ended, StringComparison.Ordinal);
        Assert.Contains("Chat ended", ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_node_strands_nobody_and_loses_nothing_that_was_answered()
    {
        // Each pair is spread in another way; who waits is on the node that dies.
        var pairs = new[]
        {
            await Pair.Meet(cluster.A.Address, cluster.A.Address), await Pair.Meet(cluster.A.Address, cluster.B.Address),
            await Pair.Meet(cluster.B.Address, cluster.A.Address), await Pair.Meet(cluster.B.Address, cluster.B.Address),
        };
        var request = Pair.Request();
        var waiting = await HubVisitor.Enter(cluster.A.Address);
        await waiting.Join(request);
        using var over = new CancellationTokenSource();
        var talks = pairs.Select(pair => new Talk(pair.Ann, pair.MatchId)).ToArray();
        var talking = Task.WhenAll(talks.Select(talk => talk.GoOn(speaker => speaker.On(cluster.B.Address), over.Token)));
        await Task.WhenAll(talks.Select(talk => talk.Answered(20)));

        await cluster.A.Kill();

        var before = talks.Select(talk => talk.AnsweredCount).ToArray();
        await Task.WhenAll(talks.Select((talk, i) => talk.Answered(before[i] + 20)));
        await over.CancelAsync();
        await talking;
        await using var back = await waiting.On(cluster.B.Address);
        await using var other = await HubVisitor.Enter(cluster.B.Address);
        await other.Join(request);
        Assert.Equal((await other.Next("match_found")).Text("matchId"), (await back.Next("match_found")).Text("matchId"));
        foreach (var (talk, pair) in talks.Zip(pairs))
        {
            await talk.SendUnanswered();
            await talk.AssertKept(talk.Speaker);
            await using var bob = await pair.Bob.On(cluster.B.Address);
            await talk.AssertKept(bob);
            await talk.Speaker.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_rolling_restart_loses_no_chat()
    {
        var pairs = new[] { await Pair.Meet(cluster.A.Address, cluster.A.Address), await Pair.Meet(cluster.A.Address, cluster.B.Address) };
        using var over = new CancellationTokenSource();
        var talks = pairs.Select(pair => new Talk(pair.Ann, pair.MatchId)).ToArray();
        var attempts = 0;
        Uri Balanced() => cluster.Nodes[Interlocked.Increment(ref attempts) % 2].Address;
        var talking = Task.WhenAll(talks.Select(talk => talk.GoOn(speaker => speaker.On(Balanced()), over.Token)));
        await Task.WhenAll(talks.Select(talk => talk.Answered(20)));

        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(0, await node.Terminate());
            var meanwhile = talks.Select(talk => talk.AnsweredCount).ToArray();
            await Task.WhenAll(talks.Select((talk, i) => talk.Answered(meanwhile[i] + 20)));
            await node.Start();
        }

        await over.CancelAsync();
        await talking;
        foreach (var talk in talks)
        {
            await talk.SendUnanswered();
            await talk.AssertKept(talk.Speaker);
            Assert.Empty(talk.Speaker.Unread("end_session"));
            await talk.Speaker.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_node_that_was_paused_neither_doubles_nor_splits_a_match()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.A.Address);
        await pair.Ann.Say(pair.MatchId, "before");

        await cluster.A.Pause();
        await using var ann = await pair.Ann.On(cluster.B.Address);
        await Wait.Until(async () => (await ann.Call("resume", new Dictionary<string, object?>())).TryGetProperty("match", out var match) && match.ValueKind == JsonValueKind.Object);
        Assert.Equal(2, (await ann.Say(pair.MatchId, "on the other node", "two")).Number("sequence"));
        await cluster.A.Continue();

        // Bob's connection to the paused node may have survived; wherever he speaks, it is the same match.
        await using var bob = await pair.Bob.On(cluster.A.Address);
        Assert.Equal(3, (await bob.Say(pair.MatchId, "still me", "three")).Number("sequence"));
        Assert.Equal("still me", (await ann.Next("chat_message")).Text("body"));
        Assert.Equal(2, (await ann.Say(pair.MatchId, "on the other node", "two")).Number("sequence"));
        Assert.Empty(ann.Unread("end_session"));
        var messages = (await bob.Call("resume", new Dictionary<string, object?>())).GetProperty("messages").EnumerateArray();
        Assert.Equal(["before", "on the other node", "still me"], messages.Select(message => message.Text("body")));
    }

    [Fact]
    public async Task A_session_of_one_node_is_valid_on_the_other()
    {
        var (token, _) = await HubVisitor.Session(cluster.A.Address);
        using var http = new HttpClient { BaseAddress = cluster.B.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await http.GetAsync("/api/preferences");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
