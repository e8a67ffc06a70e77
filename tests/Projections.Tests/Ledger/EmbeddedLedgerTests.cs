using Microsoft.Data.Sqlite;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Ledger;

namespace RandomChat.Projections.Tests.Ledger;

/// <summary>The embedded log, and the ledger in a file.</summary>
public sealed class EmbeddedLedgerTests : LedgerContract
{
    private string File => Path.Combine(Log.Folder, "ledger.db");

    private protected override Task<LedgerStore> OpenStore() => Task.FromResult(LedgerStore.InFile(File));

    private protected override Task<LogSource> OpenSource() => Task.FromResult(new LogSource(Log.Store));

    private protected override async Task Overwrite(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }
}
