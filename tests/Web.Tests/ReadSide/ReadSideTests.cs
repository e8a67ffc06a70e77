using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Moderation;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.ReadSide;

/// <summary>The read models of a running server, and the command line beside it.</summary>
public sealed class ReadSideTests
{
    [Fact(Explicit = true)]
    public async Task What_visitors_do_is_in_the_read_models_and_verified_also_after_retention_a_scavenge_and_an_erasure()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Retention:Messages"] = "00:00:01" });
        await using var pair = await Pair.Meet(server.Address);
        for (var n = 0; n < 5; n++)
        {
            await pair.Ann.Say(pair.MatchId, $"message {n}");
        }

        using (var rest = pair.Ann.Rest())
        {
            using var report = await rest.PostAsJsonAsync("/api/report", new { matchId = pair.MatchId, reason = "spam" });
            Assert.Equal(HttpStatusCode.Created, report.StatusCode);
        }

        var offenders = server.Services.GetRequiredService<OffenderQueries>();
        await Until(async () => (await offenders.Find(pair.Bob.Id, default))?.Reports == 1, "the report is in the read model");
        var history = server.Services.GetRequiredService<VisitorHistoryQueries>();
        await Until(
            async () => (await history.Of(pair.Bob.Id, null, 10, default)).Count == 4, "session, match begun, match ended and report are in the history");
        Assert.DoesNotContain(await history.Of(pair.Bob.Id, null, 10, default), e => e.Stream.StartsWith("messages-", StringComparison.Ordinal));

        var fresh = await ProjectionsCli.Run(server.Data, "verify");
        Assert.True(fresh.Code == 0, fresh.Output);
        var ledger = server.Services.GetRequiredService<LedgerQueries>();
        var end = server.Services.GetRequiredService<Infrastructure.Sqlite.SqliteEventStore>().End()!.Value.Value;
        await Until(async () => (await ledger.Head(default)).Position >= end, "the ledger has seen the messages");
        await Until(
            async () =>
            {
                await server.Services.GetRequiredService<IScavenge>().Scavenge(default);
                return CountMessages(server.Data) <= 1;
            },
            "the messages are scavenged");
        using (var rest = pair.Ann.Rest())
        using (var erased = await rest.DeleteAsync("/api/me"))
        {
            Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        }

        await Until(
            async () => (await history.Of(pair.Ann.Id, null, 10, default)).Any(e => e.Type == "visitors.visitor.erased.v1"), "the erasure is in the history");
        var later = await ProjectionsCli.Run(server.Data, "verify");
        Assert.True(later.Code == 0, later.Output);

        var rebuilt = await ProjectionsCli.Run(server.Data, "rebuild", "--all");
        Assert.True(rebuilt.Code == 0, rebuilt.Output);
        await using var next = await Pair.Meet(server.Address);
        await Until(async () => (await history.Of(next.Bob.Id, null, 10, default)).Count == 2, "the server follows what was rebuilt");
        Assert.Equal(0, (await ProjectionsCli.Run(server.Data, "verify")).Code);

        var audit = await ProjectionsCli.Run(server.Data, "audit", "--without-anchors", "--json");
        Assert.True(audit.Code == 0, audit.Output);
        Assert.Equal(4, JsonSerializer.Deserialize<JsonElement>(audit.Output).GetProperty("expired").GetInt32());
    }

    [Fact]
    public async Task The_command_line_started_elsewhere_reads_what_the_server_writes()
    {
        await using var server = await HubServer.With();
        await using var pair = await Pair.Meet(server.Address);
        await Until(
            async () =>
            {
                var (_, output) = await ProjectionsCli.Run(server.Data, "status", "--json");
                return JsonDocument.Parse(output).RootElement.EnumerateArray().All(row =>
                    row.GetProperty("state").GetString() == "ok" && row.GetProperty("lag").GetInt64() == 0 && row.GetProperty("position").GetInt64() > 0);
            },
            "every projection has caught up");
    }

    [Fact]
    public async Task A_broken_read_side_is_told_by_readiness_and_stops_nobody_from_chatting()
    {
        var data = Directory.CreateTempSubdirectory("randomchat-test-").FullName;
        try
        {
            // A file where the folder should be: nothing can be read or written there.
            await File.WriteAllTextAsync(Path.Combine(data, "read"), "in the way");
            await using var server = await HubServer.With(data: data);
            await using var pair = await Pair.Meet(server.Address);
            await pair.Ann.Say(pair.MatchId, "hello");
            Assert.Equal("hello", (await pair.Bob.Next("chat_message")).Text("body"));
            using var browser = server.NewBrowser();
            await Until(
                async () =>
                {
                    using var ready = await browser.GetAsync("/health/ready");
                    return ready.StatusCode == HttpStatusCode.ServiceUnavailable
                        && (await ready.Content.ReadAsStringAsync()).Contains("projection:activity", StringComparison.Ordinal);
                },
                "readiness tells it");

            // Mended, it catches up by itself.
            File.Delete(Path.Combine(data, "read"));
            await Until(
                async () =>
                {
                    using var ready = await browser.GetAsync("/health/ready");
                    return ready.StatusCode == HttpStatusCode.OK;
                },
                "it is ready again");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (DependencyUnavailableException) when (since.Elapsed < TimeSpan.FromMinutes(1))
            {
                // Not built yet.
            }

            Assert.True(since.Elapsed < TimeSpan.FromMinutes(1), $"Not within a minute: {what}");
        }
    }

    private static long CountMessages(string data)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "events.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var count = connection.CreateCommand();
        count.CommandText = "SELECT count(*) FROM events WHERE stream LIKE 'messages-%'";
        return (long)count.ExecuteScalar()!;
    }
}
