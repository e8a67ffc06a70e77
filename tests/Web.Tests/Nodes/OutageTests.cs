using System.Net.Http.Json;
using System.Text.Json;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Nodes;

/// <summary>
/// Each engine goes away in mid-traffic and comes back: what cannot be recorded is refused by its name, what was answered
/// is there, traffic comes back by itself, and readiness tells the truth.
/// </summary>
public sealed class OutageTests : IAsyncLifetime
{
    private Cluster cluster = null!;

    public async ValueTask InitializeAsync() => cluster = await Cluster.Start();

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact(Explicit = true)]
    public async Task The_event_store_goes_away_and_comes_back()
    {
        await using var traffic = await Traffic.Start(cluster);

        cluster.Log.Kill();

        await IsNotReady("event-log");
        Assert.Equal("event-log", await RefusedSession());
        Assert.Contains("event-log", await traffic.RefusedMessage(), StringComparison.Ordinal);
        await cluster.Log.Start();
        await IsReady();
        await traffic.GoesOn();
        await traffic.AssertKept();
        await using var later = await Pair.Meet(cluster.A.Address, cluster.B.Address);
    }

    [Fact(Explicit = true)]
    public async Task Redis_goes_away_and_comes_back_empty()
    {
        await using var traffic = await Traffic.Start(cluster);

        cluster.Redis.Stop();

        await IsNotReady("redis");
        await using (var visitor = await HubVisitor.Enter(cluster.A.Address))
        {
            var (code, text) = await visitor.Refused("join_queue", Pair.Request());
            Assert.Equal("unavailable", code);
            Assert.Contains("redis", text, StringComparison.Ordinal);
        }

        await cluster.Redis.Start();
        await IsReady();
        await traffic.GoesOn();
        await traffic.AssertKept();
        await using var later = await Pair.Meet(cluster.A.Address, cluster.B.Address);
    }

    [Fact(Explicit = true)]
    public async Task Leaving_is_not_refused_while_Redis_is_away()
    {
        await using var local = await Pair.Meet(cluster.A.Address, cluster.A.Address);
        await using var apart = await Pair.Meet(cluster.A.Address, cluster.B.Address);
        cluster.Redis.Stop();
        await IsNotReady("redis");

        foreach (var pair in new[] { local, apart })
        {
            foreach (var leaver in new[] { pair.Ann, pair.Bob })
            {
                await leaver.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });
                Assert.Equal(pair.MatchId, (await leaver.Next("end_session")).Text("matchId"));
            }
        }

        await cluster.Redis.Start();
        await IsReady();
        foreach (var visitor in new[] { local.Ann, local.Bob, apart.Ann, apart.Bob })
        {
            var request = Pair.Request();
            await Wait.Until(async () => (await visitor.Join(request)).Text("state") == "waiting");
        }
    }

    [Fact(Explicit = true)]
    public async Task Redis_is_emptied_by_mistake_and_nobody_is_stranded_and_a_blocked_pair_never_meets()
    {
        await using var blocked = await Pair.Meet(cluster.A.Address, cluster.B.Address);
        using (var rest = blocked.Ann.Rest())
        {
            (await rest.PostAsJsonAsync("/api/block", new { matchId = blocked.MatchId })).EnsureSuccessStatusCode();
        }

        await blocked.Bob.Next("end_session");
        await using var traffic = await Traffic.Start(cluster);
        var request = Pair.Request();
        await blocked.Ann.Join(request);

        await cluster.Redis.FlushAll();

        Assert.Equal("waiting", (await blocked.Bob.Join(request)).Text("state"));
        await traffic.GoesOn();
        await using var third = await HubVisitor.Enter(cluster.B.Address);
        await third.Join(request);
        var found = await third.Next("match_found");
        await using var fourth = await HubVisitor.Enter(cluster.A.Address);
        await fourth.Join(request);
        var other = await fourth.Next("match_found");
        var met = new[] { await blocked.Ann.Next("match_found"), await blocked.Bob.Next("match_found") };
        Assert.Equal(
            new[] { found.Text("matchId"), other.Text("matchId") }.Order(), met.Select(match => match.Text("matchId")).Order());
        await traffic.AssertKept();
    }

    [Fact(Explicit = true)]
    public async Task Postgres_goes_away_and_whoever_is_in_goes_on()
    {
        await using var traffic = await Traffic.Start(cluster);
        await using var pair = await Pair.Meet(cluster.A.Address, cluster.B.Address);
        await pair.Ann.Say(pair.MatchId, "for the record");
        await using var leaving = await HubVisitor.Enter(cluster.A.Address);
        using var leavers = leaving.Rest();

        await cluster.Postgres.Stop();

        await IsNotReady("postgres");
        Assert.Equal("postgres", await RefusedSession());
        using (var refused = await leavers.DeleteAsync("/api/me"))
        {
            await refused.Problem(503, "unavailable");
        }

        using (var rest = pair.Bob.Rest())
        {
            using var reported = await rest.PostAsJsonAsync("/api/report", new { matchId = pair.MatchId, reason = "spam" });
            Assert.Equal(System.Net.HttpStatusCode.Created, reported.StatusCode);
        }

        var (again, request) = (await traffic.Meet(), Pair.Request());
        await again.Ann.Tell("skip", new Dictionary<string, object?> { ["matchId"] = again.MatchId });
        await again.Bob.Join(request);
        await traffic.GoesOn();
        await cluster.Postgres.Start();
        await IsReady();
        await traffic.GoesOn();
        await traffic.AssertKept();
        await using var later = await HubVisitor.Enter(cluster.B.Address);
        using var erased = await leavers.DeleteAsync("/api/me");
        Assert.Equal(System.Net.HttpStatusCode.NoContent, erased.StatusCode);
    }

    private async Task<string?> RefusedSession()
    {
        using var http = new HttpClient { BaseAddress = cluster.A.Address };
        using var answer = await http.PostAsJsonAsync("/api/session", new { birthYear = 1990, acceptTerms = true });
        var problem = await answer.Problem(503, "unavailable");
        return problem.GetProperty("dependency").GetString();
    }

    private Task IsReady() => Wait.Until(async () => (await Task.WhenAll(cluster.Nodes.Select(Readiness))).All(ready => ready.Down.Length == 0));

    private Task IsNotReady(string dependency) =>
        Wait.Until(async () => (await Task.WhenAll(cluster.Nodes.Select(Readiness))).All(ready => ready.Down.Contains(dependency)));

    private static async Task<(bool Ready, string[] Down)> Readiness(ServerProcess node)
    {
        using var http = new HttpClient { BaseAddress = node.Address };
        using var answer = await http.GetAsync("/health/ready");
        var dependencies = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("dependencies").EnumerateArray();
        return (answer.IsSuccessStatusCode, [.. dependencies.Where(one => !one.GetProperty("ready").GetBoolean()).Select(one => one.Text("name"))]);
    }
}
