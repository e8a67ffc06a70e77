using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using SQLitePCL;

namespace RandomChat.Projections.Engine;

/// <summary>A build in a SQLite file.</summary>
internal sealed class SqliteBuild : ReadBuild
{
    /// <summary>Another file beside a new build, for rows that are sorted when it is whole.</summary>
    private const string Aside = "aside";

    private readonly SqliteConnection connection;
    private readonly SqliteReadStore? store;
    private readonly FileStream? right;
    private readonly bool live;
    private bool putsAside;

    /// <param name="store">Tells which build is live; null for a file that belongs to nobody else.</param>
    /// <param name="right">Held while it is being built.</param>
    private SqliteBuild(Projection projection, SqliteConnection connection, string file, SqliteReadStore? store, FileStream? right, bool live)
        : base(projection, connection, projection.NewOptions().UseSqlite(connection).Options) =>
        (this.connection, File, this.store, this.right, this.live) = (connection, file, store, right, live);

    public string File { get; }

    /// <summary>
    /// An empty build in a new file. It is not synced to disk before it is whole, and nobody reads it: an interrupted one is thrown
    /// away. So what a batch changes is kept in memory until it is over, and written once.
    /// </summary>
    public static async Task<SqliteBuild> New(Projection projection, string file, SqliteReadStore? store, FileStream? right, CancellationToken ct)
    {
        var build = Make(projection, file, store, right, live: false);
        await Run(build.connection, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=8000; PRAGMA cache_size=-65536;");
        await build.Create(ct);
        await build.PutAside(ct);
        return build;
    }

    /// <summary>The live build; null where the file holds none.</summary>
    public static async Task<SqliteBuild?> Open(Projection projection, string file, SqliteReadStore store, CancellationToken ct)
    {
        var build = Make(projection, file, store, right: null, live: true);
        await Run(build.connection, "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384;");
        if (await build.Load(ct))
        {
            return build;
        }

        await build.DisposeAsync();
        return null;
    }

    /// <summary>All that may lie there of a build.</summary>
    public static IEnumerable<string> FilesOf(string file) => [file, file + "-wal", file + "-shm", AsideOf(file)];

    public static SqliteConnection Connect(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 5,
        }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override async Task Settle(CancellationToken ct)
    {
        if (!putsAside)
        {
            return;
        }

        Inserts.PutAside(null);
        await using (var db = Open())
        {
            foreach (var table in OnlyAddedTo(db))
            {
                ct.ThrowIfCancellationRequested();

                // Of rows with the same key the first one counts, as where they are added one by one.
                var key = string.Join(", ", table.FindPrimaryKey()!.Properties.Select(property => property.GetColumnName()));
                await Execute($"INSERT INTO {table.GetTableName()} SELECT * FROM {Aside}.{table.GetTableName()} WHERE true ORDER BY {key}, rowid ON CONFLICT DO NOTHING", ct);
            }
        }

        await Execute($"DETACH {Aside}", ct);
        System.IO.File.Delete(AsideOf(File));
        putsAside = false;
    }

    /// <summary>With a write-ahead log, so that readers and the writer do not wait for each other.</summary>
    public override async Task Complete(CancellationToken ct)
    {
        await base.Complete(ct);

        // The change of the journal is what brings the whole file to disk.
        await Run(connection, "PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;");
    }

    /// <summary>Brings everything to disk, before anybody relies on it.</summary>
    public void Sync()
    {
        using var sync = connection.CreateCommand();
        sync.CommandText = "PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE);";
        sync.ExecuteNonQuery();
    }

    /// <summary>Makes one file of it, without a write-ahead log beside it, that any tool opens.</summary>
    public async Task Finish(CancellationToken ct)
    {
        await Complete(ct);
        Sync();
        await Run(connection, "PRAGMA journal_mode=DELETE;");
    }

    /// <summary>Its position as it is in the file now.</summary>
    public async Task<long> Position(CancellationToken ct)
    {
        await using var query = connection.CreateCommand();
        query.CommandText = "SELECT position FROM checkpoint";
        return Convert.ToInt64(await query.ExecuteScalarAsync(ct), CultureInfo.InvariantCulture);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (right is not null)
        {
            if (store is not null && !store.IsLive(Projection, File))
            {
                foreach (var file in FilesOf(File))
                {
                    System.IO.File.Delete(file);
                }
            }

            await right.DisposeAsync();
        }
    }

    protected override async Task<DbTransaction> Begin(CancellationToken ct)
    {
        var transaction = connection.BeginTransaction(deferred: false);
        if (live && !store!.IsLive(Projection, File))
        {
            await transaction.DisposeAsync();
            throw new BuildReplacedException(Projection.Name);
        }

        return transaction;
    }

    protected override bool IsOutage(Exception e) => e switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is not (raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG),
        IOException => true,
        _ => false,
    };

    private static string AsideOf(string file) => $"{file}-{Aside}";

    private static IEnumerable<IEntityType> OnlyAddedTo(ReadDb db) => db.Model.GetEntityTypes().Where(BuildOrder.IsOnlyAddedTo);

    private async Task PutAside(CancellationToken ct)
    {
        await using (var attach = connection.CreateCommand())
        {
            attach.CommandText = $"ATTACH $file AS {Aside}; PRAGMA {Aside}.journal_mode=MEMORY; PRAGMA {Aside}.synchronous=OFF;";
            attach.Parameters.AddWithValue("$file", AsideOf(File));
            await attach.ExecuteNonQueryAsync(ct);
        }

        await using var db = Open();
        foreach (var table in OnlyAddedTo(db))
        {
            await Execute($"CREATE TABLE {Aside}.{table.GetTableName()} AS SELECT * FROM {table.GetTableName()} WHERE false", ct);
        }

        Inserts.PutAside(Aside);
        putsAside = true;
    }

    private static SqliteBuild Make(Projection projection, string file, SqliteReadStore? store, FileStream? right, bool live) =>
        new(projection, Connect(file, live ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadWriteCreate), file, store, right, live);

    private static async Task Run(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
