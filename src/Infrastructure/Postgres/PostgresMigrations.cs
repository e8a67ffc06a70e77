using Npgsql;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Migrations;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>Brings one schema up to date. Many nodes may start at once.</summary>
/// <param name="schema">A name of this program's own: it stands in statements as it is.</param>
public sealed class PostgresMigrations(NpgsqlDataSource source, string schema, MigrationScripts scripts) : ISchemaMigrations
{
    // One for all schemas: whoever has it does not keep it for long.
    private const long Lock = 0x52434B4D; // "RCKM"

    /// <summary>Of the schema <c>keys</c>: sealing keys, and what every node has to know.</summary>
    public static PostgresMigrations OfKeys(NpgsqlDataSource source) =>
        new(source, "keys", new(typeof(PostgresMigrations).Assembly, ".Postgres.Migrations."));

    /// <inheritdoc/>
    /// <exception cref="SealingException">The role may not.</exception>
    public async Task Apply(CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.Run("SELECT pg_advisory_xact_lock($1)", ct, Lock);

            // Asked for first: CREATE SCHEMA needs its grant even where the schema is there.
            if (await connection.Value<bool>("SELECT to_regnamespace($1) IS NULL", ct, schema))
            {
                await connection.Run($"CREATE SCHEMA {schema}", ct);
            }

            await connection.Run(
                $"CREATE TABLE IF NOT EXISTS {schema}.migrations (number int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())", ct);
            await scripts.Apply(connection, $"{schema}.migrations", $"The schema {schema} in Postgres", ct);
            await transaction.CommitAsync(ct);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or MigrationException))
        {
            throw PostgresFailure.Explain(failure);
        }
    }
}
