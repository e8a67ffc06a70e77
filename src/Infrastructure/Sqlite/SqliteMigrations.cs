using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Migrations;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>Brings one file up to date, making it where it is absent.</summary>
/// <param name="dependency">The file's name in answers, while it cannot be read.</param>
public sealed class SqliteMigrations(string file, string dependency, MigrationScripts scripts) : ISchemaMigrations
{
    private const int LockedSeconds = 5;

    /// <inheritdoc/>
    public async Task Apply(CancellationToken ct)
    {
        try
        {
            await using var connection = SqliteConnections.Open(file, SqliteOpenMode.ReadWriteCreate, LockedSeconds);
            await using var transaction = connection.BeginTransaction(deferred: false);
            connection.Run("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)");
            await scripts.Apply(connection, "migrations", $"The file {file}", ct);
            await transaction.CommitAsync(ct);
        }
        catch (SqliteException damaged) when (damaged.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw new MigrationException($"The file {file} is damaged or is no database. Put back a good copy.", damaged);
        }
        catch (SqliteException failure)
        {
            throw new DependencyUnavailableException(dependency, failure);
        }
    }
}
