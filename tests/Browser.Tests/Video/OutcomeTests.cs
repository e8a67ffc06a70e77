using System.Text.Json;
using Microsoft.Data.Sqlite;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

public sealed class OutcomeTests(Chromium chromium) : CallJourney(chromium)
{
    [Fact]
    public async Task How_the_call_went_is_recorded_with_the_match_and_tells_no_address()
    {
        var (ada, bo) = await Call();
        foreach (var visitor in new[] { ada, bo })
        {
            await Wait.Until(() => Task.FromResult(visitor.Told("call_report").Any(report => report.TryGetProperty("firstFrameMilliseconds", out _))));
        }

        await ada.Button("End call").ClickAsync();
        await bo.Sees("Chat ended");

        var recorded = Recorded("matches.call.ended.v1");
        var call = JsonSerializer.Deserialize<JsonElement>(Assert.Single(recorded));
        foreach (var side in new[] { "firstCall", "secondCall" })
        {
            Assert.Equal("direct", call.GetProperty(side).GetProperty("path").GetString());
            Assert.InRange(call.GetProperty(side).GetProperty("firstFrameMilliseconds").GetInt32(), 1, 600_000);
        }

        Assert.DoesNotMatch(@"\d+\.\d+\.\d+\.\d+|candidate|\.local|::", recorded[0]);
    }

    private List<string> Recorded(string type)
    {
        using var log = new SqliteConnection($"Data Source={Path.Combine(Server.Data, "events.db")};Mode=ReadOnly");
        log.Open();
        using var command = log.CreateCommand();
        command.CommandText = "SELECT data FROM events WHERE type = $type";
        command.Parameters.AddWithValue("$type", type);
        using var rows = command.ExecuteReader();
        var found = new List<string>();
        while (rows.Read())
        {
            found.Add(rows.GetString(0));
        }

        return found;
    }
}
