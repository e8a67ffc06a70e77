using Microsoft.Data.Sqlite;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Backup;

/// <summary>
/// Accounts in a copy of <c>accounts.db</c> that no server has opened yet. The server does the same at its start by its own
/// means; here it is done before the copy is where a server could be pointed at it.
/// </summary>
public static class ErasedAccounts
{
    private const int LockSeconds = 5;

    /// <summary>Deletes the accounts of visitors who were erased since the copy was made, and leaves nothing of them in the file.</summary>
    /// <returns>How many there were.</returns>
    public static int Delete(string file, IReadOnlyList<Guid> visitorIds)
    {
        using var connection = SqliteConnections.Open(file, SqliteOpenMode.ReadWrite, LockSeconds);
        connection.Run("PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;");
        if (connection.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'holders'") == 0)
        {
            return 0;
        }

        var deleted = 0;
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            // Passkeys go with their holder.
            using var delete = connection.Command("DELETE FROM holders WHERE id = $id", "$id");
            foreach (var visitorId in visitorIds)
            {
                deleted += delete.With(visitorId).ExecuteNonQuery();
            }

            transaction.Commit();
        }

        connection.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        return deleted;
    }
}
