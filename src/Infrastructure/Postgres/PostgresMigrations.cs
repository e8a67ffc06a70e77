using System.Globalization;
using Npgsql;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>
/// Brings the schema <c>keys</c> up to date: what is not derived from events and so cannot be built anew. The scripts
/// in <c>Migrations</c> are applied in the order of their numbers, each once; many nodes may start at once.
/// </summary>
public sealed class PostgresMigrations(NpgsqlDataSource source)
{
    private const long Lock = 0x52434B4D; // "RCKM"
    private const string Folder = ".Postgres.Migrations.";

    /// <exception cref="Application.Events.DependencyUnavailableException"><c>postgres</c> does not answer.</exception>
    /// <exception cref="SealingException">The role may not, or the schema is of a newer version.</exception>
    public async Task Apply(CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.Run("SELECT pg_advisory_xact_lock($1)", ct, Lock);

            // Asked for first: CREATE SCHEMA needs its grant even where the schema is there.
            if (await connection.Value<bool>("SELECT to_regnamespace('keys') IS NULL", ct))
            {
                await connection.Run("CREATE SCHEMA keys", ct);
            }

            await connection.Run(
                "CREATE TABLE IF NOT EXISTS keys.migrations (number int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())", ct);
            var done = await connection.Value<int>("SELECT coalesce(max(number), 0) FROM keys.migrations", ct);
            var scripts = Scripts();
            if (done > scripts[^1].Number)
            {
                throw new SealingException($"The schema keys in Postgres is of a newer version ({done}) than this program ({scripts[^1].Number}). Start the newer program.");
            }

            foreach (var (number, name, sql) in scripts.Where(script => script.Number > done))
            {
                await connection.Run(sql, ct);
                await connection.Run("INSERT INTO keys.migrations (number, name) VALUES ($1, $2)", ct, number, name);
            }

            await transaction.CommitAsync(ct);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw PostgresFailure.Explain(failure);
        }
    }

    private static List<(int Number, string Name, string Sql)> Scripts()
    {
        var assembly = typeof(PostgresMigrations).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(resource => resource.Contains(Folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(resource =>
                {
                    var name = resource[(resource.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..];
                    using var text = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                    return (int.Parse(name[..4], CultureInfo.InvariantCulture), name, text.ReadToEnd());
                }),
        ];
    }
}
