using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>
/// Read models in PostgreSQL: each build is a schema of its own. The live one is <c>read_{projection}</c>; the swap renames
/// schemas in one transaction. Tables are found by the search path, so that the same model serves every build.
/// </summary>
internal sealed class PostgresReadStore(string connectionString, TimeProvider time) : IReadStore
{
    /// <summary>Of one node, for each projection: a server has a hundred by default, for all nodes and everything.</summary>
    private const int MostConnections = 8;

    private readonly ConcurrentDictionary<string, NpgsqlDataSource> sources = new();

    public string Dependency => "postgres";

    public async Task<Checkpoint?> ReadCheckpoint(Projection projection, CancellationToken ct)
    {
        await using var db = await OpenReader(projection, ct);
        return db is null ? null : await Asked(() => db.Checkpoint.AsNoTracking().SingleOrDefaultAsync(ct));
    }

    public async Task<ReadDb?> OpenReader(Projection projection, CancellationToken ct)
    {
        var connection = await Asked(() => Source(Live(projection)).OpenConnectionAsync(ct).AsTask());
        try
        {
            await using var exists = new NpgsqlCommand("SELECT to_regclass('checkpoint') IS NOT NULL", connection);
            if (await Asked(() => exists.ExecuteScalarAsync(ct)) is true)
            {
                return projection.Open(projection.NewOptions().UseNpgsql(connection, contextOwnsConnection: true).Options);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public async Task<ReadBuild?> OpenLive(Projection projection, CancellationToken ct)
    {
        var build = await PostgresBuild.Open(projection, Live(projection), await Source(Live(projection)).OpenConnectionAsync(ct), right: null, ct);
        if (await build.TryLoad(ct))
        {
            return build;
        }

        await build.DisposeAsync();
        return null;
    }

    public async Task<ReadBuild> BeginLive(Projection projection, CancellationToken ct)
    {
        await using (var build = await BeginBuild(projection, BuildPurpose.Rebuild, ct))
        {
            await build.Complete(ct);
            await TrySwap(build, evenBack: true, ct);
        }

        return await OpenLive(projection, ct) ?? throw new BuildReplacedException(projection.Name);
    }

    public async Task<ReadBuild> BeginBuild(Projection projection, BuildPurpose purpose, CancellationToken ct)
    {
        var schema = $"{Live(projection)}_{(purpose == BuildPurpose.Rebuild ? "new" : "verify")}";
        var right = await PostgresLock.TryTake(connectionString, $"build/{schema}", time, ct) ?? throw new BuildInProgressException(projection.Name);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await Source(schema).OpenConnectionAsync(ct);
            await Run(connection, $"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema};", ct);
            if (purpose == BuildPurpose.Rebuild)
            {
                await RemoveFormer(projection, connection, ct);
            }

            var build = await PostgresBuild.Open(projection, schema, connection, right, ct);
            await build.CreateTables(ct);
            return build;
        }
        catch
        {
            await (connection?.DisposeAsync() ?? default);
            await right.DisposeAsync();
            throw;
        }
    }

    public async Task<bool> IsLive(ReadBuild build, CancellationToken ct) =>
        (await ReadCheckpoint(build.Projection, ct))?.Build == build.Checkpoint.Build;

    public async Task<Lead?> TryLead(CancellationToken ct) => await PostgresLock.TryTake(connectionString, "runner", time, ct);

    public async ValueTask DisposeAsync()
    {
        foreach (var source in sources.Values)
        {
            await source.DisposeAsync();
        }
    }

    public async Task<bool> TrySwap(ReadBuild build, bool evenBack, CancellationToken ct)
    {
        var (projection, live) = (build.Projection, Live(build.Projection));
        await using var connection = await Source(live).OpenConnectionAsync(ct);
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            // A batch in work holds this lock shared, so that it ends before the names change and never writes into both.
            await Run(connection, $"SELECT pg_advisory_xact_lock({PostgresLock.Key(PostgresBuild.SwapLock(projection))})", ct);
            await using var position = new NpgsqlCommand(
                $"SELECT CASE WHEN to_regclass('{live}.checkpoint') IS NULL THEN -1 ELSE 0 END", connection, transaction);
            if (!evenBack && await position.ExecuteScalarAsync(ct) is 0)
            {
                await using var former = new NpgsqlCommand($"SELECT position FROM {live}.checkpoint", connection, transaction);
                if (await former.ExecuteScalarAsync(ct) is long come && come > build.Checkpoint.Position)
                {
                    return false;
                }
            }

            await Run(connection, $"DROP SCHEMA IF EXISTS {live}_old CASCADE", ct);
            await Run(
                connection,
                $"DO $$ BEGIN IF to_regnamespace('{live}') IS NOT NULL THEN ALTER SCHEMA {live} RENAME TO {live}_old; END IF; END $$; ALTER SCHEMA {((PostgresBuild)build).Schema} RENAME TO {live};",
                ct);
            await transaction.CommitAsync(ct);
        }

        await RemoveFormer(projection, connection, ct);
        return true;
    }

    private static string Live(Projection projection) => $"read_{projection.Name}";

    /// <summary>Readers that are still at the former build are waited for, but not for ever: what is left goes before the next build.</summary>
    private static async Task RemoveFormer(Projection projection, NpgsqlConnection connection, CancellationToken ct)
    {
        try
        {
            await Run(connection, $"SET lock_timeout = '5s'; DROP SCHEMA IF EXISTS {Live(projection)}_old CASCADE; RESET lock_timeout;", ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await Run(connection, "RESET lock_timeout", ct);
        }
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private Task<T> Asked<T>(Func<Task<T>> ask) => Outages.Named(Dependency, ask);

    private NpgsqlDataSource Source(string schema) => sources.GetOrAdd(schema, name =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = name, ApplicationName = "randomchat-read", MaxPoolSize = MostConnections }));
}
