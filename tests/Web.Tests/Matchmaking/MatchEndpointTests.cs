using System.Net;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Matchmaking;

public sealed class MatchEndpointTests(HubServer hub) : IClassFixture<HubServer>
{
    private Uri Address => hub.Server.Address;

    [Fact]
    public async Task A_start_over_REST_waits_for_the_hub_connection_and_meets_then()
    {
        var request = Pair.Request();
        var (token, id) = await HubVisitor.Session(Address);
        using var rest = hub.Server.NewBrowser().As(token);
        using var started = await rest.Post("/api/match/start", request);
        Assert.Equal("""{"state":"waiting"}""", (await started.Json(HttpStatusCode.Accepted)).ToString());
        await using var bob = await HubVisitor.Enter(Address);
        Assert.Equal("waiting", (await bob.Join(request)).Text("state"));

        await using var ann = await HubVisitor.Connect(Address, token, id);

        Assert.Equal((await bob.Next("match_found")).Text("matchId"), (await ann.Next("match_found")).Text("matchId"));
    }

    [Fact]
    public async Task Who_finds_somebody_at_once_is_told_the_match()
    {
        var request = Pair.Request();
        await using var ann = await HubVisitor.Enter(Address);
        await using var bob = await HubVisitor.Enter(Address);
        await ann.Join(request);
        using var rest = bob.Rest();
        using var started = await rest.Post("/api/match/start", request);

        var answer = await started.Json();
        Assert.Equal("matched", answer.Text("state"));
        Assert.Equal((await ann.Next("match_found")).Text("matchId"), answer.Text("matchId"));
    }

    [Fact]
    public async Task Stopping_leaves_the_queue_or_the_match_and_is_never_refused()
    {
        await using var pair = await Pair.Meet(Address);
        using var rest = pair.Ann.Rest();
        using var stopped = await rest.Post("/api/match/stop");
        using var again = await rest.Post("/api/match/stop");

        Assert.Equal(HttpStatusCode.NoContent, stopped.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        Assert.Equal("stopped", (await pair.Bob.Next("end_session")).Text("reason"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"mode":"radio"}""")]
    [InlineData("""{"mode":"text","interests":"chess"}""")]
    [InlineData("""{"mode":"text","interests":[1]}""")]
    [InlineData("""{"mode":"text","language":"not a tag"}""")]
    [InlineData("""{"mode":"text","acceptAny":"yes"}""")]
    public async Task A_start_that_does_not_fit_is_invalid(string json)
    {
        var (token, _) = await HubVisitor.Session(Address);
        using var rest = hub.Server.NewBrowser().As(token);
        using var answer = await rest.Post("/api/match/start", Answers.Json(json));

        await answer.Problem(422, "invalid");
    }

    [Theory]
    [InlineData("/api/report", """{"reason":"spam"}""")]
    [InlineData("/api/report", """{"matchId":"x","reason":"spam"}""")]
    [InlineData("/api/report", """{"matchId":"00000000-0000-4000-8000-000000000000"}""")]
    [InlineData("/api/report", """{"matchId":"00000000-0000-4000-8000-000000000000","reason":"boring"}""")]
    [InlineData("/api/report", """{"matchId":"00000000-0000-4000-8000-000000000000","reason":"spam","block":"yes"}""")]
    [InlineData("/api/block", "{}")]
    public async Task A_report_or_block_that_does_not_fit_is_invalid(string path, string json)
    {
        var (token, _) = await HubVisitor.Session(Address);
        using var rest = hub.Server.NewBrowser().As(token);
        using var answer = await rest.Post(path, Answers.Json(json));

        await answer.Problem(422, "invalid");
    }

    [Fact]
    public async Task A_match_can_be_reported_and_blocked_after_its_end_also_where_nothing_was_written()
    {
        await using var pair = await Pair.Meet(Address);
        await pair.Bob.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });
        using var rest = pair.Ann.Rest();
        using var reported = await rest.Post("/api/report", new { matchId = pair.MatchId, reason = "underage", comment = "as they said" });
        using var blocked = await rest.Post("/api/block", new { matchId = pair.MatchId });
        using var unknown = await rest.Post("/api/block", new { matchId = Guid.NewGuid() });

        await reported.Json(HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.NoContent, blocked.StatusCode);
        await unknown.Problem(409, "not-in-match");
    }
}
