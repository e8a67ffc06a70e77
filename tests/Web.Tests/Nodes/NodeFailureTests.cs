using System.Text.Json;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;
using StackExchange.Redis;

namespace RandomChat.Web.Tests.Nodes;

/// <summary>Nodes that are killed, stopped or paused in mid-traffic.</summary>
public sealed class NodeFailureTests : IAsyncLifetime
{
    private Cluster cluster = null!;

    public async ValueTask InitializeAsync() => cluster = await Cluster.Start();

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact(Explicit = true)]
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
        var partners = pairs.Select(pair => new Listener(pair.Bob, bob => bob.On(cluster.B.Address))).ToArray();
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

        foreach (var partner in partners)
        {
            await partner.DisposeAsync();
        }
    }

    [Fact(Explicit = true)]
    public async Task After_a_takeover_a_call_is_agreed_on_signalled_and_reported_at_the_new_owner()
    {
        // Who joins last is on the node that owns the match.
        Pair[] pairs =
        [
            await Pair.Meet(cluster.B.Address, cluster.A.Address, Wire.Json, "video"),
            await Pair.Meet(cluster.B.Address, cluster.A.Address, Wire.MessagePack, "video"),
        ];
        foreach (var pair in pairs)
        {
            await pair.Ann.Tell("show_video", Fields(pair, ("show", true)));
            await pair.Bob.Next("show_video");
        }

        await cluster.A.Kill();

        foreach (var pair in pairs)
        {
            // What was chosen is forgotten with the owner: pages say it again.
            await using var bob = await pair.Bob.On(cluster.B.Address);
            await Wait.Until(async () => (await bob.Call("resume", Fields())).TryGetProperty("match", out var match)
                && match.GetProperty("showVideo").ToString() == """{"me":false,"partner":false}""");
            await pair.Ann.Tell("show_video", Fields(pair, ("show", true)));
            Assert.True((await bob.Next("show_video")).GetProperty("show").GetBoolean());
            Assert.Equal("""{"me":false,"partner":true}""", (await bob.Call("resume", Fields())).GetProperty("match").GetProperty("showVideo").ToString());

            await pair.Ann.Tell("signal", Fields(pair, ("type", "ice"), ("payload", null)));
            await bob.Tell("signal", Fields(pair, ("type", "offer"), ("payload", new Dictionary<string, object?> { ["sdp"] = "v=0" })));
            Assert.Equal("offer", (await pair.Ann.Next("signal")).Text("type"));
            await bob.Tell("call_report", Fields(pair, ("path", "relay")));
            await pair.DisposeAsync();
        }
    }

    [Fact(Explicit = true)]
    public async Task Who_was_claimed_by_a_node_that_dies_is_given_back_by_another_and_met_there()
    {
        var request = Pair.Request();
        await using var bob = await HubVisitor.Enter(cluster.B.Address);
        await using var carl = await HubVisitor.Enter(cluster.B.Address);
        var ann = await HubVisitor.Enter(cluster.A.Address);
        Assert.Equal("waiting", (await bob.Join(request)).Text("state"));

        // The log answers nobody, so that the claim of the first node cannot become a match before that node is killed.
        cluster.Log.Pause();
        var joining = ann.Join(request);
        await Wait.Until(async () => await Claims() == 1);
        await cluster.A.Kill();
        await Assert.ThrowsAnyAsync<Exception>(() => joining);
        cluster.Log.Kill();
        await cluster.Log.Start();

        await carl.Join(request);

        Assert.Equal((await carl.Next("match_found")).Text("matchId"), (await bob.Next("match_found")).Text("matchId"));
        await ann.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public async Task A_rolling_restart_loses_no_chat()
    {
        var pairs = new[] { await Pair.Meet(cluster.A.Address, cluster.A.Address), await Pair.Meet(cluster.A.Address, cluster.B.Address) };
        using var over = new CancellationTokenSource();
        var talks = pairs.Select(pair => new Talk(pair.Ann, pair.MatchId)).ToArray();
        var attempts = 0;
        Uri Balanced() => cluster.Nodes[Interlocked.Increment(ref attempts) % 2].Address;
        var talking = Task.WhenAll(talks.Select(talk => talk.GoOn(speaker => speaker.On(Balanced()), over.Token)));
        var partners = pairs.Select(pair => new Listener(pair.Bob, bob => bob.On(Balanced()))).ToArray();
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

        foreach (var partner in partners)
        {
            await partner.DisposeAsync();
        }
    }

    [Fact(Explicit = true)]
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

    /// <summary>How many claims the lobby holds that are neither confirmed nor returned.</summary>
    private async Task<int> Claims()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(cluster.Redis.ConnectionString);
        return redis.GetServers()[0].Keys(pattern: "*{lobby}:c:*").Count();
    }

    private static Dictionary<string, object?> Fields(params (string Name, object? Value)[] fields) => fields.ToDictionary(field => field.Name, field => field.Value);

    private static Dictionary<string, object?> Fields(Pair pair, params (string Name, object? Value)[] fields) => Fields([("matchId", pair.MatchId), .. fields]);
}
