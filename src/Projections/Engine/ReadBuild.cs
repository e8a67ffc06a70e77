using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>One build of a projection, open to write. Changes of a batch and the checkpoint behind it are one transaction.</summary>
internal abstract class ReadBuild(Projection projection, DbConnection connection, DbContextOptions options) : IAsyncDisposable
{
    private const string MovedLogTable = "moved_log";

    /// <summary>What makes the indexes that no handler needs.</summary>
    private IReadOnlyList<string> indexes = [];

    public Projection Projection => projection;

    public DbConnection Connection => connection;

    /// <summary>As it was last read or written here.</summary>
    public Checkpoint Checkpoint { get; private set; } = new();

    /// <summary>Whether it is of the version that this program writes.</summary>
    public bool IsCurrent => Checkpoint.Version == projection.Version;

    /// <summary>Rows that a batch adds in bulk.</summary>
    protected RowInserts Inserts { get; } = new(mayBeThere: true);

    /// <summary>Applies what lies behind the checkpoint. A batch whose position is behind us changes nothing.</summary>
    /// <exception cref="ProjectionFailedException">An event cannot be applied; all before it are applied.</exception>
    /// <exception cref="BuildReplacedException">Another build is live by now, or somebody else has moved the checkpoint.</exception>
    public async Task Apply(EventBatch batch, CancellationToken ct)
    {
        if (batch.Position.Value <= Checkpoint.Position)
        {
            return;
        }

        try
        {
            await Write(batch.Events, batch.Position.Value, ct);
        }
        catch (Exception e) when (IsOwnFault(e))
        {
            // One by one, so that what comes before the bad event is kept and its position is known.
            foreach (var happened in batch.Events)
            {
                try
                {
                    await Write([happened], happened.Position.Value, ct);
                }
                catch (Exception single) when (IsOwnFault(single))
                {
                    throw new ProjectionFailedException(projection.Name, happened, single);
                }
            }

            await Write([], batch.Position.Value, ct);
        }
    }

    /// <summary>Records why the projection stopped, where operators and readiness look.</summary>
    public async Task RecordError(string error, long? position, CancellationToken ct)
    {
        await using var db = Open();
        await db.Checkpoint.ExecuteUpdateAsync(
            set => set.SetProperty(checkpoint => checkpoint.Error, error).SetProperty(checkpoint => checkpoint.ErrorPosition, position), ct);
        (Checkpoint.Error, Checkpoint.ErrorPosition) = (error, position);
    }

    /// <summary>Whether its position is one of this log. A log that was moved to another engine has others.</summary>
    public async Task<bool> IsOf(LogIdentity? log, CancellationToken ct) =>
        log is null || await MovedLog(ct) == (log.Moved is null ? null : log.Id.ToString("D"));

    /// <summary>Remembers that it follows this log, before it has taken anything in. Nothing stands for one that was never moved.</summary>
    public async Task BelongTo(LogIdentity? log, CancellationToken ct)
    {
        if (log is { Moved: not null } && await MovedLog(ct) is null)
        {
            // In SQLite these are two transactions, and what was killed between them left the table.
            await using var remember = connection.CreateCommand();
            remember.CommandText = $"CREATE TABLE IF NOT EXISTS {MovedLogTable} (id text NOT NULL); INSERT INTO {MovedLogTable} (id) VALUES (@id)";
            var id = remember.CreateParameter();
            (id.ParameterName, id.Value) = ("id", log.Id.ToString("D"));
            remember.Parameters.Add(id);
            await remember.ExecuteNonQueryAsync(ct);
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        Inserts.Dispose();
        await connection.DisposeAsync();
    }

    /// <summary>Brings rows that were put aside into their tables; from then on none are.</summary>
    public virtual Task Settle(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Makes what queries need beyond the tables, once it has taken in what there is: before that nobody may ask it.</summary>
    public virtual async Task Complete(CancellationToken ct)
    {
        await Settle(ct);
        foreach (var index in indexes)
        {
            ct.ThrowIfCancellationRequested();
            await Execute(index, ct);
        }

        indexes = [];
    }

    /// <summary>Makes the tables and the checkpoint of a new build.</summary>
    protected async Task Create(CancellationToken ct)
    {
        await using var db = Open();
        var model = db.GetService<IDesignTimeModel>().Model;
        var all = db.GetService<IMigrationsModelDiffer>().GetDifferences(null, model.GetRelationalModel());
        var early = model.GetEntityTypes().SelectMany(entity => entity.GetIndexes()).Where(BuildOrder.IsForHandlers)
            .Select(index => (index.DeclaringEntityType.GetTableName()!, index.GetDatabaseName()!)).ToHashSet();
        var late = all.Where(step => step is CreateIndexOperation index && !early.Contains((index.Table, index.Name))).ToList();
        var generator = db.GetService<IMigrationsSqlGenerator>();
        foreach (var command in generator.Generate([.. all.Except(late)], model))
        {
            await Execute(command.CommandText, ct);
        }

        indexes = [.. generator.Generate(late, model).Select(command => command.CommandText)];
        Checkpoint = new() { Build = Guid.NewGuid(), Projection = projection.Name, Version = projection.Version };
        db.Add(Checkpoint);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Reads the checkpoint of a build that is there; false where it has none.</summary>
    protected async Task<bool> Load(CancellationToken ct)
    {
        await using var db = Open();
        if (await db.Checkpoint.AsNoTracking().SingleOrDefaultAsync(ct) is not { } checkpoint)
        {
            return false;
        }

        Checkpoint = checkpoint;
        return true;
    }

    protected ReadDb Open() => projection.Open(options);

    protected async Task Execute(string sql, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();

        // An index of a large table takes what it takes.
        (command.CommandText, command.CommandTimeout) = (sql, 0);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Begins a transaction that writes.</summary>
    /// <exception cref="BuildReplacedException">This was the live build and is not any more.</exception>
    protected abstract Task<DbTransaction> Begin(CancellationToken ct);

    /// <summary>Whether the store fails, rather than what was asked of it.</summary>
    protected abstract bool IsOutage(Exception e);

    private async Task<string?> MovedLog(CancellationToken ct)
    {
        await using var query = connection.CreateCommand();
        query.CommandText = connection is Microsoft.Data.Sqlite.SqliteConnection
            ? $"SELECT count(*) FROM sqlite_master WHERE name = '{MovedLogTable}'"
            : $"SELECT CASE WHEN to_regclass('{MovedLogTable}') IS NULL THEN 0 ELSE 1 END";
        if (Convert.ToInt64(await query.ExecuteScalarAsync(ct), CultureInfo.InvariantCulture) == 0)
        {
            return null;
        }

        query.CommandText = $"SELECT id FROM {MovedLogTable}";
        return (string?)await query.ExecuteScalarAsync(ct);
    }

    private bool IsOwnFault(Exception e) =>
        e is not (OperationCanceledException or BuildReplacedException)
        && connection.State == ConnectionState.Open
        && !Outages.Causes(e).Any(IsOutage);

    private async Task Write(IReadOnlyList<ProjectedEvent> events, long position, CancellationToken ct)
    {
        Inserts.Clear();
        await using var transaction = await Begin(ct);
        await using var db = Open();
        await db.Database.UseTransactionAsync(transaction, ct);
        db.Inserts = Inserts;

        // Handlers see what they changed; to compare every row of the batch each time they look would take most of the time.
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        var (build, from) = (Checkpoint.Build, Checkpoint.Position);
        var count = 0;
        foreach (var happened in events)
        {
            if (happened.Position.Value > from)
            {
                projection.Apply(db, happened);
                count++;
            }
        }

        db.ChangeTracker.DetectChanges();
        await db.SaveChangesAsync(ct);
        await Inserts.Flush(db, transaction, ct);
        var total = Checkpoint.Events + count;
        var moved = await db.Checkpoint.Where(checkpoint => checkpoint.Build == build && checkpoint.Position == from).ExecuteUpdateAsync(
            set => set.SetProperty(checkpoint => checkpoint.Position, position)
                .SetProperty(checkpoint => checkpoint.Events, total)
                .SetProperty(checkpoint => checkpoint.Error, (string?)null)
                .SetProperty(checkpoint => checkpoint.ErrorPosition, (long?)null),
            ct);
        if (moved != 1)
        {
            throw new BuildReplacedException(projection.Name);
        }

        await transaction.CommitAsync(ct);
        (Checkpoint.Position, Checkpoint.Events, Checkpoint.Error, Checkpoint.ErrorPosition) = (position, total, null, null);
    }
}

/// <summary>A projection cannot take an event. It stops there, and the others go on.</summary>
internal sealed class ProjectionFailedException(string projection, ProjectedEvent happened, Exception inner)
    : Exception($"{projection} stopped at position {happened.Position.Value} ({happened.Recorded.Type}): {inner.Message}", inner)
{
    public long Position { get; } = happened.Position.Value;
}

/// <summary>What was written to is not the live build any more.</summary>
internal sealed class BuildReplacedException(string projection) : Exception($"Another build of {projection} is live.");
