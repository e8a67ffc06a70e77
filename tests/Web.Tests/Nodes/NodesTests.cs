using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Domain.Matches;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Nodes;

/// <summary>Two servers behind which visitors do not know on which one they are.</summary>
public sealed class NodesTests(SharedCluster shared) : IClassFixture<SharedCluster>
{
    private readonly Cluster cluster = shared.Cluster;

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
    public async Task A_ban_at_one_node_takes_effect_at_the_others()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.B.Address);
        await using var tab = await pair.Ann.On(cluster.B.Address);
        using var moderator = await Moderator.SignIn(cluster.B.Address);
        using (var banned = await moderator.Post("/api/admin/bans", new { visitorId = pair.Ann.Id, reason = "hate", statement = "You know why." }))
        {
            await banned.Json(HttpStatusCode.Created);
        }

        Assert.Equal("banned", (await pair.Bob.Next("end_session")).Text("reason"));
        foreach (var connection in new[] { pair.Ann, tab })
        {
            Assert.Equal("You know why.", (await connection.Next("banned")).Text("statement"));
            await connection.Closed;
        }

        foreach (var node in new[] { cluster.A, cluster.B })
        {
            using var rest = new HttpClient { BaseAddress = node.Address }.As(pair.Ann.Token);
            using var refused = await rest.GetAsync("/api/preferences");
            await refused.Problem(403, "banned");
        }

        // The token of one node's sign-in is good at the other.
        using var other = new HttpClient { BaseAddress = cluster.A.Address };
        other.DefaultRequestHeaders.Authorization = moderator.DefaultRequestHeaders.Authorization;
        using var lifted = await other.Send(HttpMethod.Delete, $"/api/admin/bans/{pair.Ann.Id}", new { statement = "It was somebody else." });
        Assert.Equal(HttpStatusCode.NoContent, lifted.StatusCode);
        await Wait.Until(async () =>
        {
            using var rest = new HttpClient { BaseAddress = cluster.B.Address }.As(pair.Ann.Token);
            using var answer = await rest.GetAsync("/api/preferences");
            return answer.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task Who_is_erased_at_one_node_has_no_connection_and_no_session_at_the_others()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.B.Address);
        using var here = new HttpClient { BaseAddress = cluster.A.Address }.As(pair.Ann.Token);
        using var there = new HttpClient { BaseAddress = cluster.B.Address }.As(pair.Ann.Token);
        using (var known = await here.GetAsync("/api/preferences"))
        {
            await known.Json();
        }

        using (var erased = await there.DeleteAsync("/api/me"))
        {
            Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        }

        Assert.Equal("stopped", (await pair.Bob.Next("end_session")).Text("reason"));
        await pair.Ann.Closed;
        using var refused = await here.GetAsync("/api/preferences");
        await refused.Problem(401, "no-session");
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
    public async Task How_a_call_went_is_recorded_whichever_nodes_its_people_are_on()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.B.Address, mode: "video");
        foreach (var side in new[] { pair.Ann, pair.Bob })
        {
            await side.Tell("call_report", new Dictionary<string, object?> { ["matchId"] = pair.MatchId, ["path"] = "relay", ["firstFrameMilliseconds"] = 950 });
        }

        await pair.Bob.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });

        await using var log = new EventStoreDbEventStore(
            EventStoreDbSettings.Parse(cluster.Log.ConnectionString), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);
        var events = new List<object>();
        await foreach (var recorded in log.Read(StreamName.For("match", Guid.Parse(pair.MatchId)), 0, TestContext.Current.CancellationToken))
        {
            events.Add(EventCodec.Default.Decode(recorded));
        }

        var call = Assert.Single(events.OfType<MatchEvent.CallEnded>());
        Assert.Equal((new(CallPath.Relay, 950), new(CallPath.Relay, 950)), (call.FirstCall, call.SecondCall));
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
    public async Task Who_is_on_two_nodes_is_lost_only_when_both_connections_are_gone()
    {
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.A.Address);
        await using var tab = await pair.Bob.On(cluster.B.Address);
        await tab.Say(pair.MatchId, "from the second tab");
        Assert.Equal("from the second tab", (await pair.Ann.Next("chat_message")).Text("body"));
        var mine = await pair.Bob.Next("chat_message");
        Assert.Equal(("me", "from the second tab"), (mine.Text("from"), mine.Text("body")));

        await pair.Bob.DisposeAsync();
        await tab.Say(pair.MatchId, "still here");
        Assert.Equal("still here", (await pair.Ann.Next("chat_message")).Text("body"));
        Assert.Empty(pair.Ann.Unread("partner_connection"));

        await tab.DisposeAsync();
        Assert.Equal("lost", (await pair.Ann.Next("partner_connection")).Text("state"));
    }

    [Fact]
    public async Task Who_waits_on_two_nodes_keeps_the_place_when_one_connection_is_gone()
    {
        var request = Pair.Request();
        await using var ann = await HubVisitor.Enter(cluster.A.Address);
        await using var bob = await HubVisitor.Enter(cluster.A.Address);
        await ann.Join(request);
        await using var tab = await ann.On(cluster.B.Address);

        await tab.DisposeAsync();
        Assert.True((await ann.Next("match_timeout")).Number("waitedSeconds") > 0);
        await bob.Join(request);

        Assert.Equal((await ann.Next("match_found")).Text("matchId"), (await bob.Next("match_found")).Text("matchId"));
    }

    [Fact]
    public async Task Who_asks_one_node_over_REST_and_is_connected_to_another_is_looked_for()
    {
        await using var ann = await HubVisitor.Enter(cluster.A.Address);
        await using var bob = await HubVisitor.Enter(cluster.B.Address);
        var request = Pair.Request();
        using var rest = ann.Rest();
        rest.BaseAddress = cluster.B.Address;
        using var waits = await rest.PostAsJsonAsync("/api/match/start", request);
        Assert.Equal(HttpStatusCode.Accepted, waits.StatusCode);

        await bob.Join(request);

        Assert.Equal((await ann.Next("match_found")).Text("matchId"), (await bob.Next("match_found")).Text("matchId"));
    }

    [Fact]
    public async Task Who_waits_on_one_node_is_told_of_the_timeout_and_meets_somebody_of_the_other()
    {
        var request = Pair.Request();
        await using var bob = await HubVisitor.Enter(cluster.A.Address);
        await using var ann = await HubVisitor.Enter(cluster.A.Address);
        await ann.Join(request);
        await ann.DisposeAsync();
        await using var back = await ann.On(cluster.B.Address);

        // Nobody is free for a while: the place and the wait came along to the other node.
        Assert.True((await back.Next("match_timeout")).Number("waitedSeconds") > 0);
        await bob.Join(request);

        Assert.Equal((await back.Next("match_found")).Text("matchId"), (await bob.Next("match_found")).Text("matchId"));
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
    public async Task A_session_of_one_node_is_valid_on_the_other()
    {
        var (token, _) = await HubVisitor.Session(cluster.A.Address);
        using var http = new HttpClient { BaseAddress = cluster.B.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await http.GetAsync("/api/preferences");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
