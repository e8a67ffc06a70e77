using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Identity;

/// <summary>What is kept on somebody, taken along and erased.</summary>
public sealed class MyDataTests : IAsyncLifetime
{
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await HubServer.With();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_export_holds_what_one_said_and_did_readable_and_nothing_of_the_partner()
    {
        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "mine to take along");
        await pair.Bob.Say(pair.MatchId, "a word of the partner");
        using var ann = pair.Ann.Rest();
        using var bob = pair.Bob.Rest();
        using (var answer = await bob.Post("/api/report", new { matchId = pair.MatchId, reason = "spam", comment = "what bob says of her" }))
        {
            await answer.Json(HttpStatusCode.Created);
        }

        using (var answer = await ann.Post("/api/report", new { matchId = pair.MatchId, reason = "other", comment = "what ann says of him", block = true }))
        {
            await answer.Json(HttpStatusCode.Created);
        }

        JsonElement export = default;
        await Wait.Until(async () =>
        {
            using var answer = await ann.GetAsync("/api/me/export");
            export = await answer.Json();
            Assert.Equal("attachment; filename=randomchat-my-data.json", answer.Content.Headers.ContentDisposition?.ToString());
            Assert.True(answer.Headers.CacheControl?.NoStore);
            return export.GetProperty("reports").GetArrayLength() == 1 && export.GetProperty("matches")[0].TryGetProperty("endedAt", out var ended)
                && ended.ValueKind == JsonValueKind.String;
        });

        Assert.Equal(pair.Ann.Id, export.GetProperty("visitorId").GetGuid());
        Assert.Equal(1990, export.GetProperty("sessions")[0].GetProperty("birthYear").GetInt32());
        var match = export.GetProperty("matches")[0];
        Assert.Equal(("text", "stopped", false, 1), (
            match.Text("mode"), match.Text("reason"), match.GetProperty("endedByMe").GetBoolean(), match.Number("messagesSent")));
        Assert.Equal("mine to take along", match.GetProperty("messages")[0].Text("body"));
        Assert.Equal("what ann says of him", export.GetProperty("reports")[0].Text("comment"));
        Assert.Equal(1, export.GetProperty("blocks").GetArrayLength());
        Assert.Equal("matched", export.GetProperty("waits")[0].Text("outcome"));
        var text = export.GetRawText();
        Assert.DoesNotContain("a word of the partner", text, StringComparison.Ordinal);
        Assert.DoesNotContain("what bob says", text, StringComparison.Ordinal);
        Assert.DoesNotContain(pair.Bob.Id.ToString(), text, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task A_part_is_not_exported_as_if_it_were_everything()
    {
        await server.Services.GetServices<IHostedService>().Single(service => service.GetType().Name == "ProjectionRunner").StopAsync(default);
        await using var ann = await HubVisitor.Enter(server.Address);
        using var rest = ann.Rest();

        using var answer = await rest.GetAsync("/api/me/export");

        await answer.Problem(503, "unavailable");
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    [Fact]
    public async Task Whoever_is_erased_is_out_of_the_match_has_no_session_and_no_byte_of_their_key_is_left()
    {
        await using var pair = await Pair.Meet(server.Address);
        await using var otherTab = await pair.Ann.AnotherTab();
        using var ann = pair.Ann.Rest();
        var key = (await server.Services.GetRequiredService<IKeyStore>().Get(KeyId.Visitor(pair.Ann.Id), default))!.Wrapped.ToArray();
        Assert.NotEmpty(server.FilesWith(key));

        using (var answer = await ann.DeleteAsync("/api/me"))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        Assert.Equal("stopped", (await pair.Bob.Next("end_session")).Text("reason"));
        using (var bob = pair.Bob.Rest())
        using (var report = await bob.Post("/api/report", new { matchId = pair.MatchId, reason = "spam" }))
        {
            await report.Json(HttpStatusCode.Created);
        }

        await pair.Ann.Closed;
        await otherTab.Closed;
        using (var export = await ann.GetAsync("/api/me/export"))
        using (var again = await ann.DeleteAsync("/api/me"))
        using (var preferences = await ann.GetAsync("/api/preferences"))
        {
            await export.Problem(401, "no-session");
            await again.Problem(401, "no-session");
            await preferences.Problem(401, "no-session");
        }

        await Assert.ThrowsAnyAsync<Exception>(() => HubVisitor.Connect(server.Address, pair.Ann.Token, pair.Ann.Id));
        Assert.Empty(server.FilesWith(key));
        Assert.Null(await server.Services.GetRequiredService<IKeyStore>().Get(KeyId.Visitor(pair.Ann.Id), default));
    }

    [Fact]
    public async Task The_same_browser_comes_back_as_somebody_new()
    {
        using var browser = server.NewBrowser();
        var first = (await browser.Enter("Juniper")).GetProperty("visitorId").GetGuid();
        using (var rest = new HttpClient { BaseAddress = server.Address }.As((await browser.Enter()).Text("token")))
        using (var erased = await rest.DeleteAsync("/api/me"))
        {
            Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        }

        var second = (await browser.Enter()).GetProperty("visitorId").GetGuid();

        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Erased_stays_erased_over_a_restart()
    {
        var data = Directory.CreateTempSubdirectory("randomchat-test-").FullName;
        try
        {
            string token;
            await using (var before = await HubServer.With(data: data))
            {
                using var browser = before.NewBrowser();
                token = (await browser.Enter()).Text("token");
                using var rest = new HttpClient { BaseAddress = before.Address }.As(token);
                (await rest.DeleteAsync("/api/me")).Dispose();
            }

            await using var after = await HubServer.With(data: data);
            using var late = new HttpClient { BaseAddress = after.Address }.As(token);
            using var answer = await late.GetAsync("/api/preferences");
            await answer.Problem(401, "no-session");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
