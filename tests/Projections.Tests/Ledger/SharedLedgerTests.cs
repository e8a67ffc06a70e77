using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RandomChat.Engines;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Ledger;
using RandomChat.StandIn;

namespace RandomChat.Projections.Tests.Ledger;

/// <summary>A log over EventStoreDB's protocol, and the ledger in PostgreSQL.</summary>
public sealed class SharedLedgerTests : LedgerContract
{
    private string connection = null!;
    private StandInServer server = null!;

    private protected override async Task<LedgerStore> OpenStore()
    {
        connection = await (await PostgresServer.Shared()).NewDatabase();
        return LedgerStore.InPostgres(connection, TimeProvider.System);
    }

    private protected override async Task<LogSource> OpenSource()
    {
        // It reads what the test writes into the same folder.
        server = await StandInServer.Start(new StandInOptions { Data = Log.Folder });
        return new(new EventStoreDbEventStore(
            EventStoreDbSettings.Parse($"esdb://{server.Address.Authority}?tls=false"), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance));
    }

    private protected override async Task Overwrite(string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Search Path=ledger");
        await using var command = source.CreateCommand(sql);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }

    public override async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await server.DisposeAsync();
        await base.DisposeAsync();
    }
}
