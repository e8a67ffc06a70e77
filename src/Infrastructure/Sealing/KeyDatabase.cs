using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>Opens the key store's file, making it where it is absent and refusing what is not ours.</summary>
internal sealed class KeyDatabase(string file)
{
    public const string Dependency = "key-store";
    private const int ApplicationId = 0x52434B31; // "RCK1"
    private const int SchemaVersion = 1;
    private const int BusyMilliseconds = 1_000;
    private readonly Lock opening = new();

    public SqliteConnection Connect()
    {
        lock (opening)
        {
            if (!File.Exists(file))
            {
                PrivateFolder.Make(Path.GetDirectoryName(Path.GetFullPath(file))!);
                using var empty = new FileStream(file, MasterKey.OwnersOnly(FileMode.CreateNew));
            }

            var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = file,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
                DefaultTimeout = 5,
            }.ToString());
            try
            {
                connection.Open();
                Recognize(connection);
                Configure(connection);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    public Exception Explain(Exception failure) => failure switch
    {
        SealingException or DependencyUnavailableException => failure,
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT } =>
            new SealingException($"The key store {file} is damaged or is no database. Put back a good copy.", failure),
        _ => new DependencyUnavailableException(Dependency, failure),
    };

    private void Recognize(SqliteConnection connection)
    {
        var application = KeyTable.Number(connection, "PRAGMA application_id");
        var version = KeyTable.Number(connection, "PRAGMA user_version");
        if (application == 0 && version == 0 && KeyTable.Number(connection, "SELECT count(*) FROM sqlite_schema") == 0)
        {
            return;
        }

        if (application != ApplicationId || version != SchemaVersion)
        {
            throw new SealingException($"The file {file} is no key store, or one of a newer version.");
        }
    }

    private void Configure(SqliteConnection connection)
    {
        // In memory, because a statement's journal in a temporary file would hold keys that are about to be destroyed.
        KeyTable.Run(connection, $"""
            PRAGMA busy_timeout = {BusyMilliseconds};
            PRAGMA temp_store = MEMORY;
            PRAGMA secure_delete = ON;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            """);

        // SQLite passes over a pragma that it cannot follow (a file system without shared memory, say).
        if (KeyTable.Number(connection, "PRAGMA secure_delete") != 1
            || KeyTable.Number(connection, "PRAGMA synchronous") != 2
            || KeyTable.Number(connection, "SELECT journal_mode = 'wal' FROM pragma_journal_mode") != 1)
        {
            throw new SealingException($"The key store {file} lies where SQLite can neither keep nor destroy keys reliably. Move it to a local disk.");
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        if (KeyTable.Number(connection, "PRAGMA application_id") == 0)
        {
            KeyTable.Run(connection, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion}; {KeyTable.Schema}");
        }

        transaction.Commit();
    }
}
