using System.Text.Json;
using Microsoft.Data.Sqlite;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>How a call went, as the event log has it.</summary>
internal static class RecordedCall
{
    /// <summary>The only one in the log: which way it went for both sides, when the first picture came, and no address.</summary>
    public static async Task Says(RunningServer server, string path)
    {
        var recorded = new List<string>();
        await Wait.Until(async () =>
        {
            recorded = await Read(server);
            return recorded.Count > 0;
        });
        var call = JsonSerializer.Deserialize<JsonElement>(Assert.Single(recorded));
        foreach (var side in new[] { call.GetProperty("firstCall"), call.GetProperty("secondCall") })
        {
            Assert.Equal(path, side.GetProperty("path").GetString());
            Assert.Equal(path == "failed" ? JsonValueKind.Null : JsonValueKind.Number, side.GetProperty("firstFrameMilliseconds").ValueKind);
        }

        Assert.DoesNotMatch(@"\d+\.\d+\.\d+\.\d+|::|\.local|candidate", recorded[0]);
    }

    private static async Task<List<string>> Read(RunningServer server)
    {
        await using var log = new SqliteConnection($"Data Source={Path.Combine(server.Data, "events.db")};Mode=ReadOnly");
        await log.OpenAsync();
        await using var command = log.CreateCommand();
        command.CommandText = "SELECT data FROM events WHERE type = 'matches.call.ended.v1'";
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await rows.ReadAsync())
        {
            found.Add(rows.GetString(0));
        }

        return found;
    }
}
