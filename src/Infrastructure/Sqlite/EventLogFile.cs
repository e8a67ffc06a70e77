using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>The file <c>events.db</c>: how it is recognised, made and opened.</summary>
internal static class EventLogFile
{
    /// <summary>"RCLG" in the header says that the file is ours.</summary>
    private const long ApplicationId = 0x52434C47;

    /// <summary>Of new files. Those of format 1, which enter each event into the index of streams at once, are written on as they are.</summary>
    private const long Version = 2;

    /// <summary>Up to this size the whole structure is checked at the start; beyond, only both ends, so that an old log starts as fast as a new one.</summary>
    private const long FullyCheckedUpTo = 8 << 20;

    private const string Schema =
        $"""
        CREATE TABLE IF NOT EXISTS events (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            stream   TEXT    NOT NULL,
            revision INTEGER NOT NULL,
            id       TEXT    NOT NULL,
            type     TEXT    NOT NULL,
            at       INTEGER NOT NULL, -- milliseconds since 1970, UTC
            data     TEXT    NOT NULL,
            metadata TEXT    NOT NULL);
        CREATE TABLE IF NOT EXISTS streams (
            stream          TEXT PRIMARY KEY,
            max_age_seconds INTEGER NOT NULL) WITHOUT ROWID;
        {StreamIndex.Schema}
        """;

    /// <summary>Checks an existing file without changing it, and makes a new one where there is none or an empty one.</summary>
    public static void Prepare(string file)
    {
        if (Path.GetDirectoryName(file) is { } folder)
        {
            PrivateFolder.Make(folder);
        }

        if (!File.Exists(file) || new FileInfo(file).Length == 0 || !Recognise(file))
        {
            Make(file);
        }
    }

    /// <summary>Checks a file that must exist and be a log.</summary>
    public static void RequireLog(string file)
    {
        if (!File.Exists(file))
        {
            throw new EventLogFileException(file, $"There is no event log at {file}. Start the server once, or point RandomChat:DataDirectory at the folder that holds events.db.");
        }

        if (!Recognise(file))
        {
            throw new EventLogFileException(file, $"{file} is an empty database, not an event log yet. Start the server once, or point RandomChat:DataDirectory at the folder that holds events.db.");
        }
    }

    public static SqliteConnection OpenWriter(string file) =>
        Open(file, SqliteOpenMode.ReadWrite, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=2000; PRAGMA cache_size=-16384;");

    public static SqliteConnection OpenReader(string file) => Open(file, SqliteOpenMode.ReadOnly);

    /// <summary>Whether the file is a log; false where it is a database without anything in it.</summary>
    private static bool Recognise(string file)
    {
        try
        {
            // Without a write-ahead log, "immutable" reads the file without making one: a foreign file keeps its folder as it was.
            var source = File.Exists(file + "-wal") ? file : new Uri(file).AbsoluteUri + "?immutable=1";
            using var connection = Connect(source, SqliteOpenMode.ReadOnly);
            var applicationId = connection.Number("PRAGMA application_id");
            var tables = connection.Number("SELECT count(*) FROM sqlite_master");
            if (applicationId == 0 && tables == 0)
            {
                return false;
            }

            if (applicationId != ApplicationId)
            {
                throw new EventLogFileException(file, $"{file} is a SQLite database of another program, not an event log. Nothing in it was changed. Move it away, or point RandomChat:DataDirectory at another folder.");
            }

            if (connection.Number("PRAGMA user_version") is var version && version > Version)
            {
                throw new EventLogFileException(file, $"{file} was written by a newer version of this program (format {version}, this one knows {Version}). Nothing in it was changed. Start the newer version.");
            }

            if (!IsSound(connection, new FileInfo(file).Length))
            {
                throw Damaged(file, null);
            }

            return true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_NOTADB)
        {
            throw new EventLogFileException(file, $"{file} is not a SQLite database, so it is not an event log. Nothing in it was changed. Move it away, or point RandomChat:DataDirectory at another folder.", e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_CORRUPT)
        {
            throw Damaged(file, e);
        }
        catch (SqliteException e)
        {
            throw new EventLogFileException(file, $"{file} cannot be read as an event log ({e.Message}). Nothing in it was changed. Check that this program may read and write the file and its folder.", e);
        }
    }

    private static bool IsSound(SqliteConnection connection, long bytes)
    {
        if (bytes <= FullyCheckedUpTo)
        {
            return connection.Text("PRAGMA quick_check(1)") == "ok";
        }

        StreamIndex.AddViews(connection);
        foreach (var order in (string[])["ASC", "DESC"])
        {
            connection.Number($"SELECT sum(length(data)) FROM (SELECT data FROM events ORDER BY position {order} LIMIT 200)");
            connection.Number($"SELECT sum(revision) FROM (SELECT revision FROM indexed_events ORDER BY stream {order}, revision {order} LIMIT 200)");
        }

        return true;
    }

    private static EventLogFileException Damaged(string file, Exception? inner) => new(
        file,
        $"{file} is damaged. Nothing in it was changed. Stop here, keep a copy of {Path.GetFileName(file)} and {Path.GetFileName(file)}-wal, and restore the latest backup, or recover what is readable with sqlite3's .recover command into a new file.",
        inner);

    private static void Make(string file)
    {
        try
        {
            using var connection = Connect(file, SqliteOpenMode.ReadWriteCreate);
            if (connection.Text("PRAGMA journal_mode=WAL") != "wal")
            {
                throw new EventLogFileException(file, $"{file} cannot be used: its file system does not support SQLite's write-ahead log. Point RandomChat:DataDirectory at a local disk.");
            }

            connection.Run(string.Create(CultureInfo.InvariantCulture,
                $"PRAGMA synchronous=FULL; BEGIN IMMEDIATE; {Schema} PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}; COMMIT;"));
        }
        catch (SqliteException e)
        {
            throw new EventLogFileException(file, $"{file} cannot be made ({e.Message}). Check that this program may write to the folder and that the disk is not full.", e);
        }
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode, string pragmas = "")
    {
        var connection = Connect(file, mode);
        try
        {
            connection.Run(pragmas);
            StreamIndex.AddViews(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection Connect(string source, SqliteOpenMode mode) => SqliteConnections.Open(source, mode, seconds: 2);
}
