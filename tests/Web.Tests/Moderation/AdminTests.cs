using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>What moderators do over REST: reports, bans, appeals.</summary>
public sealed class AdminTests : IAsyncLifetime
{
    private RunningServer server = null!;
    private HttpClient morgan = null!;

    public async ValueTask InitializeAsync()
    {
        server = await HubServer.With(Moderator.Unlimited);
        morgan = await Moderator.SignIn(server.Address);
    }

    public ValueTask DisposeAsync()
    {
        morgan.Dispose();
        return server.DisposeAsync();
    }

    [Fact]
    public async Task A_report_is_listed_read_with_its_evidence_and_settled_by_a_ban()
    {
        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "something bad");
        var report = await pair.Report("harassment", "she would not stop");
        var listed = await Listed(report, "open");
        Assert.Equal(
            (pair.MatchId, pair.Bob.Id.ToString(), pair.Ann.Id.ToString(), "harassment", "she would not stop", "open"),
            (listed.Text("matchId"), listed.Text("reporterId"), listed.Text("visitorId"), listed.Text("reason"), listed.Text("comment"), listed.Text("status")));

        using (var answer = await morgan.GetAsync($"/api/admin/reports/{report}"))
        {
            var read = await answer.Json();
            var message = Assert.Single(read.GetProperty("evidence").GetProperty("messages").EnumerateArray().ToArray());
            Assert.Equal(("something bad", pair.Ann.Id.ToString()), (message.Text("body"), message.Text("from")));
            Assert.Matches("^[0-9a-f]{64}$", read.GetProperty("evidence").Text("hash"));
            Assert.Empty(read.GetProperty("evidence").GetProperty("verdicts").EnumerateArray());
            Assert.Equal("""{"reports":0,"warnings":0,"bans":0,"strikes":0}""", read.GetProperty("evidence").GetProperty("reported").ToString());
            Assert.Equal("she would not stop", read.Text("comment"));
        }

        await Ban(morgan, pair.Ann.Id, "harassment");
        Assert.Equal("upheld", (await Listed(report, "upheld")).Text("status"));
        Assert.Empty(await morgan.Reports("?status=open"));
    }

    [Fact]
    public async Task Of_two_moderators_the_second_gets_a_conflict_and_sees_what_changed()
    {
        await using var pair = await Pair.Meet(server.Address);
        var report = await pair.Report("hate");
        var caseId = (await Listed(report, "open")).Text("caseId");
        using var robin = await Moderator.Another(server, "robin");
        var accounts = server.Services.GetRequiredService<StaffAccounts>();
        var morgansId = (await accounts.Find(morgan.DefaultRequestHeaders.Authorization!.Parameter!))!.StaffId;
        using (var first = await morgan.GetAsync($"/api/admin/reports/{report}"))
        {
            await first.Json();
        }

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, $"/api/admin/reports/{report}", null), (HttpMethod.Post, $"/api/admin/cases/{caseId}/dismiss", null),
            (HttpMethod.Post, "/api/admin/bans", new { visitorId = pair.Ann.Id, reason = "hate", statement = "No." }),
        })
        {
            using var refused = await robin.Send(method, path, body);
            var problem = await refused.Problem(409, "conflict");
            var claim = problem.GetProperty("claim");
            Assert.Equal(("morgan", morgansId), (claim.Text("name"), claim.GetProperty("by").GetGuid()));
            Assert.Equal($"morgan works on this case until {claim.GetProperty("until").GetDateTimeOffset():d MMMM yyyy, HH:mm} UTC.", problem.Text("detail"));
        }

        using (var dismissed = await morgan.Post($"/api/admin/cases/{caseId}/dismiss"))
        {
            Assert.Equal(HttpStatusCode.NoContent, dismissed.StatusCode);
        }

        using (var late = await robin.Post($"/api/admin/cases/{caseId}/dismiss"))
        {
            var problem = await late.Problem(409, "conflict");
            var decision = problem.GetProperty("decision");
            Assert.Equal(("dismissed", "morgan", morgansId), (decision.Text("outcome"), decision.Text("name"), decision.GetProperty("by").GetGuid()));
            Assert.EndsWith(
                $"The last decision: dismissed by morgan, {decision.GetProperty("decidedAt").GetDateTimeOffset():d MMMM yyyy, HH:mm} UTC.",
                problem.Text("detail"), StringComparison.Ordinal);
        }

        Assert.Equal("dismissed", (await Listed(report, "dismissed")).Text("status"));
        await pair.Ann.Join(Pair.Request());
    }

    [Fact]
    public async Task Whoever_meets_an_automated_decision_is_told_that_it_is_nobodys()
    {
        await using var pair = await Pair.Meet(server.Address);
        var report = await pair.Report("hate");
        var caseId = Guid.Parse((await Listed(report, "open")).Text("caseId"));
        var (executor, sanctionId, now) = (server.Services.GetRequiredService<CommandExecutor>(), Guid.NewGuid(), DateTimeOffset.UtcNow);
        foreach (var command in new CaseCommand[]
        {
            new CaseCommand.Escalate(sanctionId, "hate", now.AddDays(1), now), new CaseCommand.Reserve(sanctionId, null, now),
        })
        {
            await executor.Execute(Case.Decider, caseId, command, Guid.NewGuid(), EventMetadata.System, default);
        }

        using var refused = await morgan.Post($"/api/admin/cases/{caseId}/dismiss");

        var problem = await refused.Problem(409, "conflict");
        Assert.Equal("This case is being decided automatically.", problem.Text("detail"));
        Assert.Equal(JsonValueKind.Null, problem.GetProperty("claim").GetProperty("by").ValueKind);
    }

    [Fact]
    public async Task Reports_come_in_pages_and_only_such_as_were_asked_for()
    {
        var reports = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            await using var pair = await Pair.Meet(server.Address);
            reports.Add(await pair.Report("spam"));
            await Listed(reports[^1], "open");
        }

        var (seen, after) = (new List<Guid>(), "");
        while (after is not null)
        {
            using var answer = await morgan.GetAsync($"/api/admin/reports?limit=2&after={after}");
            var page = await answer.Json();
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("reportId").GetGuid()));
            after = page.GetProperty("next").GetString();
        }

        Assert.Equal(reports, seen);
        foreach (var query in new[] { "?status=lost", "?limit=0", "?limit=1000", "?limit=x", "?after=x" })
        {
            using var refused = await morgan.GetAsync("/api/admin/reports" + query);
            await refused.Problem(422, "invalid");
        }

        using var unknown = await morgan.GetAsync($"/api/admin/reports/{Guid.NewGuid()}");
        await unknown.Problem(404, "not-found");
    }

    [Fact]
    public async Task Open_reports_come_by_priority_with_its_reasons_and_each_in_its_lane()
    {
        var reports = new List<Guid>();
        foreach (var reason in new[] { "spam", "hate", "underage" })
        {
            await using var pair = await Pair.Meet(server.Address);
            reports.Add(await pair.Report(reason));
            await Listed(reports[^1], "open");
        }

        var (seen, after) = (new List<JsonElement>(), "");
        while (after is not null)
        {
            using var answer = await morgan.GetAsync($"/api/admin/reports?status=open&limit=1&after={after}");
            var page = await answer.Json();
            seen.AddRange(page.GetProperty("items").EnumerateArray());
            after = page.GetProperty("next").GetString();
        }

        Assert.Equal(Enumerable.Reverse(reports), seen.Select(item => item.GetProperty("reportId").GetGuid()));
        Assert.Equal(
            [("high", "urgent"), ("medium", "normal"), ("low", "normal")], seen.Select(item => (item.Text("priority"), item.Text("lane"))));
        Assert.Equal(["Hate speech (grave)", "1 reporter, counting 1"], seen[1].GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()));
        Assert.Equal(reports[2], Assert.Single(await morgan.Reports("?status=open&lane=urgent")).GetProperty("reportId").GetGuid());
        foreach (var query in new[] { "?lane=fast", "?status=open&after=5", "?status=upheld&after=5_6" })
        {
            using var refused = await morgan.GetAsync("/api/admin/reports" + query);
            await refused.Problem(422, "invalid");
        }
    }

    [Fact]
    public async Task What_was_right_is_upheld_by_the_ladder_or_without_a_sanction_and_a_second_moderator_is_told()
    {
        await using var pair = await Pair.Meet(server.Address);
        var report = await pair.Report("harassment");
        var caseId = (await Listed(report, "open")).Text("caseId");
        foreach (var (body, field) in new (object, string)[]
        {
            (new { }, "policy"), (new { policy = "bad-mood" }, "policy"), (new { policy = "harassment", statement = " " }, "statement"),
        })
        {
            using var invalid = await morgan.Post($"/api/admin/cases/{caseId}/uphold", body);
            Assert.True((await invalid.Problem(422, "invalid")).GetProperty("errors").TryGetProperty(field, out _));
        }

        using (var answer = await morgan.Post($"/api/admin/cases/{caseId}/uphold", new { policy = "harassment", statement = "You would not stop." }))
        {
            var upheld = await answer.Json();
            Assert.Equal((JsonValueKind.String, false), (upheld.GetProperty("sanctionId").ValueKind, upheld.GetProperty("isBan").GetBoolean()));
        }

        Assert.Equal("warned", (await pair.Ann.Next("notice")).Text("code"));
        Assert.Equal("upheld", (await Listed(report, "upheld")).Text("status"));
        using var robin = await Moderator.Another(server, "robin");
        using (var late = await robin.Post($"/api/admin/cases/{caseId}/uphold", new { policy = "harassment", statement = "You would not stop." }))
        {
            Assert.Equal("upheld", (await late.Problem(409, "conflict")).GetProperty("decision").Text("outcome"));
        }

        await using var other = await Pair.Meet(server.Address);
        var next = await other.Report("spam");
        var nextCase = (await Listed(next, "open")).Text("caseId");
        using (var answer = await morgan.Post($"/api/admin/cases/{nextCase}/uphold", new { policy = "spam" }))
        {
            Assert.Equal(JsonValueKind.Null, (await answer.Json()).GetProperty("sanctionId").ValueKind);
        }

        Assert.Equal("upheld", (await Listed(next, "upheld")).Text("status"));
        Assert.Empty(other.Ann.Unread("notice"));
    }

    [Fact]
    public async Task A_ban_is_issued_seen_in_the_log_as_the_moderators_and_lifted()
    {
        await using var visitor = await HubVisitor.Enter(server.Address);
        var until = DateTimeOffset.UtcNow.AddHours(1);
        using (var answer = await morgan.Post("/api/admin/bans", new { visitorId = visitor.Id, reason = "spam", until, statement = "Advertising." }))
        {
            Assert.Equal(until, (await answer.Json(HttpStatusCode.Created)).GetProperty("until").GetDateTimeOffset());
        }

        Assert.Equal("Advertising.", (await visitor.Next("banned")).Text("statement"));
        using (var again = await morgan.Post("/api/admin/bans", new { visitorId = visitor.Id, reason = "spam", until, statement = "Advertising." }))
        {
            await again.Problem(409, "conflict");
        }

        using (var lifted = await morgan.Send(HttpMethod.Delete, $"/api/admin/bans/{visitor.Id}", new { statement = "It was a mistake." }))
        using (var twice = await morgan.Send(HttpMethod.Delete, $"/api/admin/bans/{visitor.Id}", new { statement = "It was a mistake." }))
        {
            Assert.Equal(HttpStatusCode.NoContent, lifted.StatusCode);
            await twice.Problem(404, "not-found");
        }

        await using var back = await HubVisitor.Connect(server.Address, visitor.Token, visitor.Id);
        await back.Join(Pair.Request());
    }

    [Theory]
    [InlineData("{}", "visitorId")]
    [InlineData("""{"visitorId":"0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e01","reason":"spam"}""", "statement")]
    [InlineData("""{"visitorId":"0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e01","reason":"spam","statement":"x","until":"soon"}""", "until")]
    public async Task A_ban_that_cannot_be_read_is_refused_by_its_field(string json, string field)
    {
        using var refused = await morgan.Post("/api/admin/bans", Answers.Json(json));
        Assert.True((await refused.Problem(422, "invalid")).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Whoever_sanctioned_may_overturn_and_leaves_upholding_to_somebody_else()
    {
        await using var ann = await HubVisitor.Enter(server.Address);
        await using var bob = await HubVisitor.Enter(server.Address);
        var anns = await Appealed(ann);
        var bobs = await Appealed(bob);
        var seen = await OpenAppeal(morgan, anns.AppealId);
        Assert.Equal(
            ("harassment", "You kept insulting people.", "We know each other.", false, false),
            (seen.Text("reason"), seen.Text("statement"), seen.Text("appeal"), seen.GetProperty("automated").GetBoolean(), seen.GetProperty("mayUphold").GetBoolean()));

        using (var own = await Decide(morgan, anns.AppealId, "upheld"))
        {
            await own.Problem(409, "conflict");
        }

        using var robin = await Moderator.Another(server, "robin");
        Assert.True((await OpenAppeal(robin, anns.AppealId)).GetProperty("mayUphold").GetBoolean());
        using (var upheld = await Decide(robin, anns.AppealId, "upheld"))
        using (var late = await Decide(morgan, anns.AppealId, "overturned"))
        using (var overturned = await Decide(morgan, bobs.AppealId, "overturned"))
        {
            Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (upheld.StatusCode, overturned.StatusCode));
            await late.Problem(409, "conflict");
        }

        using var anybody = server.NewBrowser();
        Assert.Contains("The decision stays.", await anybody.GetStringAsync(anns.Link), StringComparison.Ordinal);
        Assert.Contains("Read with care.", await anybody.GetStringAsync(anns.Link), StringComparison.Ordinal);
        Assert.Contains("You were right.", await anybody.GetStringAsync(bobs.Link), StringComparison.Ordinal);
        await ann.IsKeptOut();
        await using var back = await HubVisitor.Connect(server.Address, bob.Token, bob.Id);
        await back.Join(Pair.Request());
    }

    private async Task<(Guid AppealId, string Link)> Appealed(HubVisitor visitor)
    {
        await Ban(morgan, visitor.Id, "harassment");
        var link = (await visitor.Next("banned")).Text("appealUrl");
        using var anybody = server.NewBrowser();
        using var filed = await anybody.Post("/api/appeals", new { token = link.Split('=')[1], statement = "We know each other." });
        return ((await filed.Json(HttpStatusCode.Created)).GetProperty("appealId").GetGuid(), link);
    }

    private static async Task<JsonElement> OpenAppeal(HttpClient staff, Guid appealId)
    {
        JsonElement? found = null;
        await Wait.Until(async () =>
        {
            found = (await staff.Appeals()).Select(item => (JsonElement?)item).FirstOrDefault(item => item!.Value.GetProperty("appealId").GetGuid() == appealId);
            return found is not null;
        });
        return found!.Value;
    }

    private static Task<HttpResponseMessage> Decide(HttpClient staff, Guid appealId, string outcome) =>
        staff.Post($"/api/admin/appeals/{appealId}", new { outcome, statement = "Read with care." });

    private static async Task Ban(HttpClient staff, Guid visitorId, string reason)
    {
        using var banned = await staff.Post("/api/admin/bans", new { visitorId, reason, statement = "You kept insulting people." });
        await banned.Json(HttpStatusCode.Created);
    }

    /// <summary>The report, as soon as it is listed under a status.</summary>
    private async Task<JsonElement> Listed(Guid reportId, string status)
    {
        JsonElement? found = null;
        await Wait.Until(async () =>
        {
            found = (await morgan.Reports("?status=" + status)).Select(item => (JsonElement?)item).FirstOrDefault(item => item!.Value.GetProperty("reportId").GetGuid() == reportId);
            return found is not null;
        });
        return found!.Value;
    }
}
