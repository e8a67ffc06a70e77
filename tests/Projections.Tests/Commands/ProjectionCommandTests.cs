using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using RandomChat.Engines;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Tests.Engine;
using RandomChat.StandIn;

namespace RandomChat.Projections.Tests.Commands;

/// <summary>status, rebuild, verify and replay, beside a server that has the same log open.</summary>
public sealed class ProjectionCommandTests : IAsyncLifetime
{
    private readonly TestLog log = new();
    private readonly DirectoryInfo elsewhere = Directory.CreateTempSubdirectory("randomchat-cli-");

    public async ValueTask InitializeAsync() => await log.Traffic();

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        elsewhere.Delete(recursive: true);
    }

    [Fact]
    public async Task Status_tells_what_is_missing_and_changes_nothing()
    {
        var (code, output, error) = await Run("status", "--json");

        Assert.Equal((0, ""), (code, error));
        var rows = JsonDocument.Parse(output).RootElement.EnumerateArray().ToArray();
        Assert.Equal(["activity", "visitor_history", "offenders", "desk", "rules", "transparency"], rows.Select(row => row.GetProperty("name").GetString()));
        Assert.All(rows, row =>
        {
            Assert.Equal(["name", "version", "position", "lag", "state", "error"], row.EnumerateObject().Select(property => property.Name));
            Assert.Equal("missing", row.GetProperty("state").GetString());
            Assert.Equal(End, row.GetProperty("lag").GetInt64());
        });
        Assert.False(Directory.Exists(Path.Combine(log.Folder, "read")));
    }

    [Fact]
    public async Task Rebuilt_projections_are_live_without_lag_and_verified()
    {
        var rebuild = await Run("rebuild", "--all", "--json");
        Assert.Equal(0, rebuild.Code);
        Assert.Equal(
            [("activity", End), ("visitor_history", End), ("offenders", End), ("desk", End), ("rules", End), ("transparency", End)],
            JsonDocument.Parse(rebuild.Output).RootElement.EnumerateArray().Select(row => (row.GetProperty("name").GetString()!, row.GetProperty("position").GetInt64())));

        var status = await Run("status");
        Assert.Equal(
            $"""
            projection       version       position            lag  state
            activity               2 {End,14}              0  ok
            visitor_history       18 {End,14}              0  ok
            offenders              8 {End,14}              0  ok
            desk                  17 {End,14}              0  ok
            rules                  4 {End,14}              0  ok
            transparency           3 {End,14}              0  ok

            """,
            status.Output);

        var verify = await Run("verify");
        Assert.Equal(0, verify.Code);
        Assert.Equal(6, verify.Output.Split('\n').Count(line => line.Contains("the same, ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Verify_fails_and_says_which_row_was_changed_by_hand()
    {
        await Run("rebuild", "--all");
        var file = Path.Combine(log.Folder, "read", (await File.ReadAllTextAsync(Path.Combine(log.Folder, "read", "activity.live"))).Trim());
        await Execute(file, "UPDATE hours SET sessions = sessions + 1 WHERE hour LIKE '2026-03-01T12:%'");

        var (code, output, _) = await Run("verify", "activity");

        Assert.Equal(1, code);
        Assert.Contains("activity: NOT the same", output, StringComparison.Ordinal);
        Assert.Contains("hours 2026-03-01T12:00:00.0000000Z: sessions is 21, should be 20", output, StringComparison.Ordinal);
        Assert.Equal(0, (await Run("verify", "offenders")).Code);
        var json = await Run("verify", "activity", "--json");
        Assert.Equal(1, json.Code);
        Assert.False(JsonDocument.Parse(json.Output).RootElement[0].GetProperty("same").GetBoolean());
    }

    [Fact]
    public async Task What_was_never_built_cannot_be_verified()
    {
        var (code, output, _) = await Run("verify", "offenders");

        Assert.Equal(1, code);
        Assert.Contains("never built", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rebuild_that_was_killed_or_interrupted_is_run_again_beside_a_live_runner()
    {
        var store = new SqliteReadStore(Path.Combine(log.Folder, "read"));
        using var runner = log.Runner(store, [.. ProjectionsSetup.All]);
        await runner.StartAsync(default);
        await Eventually.Until(async () => (await store.ReadCheckpoint(ProjectionsSetup.All[^1], default))?.Position >= End, "the runner follows");
        foreach (var signal in (string[])["KILL", "INT"])
        {
            using var rebuild = Cli.Start(log.Folder, elsewhere.FullName, "rebuild", "--all");
            await Eventually.Until(() => Task.FromResult(rebuild.HasExited || Directory.GetFiles(Path.Combine(log.Folder, "read"), "*.build.*.db").Length > 3), "it builds");
            using var kill = Process.Start("kill", [$"-{signal}", rebuild.Id.ToString(CultureInfo.InvariantCulture)]);
            await rebuild.WaitForExitAsync();
        }

        await log.Traffic(10);
        Assert.Equal(0, (await Run("rebuild", "--all")).Code);
        await log.Traffic(10);
        await Eventually.Until(async () => (await store.ReadCheckpoint(ProjectionsSetup.All[1], default))?.Position >= End, "the runner follows the new one");
        var verify = await Run("verify");
        await runner.StopAsync(default);

        Assert.True(verify.Code == 0, verify.Output + verify.Error);
        Assert.Equal(6, Directory.GetFiles(Path.Combine(log.Folder, "read"), "*.db").Length);
    }

    [Fact]
    public async Task Replayed_until_a_position_or_an_instant_it_is_a_file_that_any_tool_opens()
    {
        var end = End;
        await Task.Delay(10);
        var before = TimeProvider.System.GetUtcNow();
        await Task.Delay(10);
        await log.Traffic(5);
        var byPosition = await Run("replay", "activity", "--until", end.ToString(CultureInfo.InvariantCulture), "--into", "by-position");
        var byInstant = await Run("replay", "activity", "--until", before.ToString("O", CultureInfo.InvariantCulture), "--into", "by-instant", "--json");

        Assert.Equal((0, 0), (byPosition.Code, byInstant.Code));
        Assert.Equal(end, JsonDocument.Parse(byInstant.Output).RootElement.GetProperty("position").GetInt64());
        foreach (var folder in (string[])["by-position", "by-instant"])
        {
            var file = Assert.Single(Directory.GetFiles(Path.Combine(elsewhere.FullName, folder)));
            Assert.Equal(("activity.db", 20L), (Path.GetFileName(file), await Execute(file, "SELECT sum(sessions) FROM hours")));
        }

        Assert.Equal(0, (await Run("replay", "activity", "--until", "99999999", "--into", "by-position")).Code);
        Assert.Equal(40L, await Execute(Path.Combine(elsewhere.FullName, "by-position", "activity.db"), "SELECT sum(sessions) FROM hours"));
    }

    [Theory]
    [InlineData("rebuild")]
    [InlineData("rebuild", "everything")]
    [InlineData("rebuild", "activity", "--all")]
    [InlineData("replay", "activity")]
    [InlineData("replay", "activity", "--until", "yesterday", "--into", "x")]
    [InlineData("verify", "nothing")]
    [InlineData("export", "--format", "xml", "--out", "x")]
    [InlineData("export", "--format", "csv")]
    [InlineData("status", "now")]
    [InlineData("what-if", "pairing")]
    [InlineData("what-if", "pairing", "--patience", "soon")]
    public async Task Wrong_usage_is_told_and_changes_nothing(params string[] arguments)
    {
        var (code, output, error) = await Run(arguments);

        Assert.Equal((2, ""), (code, output));
        Assert.NotEmpty(error);
        Assert.False(Directory.Exists(Path.Combine(log.Folder, "read")));
        Assert.Empty(elsewhere.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("status")]
    [InlineData("verify")]
    [InlineData("rebuild", "--all")]
    [InlineData("export", "--format", "csv", "--out", "events.csv")]
    public async Task Without_a_log_a_dependency_is_missing(params string[] arguments)
    {
        var (code, _, error) = await Cli.Run(elsewhere.FullName, elsewhere.FullName, arguments);

        Assert.Equal(3, code);
        Assert.Contains("events.db", error, StringComparison.Ordinal);
        Assert.Empty(elsewhere.GetFileSystemInfos());
    }

    [Fact]
    public async Task A_connection_string_that_cannot_be_read_is_named_in_a_sentence()
    {
        var (code, _, error) = await Run("status", "--ConnectionStrings:EventStoreDb=nonsense");

        Assert.Equal(2, code);
        Assert.StartsWith("ConnectionStrings:EventStoreDb: The connection string of EventStoreDB is wrong", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Without_PostgreSQL_where_it_is_configured_a_dependency_is_missing()
    {
        const string Nowhere = "--ConnectionStrings:Postgres=Host=127.0.0.1;Port=1;Username=nobody;Timeout=2";
        Assert.Equal(3, (await Run("status", Nowhere)).Code);
        Assert.Equal(3, (await Run("rebuild", "--all", Nowhere)).Code);
    }

    [Fact]
    public async Task With_PostgreSQL_the_same_commands_work_there()
    {
        var postgres = $"--ConnectionStrings:Postgres={await (await PostgresServer.Shared()).NewDatabase()}";
        Assert.Equal(0, (await Run("rebuild", "--all", postgres)).Code);
        Assert.Equal(0, (await Run("verify", postgres)).Code);
        var status = await Run("status", "--json", postgres);
        Assert.All(JsonDocument.Parse(status.Output).RootElement.EnumerateArray(), row => Assert.Equal("ok", row.GetProperty("state").GetString()));
        Assert.False(Directory.Exists(Path.Combine(log.Folder, "read")));
    }

    [Fact(Explicit = true)]
    public async Task With_EventStoreDB_the_same_commands_read_the_log_there()
    {
        var folder = Path.Combine(log.Folder, "stand-in");
        Directory.CreateDirectory(folder);
        await Execute(log.Store.File, $"VACUUM INTO '{Path.Combine(folder, "events.db")}'");
        await using var standIn = await StandInProcess.Begin(folder);
        var server = $"--ConnectionStrings:EventStoreDb={standIn.ConnectionString}";

        Assert.Equal(0, (await Run("rebuild", "--all", server)).Code);
        var status = await Run("status", "--json", server);
        Assert.All(JsonDocument.Parse(status.Output).RootElement.EnumerateArray(), row =>
            Assert.Equal(("ok", 0L), (row.GetProperty("state").GetString(), row.GetProperty("lag").GetInt64())));
        var verify = await Run("verify", server);
        Assert.True(verify.Code == 0, verify.Output);
        Assert.Equal(0, (await Run("export", "--format", "ndjson", "--out", "events.ndjson", server)).Code);
        Assert.Equal(End, File.ReadLines(Path.Combine(elsewhere.FullName, "events.ndjson")).Count());
    }

    [Fact]
    public async Task A_stopped_projection_says_why_and_where()
    {
        await log.Append(StreamName.For("visitor", Guid.NewGuid()), new NewEvent(Guid.NewGuid(), "visitors.visitor.levitated.v1", "{}"u8.ToArray(), "{}"u8.ToArray()));
        var store = new SqliteReadStore(Path.Combine(log.Folder, "read"));
        using var runner = log.Runner(store, [.. ProjectionsSetup.All]);
        await runner.StartAsync(default);
        await Eventually.Until(async () => (await store.ReadCheckpoint(ProjectionsSetup.All[0], default))?.Error is not null, "it stopped");
        await runner.StopAsync(default);

        var status = await Run("status", "--json");
        var row = JsonDocument.Parse(status.Output).RootElement[0];
        Assert.Equal(("stopped", 1L), (row.GetProperty("state").GetString(), row.GetProperty("lag").GetInt64()));
        Assert.StartsWith($"at position {End}: ", row.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, (await Run("rebuild", "activity")).Code);
    }

    private long End => log.Store.End()!.Value.Value;

    private Task<(int Code, string Output, string Error)> Run(params string[] arguments) => Cli.Run(log.Folder, elsewhere.FullName, arguments);

    private static async Task<object?> Execute(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }
}
