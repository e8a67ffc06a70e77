using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace RandomChat.Projections.Engine;

/// <summary>A build in a schema of PostgreSQL.</summary>
internal sealed class PostgresBuild : ReadBuild
{
    private readonly NpgsqlConnection connection;
    private readonly Lead? right;

    private PostgresBuild(Projection projection, string schema, NpgsqlConnection connection, Lead? right)
        : base(projection, connection, projection.NewOptions().UseNpgsql(connection).Options) =>
        (this.connection, this.right, Schema) = (connection, right, schema);

    public string Schema { get; }

    /// <summary>The lock that a swap takes alone and every batch takes with others.</summary>
    public static string SwapLock(Projection projection) => $"swap/{projection.Name}";

    /// <param name="right">Held while it is being built; null for the live one.</param>
    public static Task<PostgresBuild> Open(Projection projection, string schema, NpgsqlConnection connection, Lead? right, CancellationToken ct) =>
        Task.FromResult(new PostgresBuild(projection, schema, connection, right));

    public Task CreateTables(CancellationToken ct) => Create(ct);

    public async Task<bool> TryLoad(CancellationToken ct)
    {
        await using var exists = new NpgsqlCommand("SELECT to_regclass('checkpoint') IS NOT NULL", connection);
        return await exists.ExecuteScalarAsync(ct) is true && await Load(ct);
    }

    public override async ValueTask DisposeAsync()
    {
        if (right is not null && !right.Lost.IsCancellationRequested && connection.State == System.Data.ConnectionState.Open)
        {
            // After a swap the name is free already.
            await using var drop = new NpgsqlCommand($"DROP SCHEMA IF EXISTS {Schema} CASCADE", connection);
            await drop.ExecuteNonQueryAsync();
        }

        await base.DisposeAsync();
        await (right?.DisposeAsync() ?? default);
    }

    protected override async Task<DbTransaction> Begin(CancellationToken ct)
    {
        if (right is not null)
        {
            return await connection.BeginTransactionAsync(ct);
        }

        var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await using var check = new NpgsqlBatch(connection, transaction)
            {
                BatchCommands =
                {
                    new($"SELECT pg_advisory_xact_lock_shared({PostgresLock.Key(SwapLock(Projection))})"),
                    new("SELECT build FROM checkpoint FOR UPDATE"),
                },
            };
            await using var rows = await check.ExecuteReaderAsync(ct);
            await rows.NextResultAsync(ct);
            if (!await rows.ReadAsync(ct) || rows.GetGuid(0) != Checkpoint.Build)
            {
                throw new BuildReplacedException(Projection.Name);
            }
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }

        return transaction;
    }

    protected override bool IsOutage(Exception e) => e switch
    {
        // Classes: connection, resources, locks and serialization, operator intervention, system.
        PostgresException postgres => postgres.IsTransient || postgres.SqlState[..2] is "08" or "40" or "53" or "55" or "57" or "58",
        NpgsqlException or TimeoutException or IOException => true,
        _ => false,
    };
}
