using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Web.Accounts;
using RandomChat.Web.Moderation;
using RandomChat.Web.Tests.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>What happened to a visitor, over REST and in words.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private RunningServer server = null!;
    private Pair pair = null!;
    private HttpClient moderator = null!;

    public async ValueTask InitializeAsync()
    {
        server = await HubServer.With(Moderator.Unlimited);
        pair = await Pair.Meet(server.Address, Wire.Json, "text");
        using (var rest = pair.Ann.Rest())
        using (var reported = await rest.Post("/api/report", new { matchId = pair.MatchId, reason = "spam" }))
        {
            Assert.Equal(HttpStatusCode.Created, reported.StatusCode);
        }

        moderator = await Moderator.SignIn(server.Address);
        await Wait.Until(async () => (await Events($"{pair.Bob.Id}/events")).Count == 4);
    }

    public async ValueTask DisposeAsync()
    {
        moderator.Dispose();
        await pair.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Events_come_oldest_first_as_they_were_recorded_and_in_pages()
    {
        var events = await Events($"{pair.Bob.Id}/events");

        Assert.Equal(
            ["visitors.session.started.v1", "matches.match.started.v1", "matches.match.ended.v1", "moderation.case.reported.v1"],
            events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(events.Select(Position).Order(), events.Select(Position));
        Assert.Equal($"match-{pair.MatchId}", events[1].GetProperty("stream").GetString());
        Assert.Equal(pair.MatchId, events[1].GetProperty("data").GetProperty("matchId").GetString());
        Assert.StartsWith("visitor:", events[3].GetProperty("actor").GetString(), StringComparison.Ordinal);

        using var first = await moderator.GetAsync($"/api/admin/visitors/{pair.Bob.Id}/events?limit=3");
        var page = await first.Json();
        Assert.Equal(3, page.GetProperty("items").GetArrayLength());
        var rest = await Events($"{pair.Bob.Id}/events?after={page.GetProperty("next").GetString()}");
        Assert.Equal(Position(events[3]), Position(Assert.Single(rest)));
        Assert.Empty(await Events($"{Guid.NewGuid()}/events"));
        using var wrong = await moderator.GetAsync($"/api/admin/visitors/{pair.Bob.Id}/events?limit=0");
        await wrong.Problem(422, "invalid");
    }

    [Fact]
    public async Task The_page_tells_it_in_words_up_to_any_moment()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, "", null);

        var page = await browser.GetStringAsync($"/admin/history?id={pair.Bob.Id}");
        var who = EventWords.Short(pair.Bob.Id);
        Assert.Contains($"reported {who}: Spam.", page, StringComparison.Ordinal);
        Assert.Contains("moderation.case.reported.v1", page, StringComparison.Ordinal);

        // The chat by its own id, and who did it by name where it was one of the staff.
        Assert.Contains("The chat ended (reported", await browser.GetStringAsync($"/admin/history?id={pair.MatchId}"), StringComparison.Ordinal);
        using (var banned = await moderator.Post("/api/admin/bans", new { visitorId = pair.Bob.Id, reason = "spam", statement = "<b>Enough.</b>" }))
        {
            Assert.Equal(HttpStatusCode.Created, banned.StatusCode);
        }

        await Wait.Until(async () => (await browser.GetStringAsync($"/admin/history?id={pair.Bob.Id}")).Contains("Banned for good: Spam", StringComparison.Ordinal));
        page = await browser.GetStringAsync($"/admin/history?id={pair.Bob.Id}");
        Assert.Contains($">{Moderator.Name}</a> · position", WebUtility.HtmlDecode(page), StringComparison.Ordinal);

        var reportedAt = (await Events($"{pair.Bob.Id}/events"))[3].GetProperty("at").GetDateTimeOffset();
        var until = reportedAt.UtcDateTime.AddMilliseconds(1).ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);
        var then = await browser.GetStringAsync($"/admin/history?id={pair.Bob.Id}&until={until}");
        Assert.Contains($"reported {who}: Spam.", then, StringComparison.Ordinal);
        Assert.DoesNotContain("Banned", then, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_looks_is_recorded_once_and_the_whole_log_and_the_audit_list_tell_of_it()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, "", null);
        var looked = $"Looked at the history of {EventWords.Short(pair.Bob.Id)}.";
        await Wait.Until(async () => (await browser.GetStringAsync($"/admin/history?id={pair.Bob.Id}")).Contains(looked, StringComparison.Ordinal));

        // Over REST before, and again and again here: one look.
        var search = await browser.GetStringAsync($"/admin/history?type=moderation.history.viewed.v1&who={Moderator.Name}");
        Assert.Equal(1, search.Split(looked).Length - 1);
        Assert.Contains("Nobody of the staff has that name.", await browser.GetStringAsync("/admin/history?who=nobody"), StringComparison.Ordinal);

        // What a ban led to, by its links.
        using (var banned = await moderator.Post("/api/admin/bans", new { visitorId = pair.Bob.Id, reason = "spam", statement = "Enough." }))
        {
            Assert.Equal(HttpStatusCode.Created, banned.StatusCode);
        }

        string bans = "";
        await Wait.Until(async () => (bans = await browser.GetStringAsync("/admin/history?type=moderation.ban.issued.v1")).Contains("led to <a", StringComparison.Ordinal));
        var together = bans.Split("href=\"/admin/history?correlation=")[1].Split('#', '"')[0];
        var chain = await browser.GetStringAsync($"/admin/history?correlation={together}");
        Assert.Contains("1 report upheld: Spam", chain, StringComparison.Ordinal);
        Assert.Contains("came of <a", chain, StringComparison.Ordinal);

        // Both ways to their events are looks at them, and stand where they are found.
        await browser.GetStringAsync($"/admin/history?who={pair.Bob.Id}");
        string[] searches = [$"Searched the whole log for what belongs to {EventWords.Short(Guid.Parse(together))}.", $"Searched the whole log of visitor:{pair.Bob.Id}."];
        await Wait.Until(async () =>
        {
            var theirs = await browser.GetStringAsync($"/admin/history?id={pair.Bob.Id}");
            return searches.All(words => theirs.Contains(words, StringComparison.Ordinal));
        });

        var audit = await browser.GetStringAsync($"/admin/audit?who={Moderator.Name}&act=Sanction&from=2020-01-01T00:00");
        Assert.Contains("Banned for good: Spam", audit, StringComparison.Ordinal);
        Assert.DoesNotContain(looked, audit, StringComparison.Ordinal);
        Assert.DoesNotContain("Banned for good", await browser.GetStringAsync("/admin/audit?until=2020-01-01T00:00"), StringComparison.Ordinal);

        using (var file = await browser.PostForm("/admin/audit?handler=Export", audit, ("format", "csv"), ("act", "Sanction")))
        {
            var lines = (await file.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("position,at,by,kind,type,stream,what", lines[0]);
            Assert.Matches($"^\\d+,20[^,]+Z,{Moderator.Name},sanction,moderation.ban.issued.v1,ban-{pair.Bob.Id},\"Banned for good: Spam, ", Assert.Single(lines, line => line.Contains("ban.issued", StringComparison.Ordinal)));
        }

        using (var file = await browser.PostForm("/admin/audit?handler=Export", audit, ("format", "ndjson"), ("act", "Look")))
        {
            Assert.Equal("application/x-ndjson", file.Content.Headers.ContentType!.MediaType);
            var lines = (await file.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);
            Assert.Contains(lines, line => line.Text("what") == looked && line.Text("kind") == "look");
        }

        await Wait.Until(async () => (await browser.GetStringAsync("/admin/audit?act=Export")).Contains("Took the list of what the staff did along as NDJSON (look).", StringComparison.Ordinal));
        using var wrong = await browser.PostForm("/admin/audit?handler=Export", audit, ("format", "exe"));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);

        // Analysts read the list, and neither histories nor the file.
        using (await Moderator.Another(server, "avery", StaffRoles.Analyst))
        {
        }

        using var reader = server.NewBrowser();
        await reader.SignIn("avery", Moderator.Password, "", null);
        var read = await reader.GetStringAsync("/admin/audit");
        Assert.Contains(looked, read, StringComparison.Ordinal);
        Assert.DoesNotContain("/admin/history?id=", read, StringComparison.Ordinal);
        using var closed = await reader.PostForm("/admin/audit?handler=Export", read, ("format", "csv"));
        Assert.Equal(HttpStatusCode.Forbidden, closed.StatusCode);
    }

    [Fact]
    public async Task What_is_no_id_or_unknown_is_said_and_whoever_may_not_read_it_does_not()
    {
        using var browser = server.NewBrowser();
        await browser.SignIn(Moderator.Name, Moderator.Password, "", null);
        Assert.Contains("An id looks like", await browser.GetStringAsync("/admin/history?id=%3Cscript%3E"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", await browser.GetStringAsync("/admin/history?id=%3Cscript%3E"), StringComparison.Ordinal);
        Assert.Contains("Nothing is recorded.", await browser.GetStringAsync($"/admin/history?id={Guid.NewGuid()}"), StringComparison.Ordinal);

        using var analyst = await Moderator.Another(server, "avery", StaffRoles.Analyst);
        using (var refused = await analyst.GetAsync($"/api/admin/visitors/{pair.Bob.Id}/events"))
        {
            await refused.Problem(403, "forbidden");
        }

        using var reader = server.NewBrowser();
        await reader.SignIn("avery", Moderator.Password, "", null);
        using var closed = await reader.GetAsync("/admin/history");
        Assert.Equal(HttpStatusCode.Forbidden, closed.StatusCode);
        Assert.DoesNotContain("/admin/history", await reader.GetStringAsync("/admin"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_numbers_are_for_everybody_of_the_staff()
    {
        using var analyst = await Moderator.Another(server, "avery", StaffRoles.Analyst);
        JsonElement numbers;
        using (var answer = await analyst.GetAsync("/api/admin/metrics"))
        {
            numbers = await answer.Json();
        }

        Assert.Equal(JsonValueKind.Null, numbers.GetProperty("medianSecondsToAction").ValueKind);
        Assert.Equal((2, 0, 0), (numbers.GetProperty("activeVisitors").GetInt32(), numbers.GetProperty("waiting").GetInt32(), numbers.GetProperty("activeMatches").GetInt32()));
        Assert.Equal(1.0 / 24, numbers.GetProperty("reportsPerHour").GetDouble());
        Assert.Equal(0, numbers.GetProperty("repeatOffenders").GetInt32());
        Assert.Equal(24, numbers.GetProperty("hours").GetArrayLength());

        using (var listed = await moderator.GetAsync("/api/admin/reports?status=open"))
        {
            var report = (await listed.Json()).GetProperty("items")[0];
            using (var seen = await moderator.GetAsync($"/api/admin/reports/{report.GetProperty("reportId").GetString()}"))
            {
                Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
            }

            using var dismissed = await moderator.Post($"/api/admin/cases/{report.GetProperty("caseId").GetString()}/dismiss");
            Assert.Equal(HttpStatusCode.NoContent, dismissed.StatusCode);
        }

        await Wait.Until(async () =>
        {
            using var answer = await analyst.GetAsync("/api/admin/metrics");
            numbers = await answer.Json();
            return numbers.GetProperty("medianSecondsToAction") is { ValueKind: JsonValueKind.Number } median && median.GetDouble() > 0;
        });
        Assert.Equal(0, numbers.GetProperty("precisionPerRule").GetArrayLength());
        var reporter = Assert.Single(numbers.GetProperty("precisionPerReporter").EnumerateArray());
        Assert.Equal(
            (8, 0, 1, 0.0), (reporter.Text("reporter").Length, reporter.GetProperty("right").GetInt32(), reporter.GetProperty("wrong").GetInt32(), reporter.GetProperty("precision").GetDouble()));

        // The overview says the same.
        using var browser = server.NewBrowser();
        await browser.SignIn("avery", Moderator.Password, "", null);
        Assert.Matches($"<code>{reporter.Text("reporter")}</code></th><td>0</td><td>1</td>", await browser.GetStringAsync("/admin"));
    }

    [Fact]
    public void Every_event_has_words()
    {
        var files = Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "tests", "Application.Tests", "Events", "golden"), "*.json");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var recorded = new RecordedEvent(
                new("match-x"), 0, new(1), Guid.Empty, Path.GetFileNameWithoutExtension(file), default, File.ReadAllBytes(file), Encoding.UTF8.GetBytes("{}"));
            Assert.EndsWith(".", EventWords.For(EventCodec.Default.Decode(recorded)), StringComparison.Ordinal);
        }
    }

    private static long Position(JsonElement e) => e.GetProperty("position").GetInt64();

    private async Task<IReadOnlyList<JsonElement>> Events(string of)
    {
        using var answer = await moderator.GetAsync($"/api/admin/visitors/{of}");
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable
            ? []
            : [.. (await answer.Json()).GetProperty("items").EnumerateArray().Where(e => e.Text("type") != "moderation.history.viewed.v1")];
    }
}
