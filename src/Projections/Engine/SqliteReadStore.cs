using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Infrastructure;
using SQLitePCL;

namespace RandomChat.Projections.Engine;

/// <summary>
/// Read models in SQLite: each build is a file of its own, and <c>{projection}.live</c> holds the name of the one that
/// counts. Replacing that small file is the swap: a database that is renamed while it is open shows old rows.
/// </summary>
/// <param name="folder">Usually <c>read</c> in the data directory; made when something is written.</param>
internal sealed class SqliteReadStore(string folder) : IReadStore
{
    public string Dependency => "read-models";

    /// <remarks>Without the read model's context: readiness asks for every checkpoint at a start, when each context would be made first.</remarks>
    public Task<Checkpoint?> ReadCheckpoint(Projection projection, CancellationToken ct) =>
        Outages.Named(Dependency, () => Task.FromResult(ReadCheckpoint(projection)));

    public async Task<ReadDb?> OpenReader(Projection projection, CancellationToken ct)
    {
        while (LiveFile(projection) is { } file)
        {
            ReadDb? db = null;
            try
            {
                var connection = SqliteBuild.Connect(file, SqliteOpenMode.ReadOnly);
                db = projection.Open(projection.NewOptions().UseSqlite(connection, contextOwnsConnection: true).Options);

                // The first read takes the write-ahead log in hand. Still live after that, it was not removed before.
                await db.Checkpoint.AsNoTracking().AnyAsync(ct);
                if (LiveFile(projection) == file)
                {
                    return db;
                }

                await db.DisposeAsync();
            }
            catch (SqliteException) when (LiveFile(projection) != file)
            {
                // It was replaced between the two looks.
                await (db?.DisposeAsync() ?? default);
            }
            catch (SqliteException e)
            {
                await (db?.DisposeAsync() ?? default);
                throw new DependencyUnavailableException(Dependency, e);
            }
        }

        return null;
    }

    public async Task<ReadBuild?> OpenLive(Projection projection, CancellationToken ct)
    {
        if (LiveFile(projection) is not { } file || !File.Exists(file))
        {
            return null;
        }

        try
        {
            return await SqliteBuild.Open(projection, file, this, ct);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR)
        {
            // Nothing is lost with it: it is made again from the log.
            return null;
        }
    }

    public async Task<ReadBuild> BeginLive(Projection projection, CancellationToken ct)
    {
        var build = await BeginBuild(projection, BuildPurpose.Rebuild, ct);
        try
        {
            await build.Complete(ct);
            PointTo(projection, build);
        }
        catch
        {
            await build.DisposeAsync();
            throw;
        }

        // Its right to build ends here; from now on it is written as the live one.
        var file = ((SqliteBuild)build).File;
        await build.DisposeAsync();
        return await SqliteBuild.Open(projection, file, this, ct) ?? throw new BuildReplacedException(projection.Name);
    }

    public async Task<ReadBuild> BeginBuild(Projection projection, BuildPurpose purpose, CancellationToken ct)
    {
        PrivateFolder.Make(folder);
        var name = $"{projection.Name}.{(purpose == BuildPurpose.Rebuild ? "build" : "verify")}";
        FileStream right;
        try
        {
            right = new(Path.Combine(folder, $"{name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new BuildInProgressException(projection.Name);
        }

        try
        {
            RemoveAllBut(name, LiveFile(projection));
            return await SqliteBuild.New(projection, Path.Combine(folder, $"{name}.{Guid.NewGuid():N}.db"), this, right, ct);
        }
        catch
        {
            await right.DisposeAsync();
            throw;
        }
    }

    public async Task<bool> TrySwap(ReadBuild build, bool evenBack, CancellationToken ct)
    {
        var file = ((SqliteBuild)build).File;
        ((SqliteBuild)build).Sync();
        await using var live = (SqliteBuild?)await OpenLive(build.Projection, ct);
        if (live is null)
        {
            PointTo(build.Projection, build);
        }
        else
        {
            // Nobody writes to the live one while this transaction lasts, and whoever comes after it finds itself replaced.
            await using var transaction = live.Connection.BeginTransaction(System.Data.IsolationLevel.Serializable);
            var former = await live.Position(ct);
            if (!evenBack && former > build.Checkpoint.Position)
            {
                return false;
            }

            PointTo(build.Projection, build);
        }

        RemoveAllBut($"{build.Projection.Name}.build", file);
        return true;
    }

    public Task<bool> IsLive(ReadBuild build, CancellationToken ct) => Task.FromResult(IsLive(build.Projection, ((SqliteBuild)build).File));

    public Task<Lead?> TryLead(CancellationToken ct)
    {
        PrivateFolder.Make(folder);
        try
        {
            return Task.FromResult<Lead?>(new FileLead(new(Path.Combine(folder, "runner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)));
        }
        catch (IOException)
        {
            return Task.FromResult<Lead?>(null);
        }
    }

    public ValueTask DisposeAsync() => default;

    internal bool IsLive(Projection projection, string file) => LiveFile(projection) == file;

    private Checkpoint? ReadCheckpoint(Projection projection)
    {
        while (LiveFile(projection) is { } file)
        {
            try
            {
                using var connection = SqliteBuild.Connect(file, SqliteOpenMode.ReadOnly);
                using var command = connection.CreateCommand();
                command.CommandText = "SELECT Build, Projection, Version, Position, Events, Error, error_position FROM checkpoint";
                using var rows = command.ExecuteReader();
                var found = rows.Read()
                    ? new Checkpoint
                    {
                        Build = rows.GetGuid(0),
                        Projection = rows.GetString(1),
                        Version = rows.GetInt32(2),
                        Position = rows.GetInt64(3),
                        Events = rows.GetInt64(4),
                        Error = rows.IsDBNull(5) ? null : rows.GetString(5),
                        ErrorPosition = rows.IsDBNull(6) ? null : rows.GetInt64(6),
                    }
                    : null;
                if (LiveFile(projection) == file)
                {
                    return found;
                }
            }
            catch (SqliteException) when (LiveFile(projection) != file)
            {
                // It was replaced between the two looks.
            }
            catch (SqliteException e)
            {
                throw new DependencyUnavailableException(Dependency, e);
            }
        }

        return null;
    }

    private string LiveName(Projection projection) => Path.Combine(folder, $"{projection.Name}.live");

    /// <summary>The full path of the live build; null where there is none.</summary>
    private string? LiveFile(Projection projection)
    {
        try
        {
            return File.ReadAllText(LiveName(projection)).Trim() is { Length: > 0 } name && Path.GetFileName(name) == name
                ? Path.Combine(folder, name)
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void PointTo(Projection projection, ReadBuild build)
    {
        var next = LiveName(projection) + ".new";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(((SqliteBuild)build).File) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, LiveName(projection), overwrite: true);
    }

    private void RemoveAllBut(string name, string? keep)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $"{name}.*.db*").Where(file => keep is null || !file.StartsWith(keep, StringComparison.Ordinal)))
        {
            try
            {
                File.Delete(file);
            }
            catch (IOException)
            {
                // Open in another process, where the system does not let go of it; the next build removes it.
            }
        }
    }

    private sealed class FileLead(FileStream file) : Lead
    {
        /// <summary>A lock of the operating system ends with its process and not before.</summary>
        public override CancellationToken Lost => CancellationToken.None;

        public override ValueTask DisposeAsync() => file.DisposeAsync();
    }
}
