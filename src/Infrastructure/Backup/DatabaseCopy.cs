using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using RandomChat.Infrastructure.Sqlite;
using SQLitePCL;

namespace RandomChat.Infrastructure.Backup;

/// <summary>
/// Copies of SQLite databases that are in use, each as it was in one moment. Nobody who writes waits: a reader of a
/// write-ahead log is in no writer's way, and what is written meanwhile makes the copy neither begin again nor differ, since
/// one read transaction lasts as long as it. The price is that the write-ahead log is not cut meanwhile.
/// </summary>
public static class DatabaseCopy
{
    /// <summary>4 MB where pages have the usual 4 KB: short enough to be told of and cancelled between.</summary>
    private const int PagesAtOnce = 1_024;

    private const int LockSeconds = 5;

    /// <param name="target">Made; must not be there.</param>
    /// <param name="copied">Told after each part how many bytes have been copied.</param>
    public static void ToFile(string source, string target, Action<long> copied, CancellationToken ct)
    {
        using (var from = Open(source))
        using (var to = SqliteConnections.Open(target, SqliteOpenMode.ReadWriteCreate, LockSeconds))
        {
            // Its only writer, and synced as a whole at the end.
            to.Run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;");
            using var moment = BeginMoment(from);
            var pageSize = from.Number("PRAGMA page_size");
            using var backup = raw.sqlite3_backup_init(to.Handle, "main", from.Handle, "main");
            int result;
            do
            {
                ct.ThrowIfCancellationRequested();
                result = raw.sqlite3_backup_step(backup, PagesAtOnce);
                copied((raw.sqlite3_backup_pagecount(backup) - raw.sqlite3_backup_remaining(backup)) * pageSize);
            }
            while (result == raw.SQLITE_OK);

            if (result != raw.SQLITE_DONE)
            {
                throw new SqliteException($"{source} could not be copied.", result);
            }
        }

        using var file = new FileStream(target, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>For what must lie on no disk unencrypted: keys and accounts, which are small.</summary>
    /// <exception cref="BackupException">It is larger than memory takes at once.</exception>
    public static byte[] ToMemory(string source)
    {
        using var from = Open(source);
        using var moment = BeginMoment(from);
        var pages = raw.sqlite3_serialize(from.Handle, "main", out var size, 0);
        if (pages == IntPtr.Zero)
        {
            throw new SqliteException($"{source} could not be copied.", raw.SQLITE_NOMEM);
        }

        try
        {
            if (size > Array.MaxLength)
            {
                throw new BackupException($"{source} is larger than 2 GB; stop the server and copy it by hand.");
            }

            var copy = new byte[size];
            Marshal.Copy(pages, copy, 0, copy.Length);
            return copy;
        }
        finally
        {
            raw.sqlite3_free(pages);
        }
    }

    /// <summary>A number in a copy that nobody writes, without leaving files beside it.</summary>
    public static long Number(string copy, string sql)
    {
        using var connection = SqliteConnections.Open(new Uri(Path.GetFullPath(copy)).AbsoluteUri + "?immutable=1", SqliteOpenMode.ReadOnly, LockSeconds);
        return connection.Number(sql);
    }

    private static SqliteConnection Open(string source) => SqliteConnections.Open(source, SqliteOpenMode.ReadOnly, LockSeconds);

    private static SqliteTransaction BeginMoment(SqliteConnection connection)
    {
        var transaction = connection.BeginTransaction(deferred: true);

        // The first read chooses the moment.
        connection.Number("SELECT count(*) FROM sqlite_schema");
        return transaction;
    }
}
