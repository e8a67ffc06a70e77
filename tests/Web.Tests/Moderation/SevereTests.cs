using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>Cases that few may see: who sees them, how long they are kept, and how they are handed to authorities.</summary>
public sealed class SevereTests : ShiftedDesk
{
    [Fact]
    public async Task Only_an_administrator_sees_decides_and_exports_a_severe_case()
    {
        await using var pair = await Pair.Meet(Server.Address);
        var (report, caseId) = await Reported(pair, "I am fifteen", "underage");
        using (var robin = await Moderator.Another(Server, "robin"))
        {
            var item = await Listed(robin, report);
            Assert.Equal((true, JsonValueKind.Null), (item.GetProperty("restricted").GetBoolean(), item.GetProperty("comment").ValueKind));
            foreach (var (method, path) in new[]
            {
                (HttpMethod.Get, $"/api/admin/reports/{report}"), (HttpMethod.Get, $"/api/admin/reports/{report}?knowingly=true"),
                (HttpMethod.Post, $"/api/admin/cases/{caseId}/dismiss"), (HttpMethod.Post, $"/api/admin/cases/{caseId}/uphold"),
                (HttpMethod.Post, $"/api/admin/cases/{caseId}/package"),
            })
            {
                using var refused = await robin.Send(method, path, method == HttpMethod.Post ? new { policy = "underage" } : null);
                Assert.DoesNotContain("fifteen", (await refused.Problem(403, "forbidden")).GetRawText(), StringComparison.Ordinal);
            }
        }

        using (var casey = await Moderator.Another(Server, "casey", StaffRoles.Analyst))
        {
            foreach (var path in new[] { "/api/admin/reports", $"/api/admin/reports/{report}" })
            {
                using var refused = await casey.GetAsync(path);
                await refused.Problem(403, "forbidden");
            }

            using var package = await casey.Post($"/api/admin/cases/{caseId}/package");
            await package.Problem(403, "forbidden");
        }

        using var morgan = await Morgan();
        Assert.Equal(("I am fifteen", "what Bob says"), (BodyIn(await morgan.Read(report)), (await morgan.Read(report)).Text("comment")));
        Assert.False((await Listed(morgan, report)).GetProperty("restricted").GetBoolean());
        Assert.Equal(2, (await Case(caseId)).OfType<CaseEvent.Viewed>().Count());
    }

    [Fact]
    public async Task A_second_administrator_looks_only_knowing_of_the_first()
    {
        await using var pair = await Pair.Meet(Server.Address);
        var (report, caseId) = await Reported(pair, "I am fifteen", "underage");
        using (var morgan = await Morgan())
        {
            await morgan.Read(report);
        }

        Pass(TimeSpan.FromMinutes(6));
        using var robin = await Moderator.Another(Server, "robin", StaffRoles.Administrator);
        using (var refused = await robin.GetAsync($"/api/admin/reports/{report}"))
        {
            var problem = await refused.Problem(409, "conflict");
            Assert.Equal("morgan", problem.GetProperty("viewer").Text("name"));
            Assert.Contains("morgan looked into this severe case", problem.Text("detail"), StringComparison.Ordinal);
        }

        using (var knowingly = await robin.GetAsync($"/api/admin/reports/{report}?knowingly=true"))
        {
            Assert.Equal("I am fifteen", BodyIn(await knowingly.Json()));
        }

        Assert.Equal([false, true], (await Case(caseId)).OfType<CaseEvent.Viewed>().Select(viewed => viewed.Knowingly));
    }

    [Fact]
    public async Task So_does_whoever_exports_it_and_whoever_looks_after_an_export()
    {
        await using var pair = await Pair.Meet(Server.Address);
        var (report, caseId) = await Reported(pair, "I am fifteen", "underage");
        using (var morgan = await Morgan())
        {
            await Package(morgan, caseId);
        }

        using var robin = await Moderator.Another(Server, "robin", StaffRoles.Administrator);
        using (var refused = await robin.Post($"/api/admin/cases/{caseId}/package"))
        {
            Assert.Equal("morgan", (await refused.Problem(409, "conflict")).GetProperty("viewer").Text("name"));
        }

        using (var refused = await robin.GetAsync($"/api/admin/reports/{report}"))
        {
            await refused.Problem(409, "conflict");
        }

        await Package(robin, caseId, knowingly: true, why: "The court lost it.");
        Assert.Equal([false, true], (await Case(caseId)).OfType<CaseEvent.Exported>().Select(exported => exported.Knowingly));
    }

    [Fact]
    public async Task A_ban_for_a_severe_policy_makes_the_case_severe_and_one_by_somebody_who_may_not_see_it_leaves_its_reports_open()
    {
        await using var pair = await Pair.Meet(Server.Address);
        await using var others = await Pair.Meet(Server.Address);
        var (threat, threatened) = await Reported(pair, "I know where you live", "threat");
        var (underage, _) = await Reported(others, "I am fifteen", "underage");
        using var robin = await Moderator.Another(Server, "robin");
        Assert.Equal("I know where you live", BodyIn(await robin.Read(threat)));
        foreach (var (visitor, reason) in new[] { (pair.Ann.Id, "credible-threat"), (others.Ann.Id, "harassment") })
        {
            using var banned = await robin.Post("/api/admin/bans", new { visitorId = visitor, reason, statement = "No." });
            await banned.Json(HttpStatusCode.Created);
        }

        using (var refused = await robin.GetAsync($"/api/admin/reports/{threat}"))
        {
            await refused.Problem(403, "forbidden");
        }

        Assert.Equal("credible-threat", Assert.Single((await Case(threatened)).OfType<CaseEvent.FoundSevere>()).Policy);
        await Wait.Until(async () => (await Listed(robin, threat)).Text("status") == "upheld");
        Assert.Equal("open", (await Listed(robin, underage)).Text("status"));
        await Later(TimeSpan.FromDays(364));
        using var morgan = await Morgan();
        using var second = await morgan.GetAsync($"/api/admin/reports/{threat}?knowingly=true");
        Assert.Equal("I know where you live", BodyIn(await second.Json()));
    }

    [Fact]
    public async Task Severe_evidence_outlives_both_erasures_and_180_days_and_not_a_year_unless_it_is_held()
    {
        await using var pair = await Pair.Meet(Server.Address);
        await using var others = await Pair.Meet(Server.Address);
        var (report, _) = await Reported(pair, "I am fifteen", "underage");
        var (held, heldCase) = await Reported(others, "I am sixteen", "underage");
        using (var morgan = await Morgan())
        using (var hold = await morgan.Post($"/api/admin/cases/{heldCase}/hold", new { reason = "The court asked." }))
        {
            await hold.Json();
        }

        foreach (var visitor in new[] { pair.Ann, pair.Bob, others.Ann, others.Bob })
        {
            using var rest = visitor.Rest();
            using var erased = await rest.DeleteAsync("/api/me");
            Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        }

        await Later(TimeSpan.FromDays(364));
        using (var morgan = await Morgan())
        {
            Assert.Equal(("I am fifteen", "I am sixteen"), (BodyIn(await morgan.Read(report)), BodyIn(await morgan.Read(held))));
        }

        await Later(TimeSpan.FromDays(365));
        using (var morgan = await Morgan())
        {
            Assert.Equal((null, "I am sixteen"), (BodyIn(await morgan.Read(report)), BodyIn(await morgan.Read(held))));
        }
    }

    [Fact]
    public async Task The_words_about_a_severe_ban_are_for_administrators_and_so_is_what_becomes_of_it()
    {
        await using var pair = await Pair.Meet(Server.Address);
        using var morgan = await Morgan();
        using (var banned = await morgan.Post("/api/admin/bans", new { visitorId = pair.Ann.Id, reason = "child-safety", statement = "You know why." }))
        {
            await banned.Json(HttpStatusCode.Created);
        }

        Guid appeal;
        using (var anybody = Server.NewBrowser())
        {
            var token = (await pair.Ann.Next("banned")).Text("appealUrl").Split('=')[1];
            using var filed = await anybody.Post("/api/appeals", new { token, statement = "I do not." });
            appeal = (await filed.Json(HttpStatusCode.Created)).GetProperty("appealId").GetGuid();
        }

        using var robin = await Moderator.Another(Server, "robin");
        await Wait.Until(async () => (await robin.Appeals()).Length == 1);
        foreach (var item in (await robin.Appeals()).Concat(await robin.Bans()))
        {
            Assert.Equal((true, "child-safety"), (item.GetProperty("restricted").GetBoolean(), item.Text("reason")));
            Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (item.GetProperty("statement").ValueKind, item.GetProperty("appeal").ValueKind));
        }

        Assert.False((await robin.Appeals())[0].GetProperty("mayUphold").GetBoolean());
        foreach (var (method, path, body) in new (HttpMethod, string, object)[]
        {
            (HttpMethod.Delete, $"/api/admin/bans/{pair.Ann.Id}", new { statement = "No." }),
            (HttpMethod.Post, $"/api/admin/bans/{pair.Ann.Id}/review", new { statement = "No." }),
            (HttpMethod.Post, $"/api/admin/appeals/{appeal}", new { outcome = "overturned", statement = "No." }),
        })
        {
            using var refused = await robin.Send(method, path, body);
            await refused.Problem(403, "forbidden");
        }

        var (seen, ban) = (Assert.Single(await morgan.Appeals()), Assert.Single(await morgan.Bans()));
        Assert.Equal(("You know why.", "I do not."), (seen.Text("statement"), seen.Text("appeal")));
        Assert.Equal(("You know why.", "I do not."), (ban.Text("statement"), ban.GetProperty("appeal").Text("statement")));
        using var lifted = await morgan.Send(HttpMethod.Delete, $"/api/admin/bans/{pair.Ann.Id}", new { statement = "It was somebody else." });
        Assert.Equal(HttpStatusCode.NoContent, lifted.StatusCode);
    }

    [Fact]
    public async Task What_an_administrator_dismisses_is_for_moderators_again()
    {
        await using var pair = await Pair.Meet(Server.Address);
        var (report, caseId) = await Reported(pair, "I am fifty", "underage");
        using (var morgan = await Morgan())
        using (var dismissed = await morgan.Post($"/api/admin/cases/{caseId}/dismiss"))
        {
            Assert.Equal(HttpStatusCode.NoContent, dismissed.StatusCode);
        }

        using var robin = await Moderator.Another(Server, "robin");
        Assert.Equal("I am fifty", BodyIn(await robin.Read(report)));
        await Wait.Until(async () => !(await Listed(robin, report)).GetProperty("restricted").GetBoolean());
    }

    [Fact]
    public async Task A_server_that_would_keep_severe_evidence_for_less_time_than_any_other_does_not_start()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningServer.Start(new Dictionary<string, string?>
        {
            ["Retention:Cases"] = "400.00:00:00",
        }));
        Assert.Contains("Retention:SevereCases must be no shorter", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_holds_the_case_with_hashes_that_anybody_can_compute_and_is_never_on_disk_in_clear()
    {
        await using var pair = await Pair.Meet(Server.Address);
        var (report, caseId) = await Reported(pair, "I am fifteen, three times over", "underage");
        using var morgan = await Morgan();
        var hash = (await morgan.Read(report)).GetProperty("evidence").Text("hash");

        var (files, manifestHash) = await Package(morgan, caseId);

        Assert.Equal(
            ["manifest.json", "events.ndjson", $"reports/{report}/report.json", $"reports/{report}/evidence.json"], files.Keys);
        var manifest = JsonSerializer.Deserialize<JsonElement>(files["manifest.json"]);
        Assert.Equal((caseId, pair.Ann.Id), (manifest.GetProperty("caseId").GetGuid(), manifest.GetProperty("visitorId").GetGuid()));
        Assert.Equal("morgan", manifest.GetProperty("exportedBy").Text("name"));
        Assert.Equal(
            files.Where(file => file.Key != "manifest.json").Select(file => (file.Key, file.Value.Length, Sha256(file.Value))),
            manifest.GetProperty("files").EnumerateArray().Select(file => (file.Text("name"), file.Number("bytes"), file.Text("sha256"))));
        Assert.Equal(manifestHash, Sha256(files["manifest.json"]));
        Assert.Equal(hash, Sha256(files[$"reports/{report}/evidence.json"]));

        var evidence = JsonSerializer.Deserialize<JsonElement>(files[$"reports/{report}/evidence.json"]);
        Assert.Equal("I am fifteen, three times over", evidence.GetProperty("messages")[0].Text("body"));
        Assert.All(["verdicts", "reported", "reporter"], name => Assert.NotEqual(JsonValueKind.Null, evidence.GetProperty(name).ValueKind));
        Assert.Equal("what Bob says", JsonSerializer.Deserialize<JsonElement>(files[$"reports/{report}/report.json"]).Text("comment"));
        var lines = Encoding.UTF8.GetString(files["events.ndjson"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["moderation.case.reported.v1", "moderation.case.claimed.v1", "moderation.evidence.viewed.v1"],
            lines.Select(line => JsonSerializer.Deserialize<JsonElement>(line).Text("type")));

        // Made again, by who says why, it is another one, with the first in its events.
        using (var unsaid = await morgan.Post($"/api/admin/cases/{caseId}/package"))
        {
            await unsaid.Problem(422, "invalid");
        }

        var (_, second) = await Package(morgan, caseId, why: "The court lost it.");
        var exports = (await Case(caseId)).OfType<CaseEvent.Exported>().ToArray();
        Assert.Equal([manifestHash, second], exports.Select(export => export.ManifestHash));
        Assert.NotEqual(manifestHash, second);
        Assert.Equal([true, false], exports.Select(export => export.Why is null));
        Assert.NotEmpty(Server.FilesWith(Encoding.UTF8.GetBytes(manifestHash)));
        Assert.Empty(Server.FilesWith("three times over"u8.ToArray()));
        using var unknown = await morgan.Post($"/api/admin/cases/{Guid.NewGuid()}/package");
        await unknown.Problem(404, "not-found");
    }

    private static async Task<(Dictionary<string, byte[]> Files, string ManifestHash)> Package(HttpClient staff, Guid caseId, bool knowingly = false, string? why = null)
    {
        using var answer = await staff.Post(
            $"/api/admin/cases/{caseId}/package{(knowingly ? "?knowingly=true" : "")}", why is null ? null : new { why });
        Assert.Equal((HttpStatusCode.OK, "application/zip"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(), ZipArchiveMode.Read);
        var files = new Dictionary<string, byte[]>();
        foreach (var entry in zip.Entries)
        {
            using var content = entry.Open();
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes);
            files.Add(entry.FullName, bytes.ToArray());
        }

        return (files, answer.Headers.GetValues("X-Manifest-SHA256").Single());
    }

    private static string Sha256(byte[] content) => Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant();

    private static string? BodyIn(JsonElement read) =>
        read.GetProperty("evidence").GetProperty("messages").EnumerateArray().Select(message => message.Text("body")).FirstOrDefault();

    /// <summary>The stream of a case.</summary>
    private async Task<List<object>> Case(Guid caseId)
    {
        var happened = new List<object>();
        await foreach (var recorded in Server.Services.GetRequiredService<IEventStore>().Read(StreamName.For("case", caseId), 0, default))
        {
            happened.Add(EventCodec.Default.Decode(recorded));
        }

        return happened;
    }
}
