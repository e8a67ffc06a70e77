using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Tests.Engine;

namespace RandomChat.Projections.Tests.Commands;

/// <summary><c>audit</c>: the log against the ledger and its anchors.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly TestLog log = new();

    private string AnchorsFile => log.Folder + ".anchors.ndjson";

    public async ValueTask InitializeAsync()
    {
        await log.Traffic(5);
        await using var store = LedgerStore.InFile(Path.Combine(log.Folder, "ledger.db"));
        await store.Prepare(default);
        using var keeper = new LedgerKeeper(
            new(log.Store), store, new(AnchorsFile), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeProvider.System, NullLogger<LedgerKeeper>.Instance);
        await keeper.StartAsync(default);
        await Eventually.Until(async () => (await store.Head(default)).Position >= log.Store.End()!.Value.Value, "the ledger is written");
        await keeper.StopAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        File.Delete(AnchorsFile);
    }

    [Fact]
    public async Task A_sound_log_ends_with_0()
    {
        var (code, output, error) = await Audit();

        Assert.Equal((0, string.Empty), (code, error));
        Assert.StartsWith("Sound: ", output, StringComparison.Ordinal);
        Assert.Contains("1 anchors compared", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_event_ends_with_1_and_its_place()
    {
        await Tamper("UPDATE events SET data = replace(data, '\"', ' \"') WHERE position = 3");

        var (code, output, _) = await Audit("--json");

        Assert.Equal(1, code);
        var told = JsonSerializer.Deserialize<JsonElement>(output);
        var finding = told.GetProperty("findings")[0];
        Assert.False(told.GetProperty("isSound").GetBoolean());
        Assert.Equal(("changed", 3), (finding.GetProperty("fault").GetString(), finding.GetProperty("position").GetInt64()));
        Assert.StartsWith("visitor-", finding.GetProperty("stream").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anchors_that_are_gone_or_are_none_are_told_unless_nobody_wants_them()
    {
        await File.AppendAllTextAsync(AnchorsFile, "nothing\n");
        var (code, _, error) = await Audit();
        Assert.Equal(1, code);
        Assert.Contains("Line 2 of", error, StringComparison.Ordinal);

        File.Delete(AnchorsFile);
        (code, _, error) = await Audit();
        Assert.Equal(1, code);
        Assert.Contains(AnchorsFile, error, StringComparison.Ordinal);

        Assert.Equal(0, (await Audit("--without-anchors")).Code);
    }

    [Fact]
    public async Task A_copy_of_the_anchors_counts_where_it_is_given()
    {
        var copy = Path.Combine(log.Folder, "copy.ndjson");
        await File.WriteAllTextAsync(copy, (await File.ReadAllTextAsync(AnchorsFile)).Replace("\"hash\":\"", "\"hash\":\"0", StringComparison.Ordinal));

        var (code, output, _) = await Audit("--anchors", copy);

        Assert.Equal(1, code);
        Assert.Contains("is not what was published", output, StringComparison.Ordinal);
        Assert.Equal(0, (await Audit()).Code);
    }

    private Task<(int Code, string Output, string Error)> Audit(params string[] arguments) => Cli.Run(log.Folder, log.Folder, ["audit", .. arguments]);

    private async Task Tamper(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={log.Store.File};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
