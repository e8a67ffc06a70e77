using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace RandomChat.Projections.Engine;

/// <summary>A build in a SQLite file.</summary>
internal sealed class SqliteBuild : ReadBuild
{
    private readonly SqliteConnection connection;
    private readonly SqliteReadStore? store;
    private readonly FileStream? right;
    private readonly bool live;

    /// <param name="store">Tells which build is live; null for a file that belongs to nobody else.</param>
    /// <param name="right">Held while it is being built.</param>
    private SqliteBuild(Projection projection, SqliteConnection connection, string file, SqliteReadStore? store, FileStream? right, bool live)
        : base(projection, connection, projection.NewOptions().UseSqlite(connection).Options) =>
        (this.connection, File, this.store, this.right, this.live) = (connection, file, store, right, live);

    public string File { get; }

    /// <summary>An empty build in a new file. It is not synced to disk before it is whole: an interrupted one is thrown away.</summary>
    public static async Task<SqliteBuild> New(Projection projection, string file, SqliteReadStore? store, FileStream? right, CancellationToken ct)
    {
        var build = Make(projection, file, store, right, live: false);
        await Run(build.connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=8000; PRAGMA cache_size=-65536;");
        await build.Create(ct);
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

    /// <summary>Brings everything to disk, before anybody relies on it.</summary>
    public void Sync()
    {
        using var sync = connection.CreateCommand();
        sync.CommandText = "PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE);";
        sync.ExecuteNonQuery();
    }

    /// <summary>Makes one file of it, without a write-ahead log beside it, that any tool opens.</summary>
    public async Task Finish()
    {
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
                foreach (var file in (string[])[File, File + "-wal", File + "-shm"])
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

    private static SqliteBuild Make(Projection projection, string file, SqliteReadStore? store, FileStream? right, bool live) =>
        new(projection, Connect(file, live ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadWriteCreate), file, store, right, live);

    private static async Task Run(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
