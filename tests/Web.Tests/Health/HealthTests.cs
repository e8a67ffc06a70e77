using System.Net;
using Microsoft.Data.Sqlite;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Ready_names_every_dependency_and_TURN_that_is_not_configured_is_fine()
    {
        await using var server = await RunningServer.Start();
        using var browser = server.NewBrowser();
        using var live = await browser.GetAsync("/health/live");
        using var ready = await browser.GetAsync("/health/ready");

        await live.Json();
        var dependencies = (await ready.Json()).GetProperty("dependencies").EnumerateArray()
            .ToDictionary(dependency => dependency.GetProperty("name").GetString()!, dependency => dependency.GetProperty("state").GetString());
        Assert.Equal(["accounts", "event-log", "key-store", "lobby", "master-keys", "projection:activity", "projection:desk", "projection:offenders", "projection:rules", "projection:transparency", "projection:visitor_history", "turn"], dependencies.Keys.Order());
        Assert.Equal("not configured", dependencies["turn"]);
    }

    [Theory]
    [InlineData("accounts.db", "holders")]
    [InlineData("staff.db", "members")]
    public async Task Accounts_that_cannot_be_read_are_not_ready(string file, string table)
    {
        await using var server = await RunningServer.Start();
        await using (var tables = new SqliteConnection($"Data Source={Path.Combine(server.Data, file)};Pooling=False"))
        {
            await tables.OpenAsync();
            await using var away = tables.CreateCommand();
#pragma warning disable CA2100
            away.CommandText = $"ALTER TABLE {table} RENAME TO away";
#pragma warning restore CA2100
            await away.ExecuteNonQueryAsync();
        }

        using var browser = server.NewBrowser();
        using var ready = await browser.GetAsync("/health/ready");
        var missing = (await ready.Json(HttpStatusCode.ServiceUnavailable)).GetProperty("dependencies").EnumerateArray()
            .Where(dependency => !dependency.GetProperty("ready").GetBoolean()).Select(dependency => dependency.Text("name"));
        Assert.Equal(["accounts"], missing.Where(name => !name.StartsWith("projection:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Relay_only_without_TURN_is_not_ready()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Ice:Policy"] = "relay" });
        using var browser = server.NewBrowser();
        using var ready = await browser.GetAsync("/health/ready");

        Assert.Contains("\"turn\"", (await ready.Json(HttpStatusCode.ServiceUnavailable)).ToString(), StringComparison.Ordinal);
    }
}
