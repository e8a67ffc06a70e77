using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RandomChat.Projections.Engine;

/// <summary>Compares the live tables of a projection with what the log says they should be.</summary>
internal sealed class Verification(IReadStore store, EventFeed feed)
{
    private const int MostDifferences = 10;

    public async Task<Verified> Run(Projection projection, Action<Application.Events.LogPosition>? passed, CancellationToken ct)
    {
        switch (await store.ReadCheckpoint(projection, ct))
        {
            case null:
                return new(projection.Name, 0, 0, ["it was never built: run rebuild"]);
            case var old when old.Version != projection.Version:
                return new(projection.Name, old.Position, 0, [$"its live tables are of version {old.Version}, this program writes version {projection.Version}: run rebuild"]);
            case var come:
                await using (var build = await store.BeginBuild(projection, BuildPurpose.Verify, ct))
                {
                    // Nearly all of it before the live tables are held still, the rest while they are.
                    await Reach(build, come.Position, passed, ct);
                    await build.Settle(ct);
                    return await Compare(projection, build, ct);
                }
        }
    }

    private async Task<Verified> Compare(Projection projection, ReadBuild build, CancellationToken ct)
    {
        await using var live = await store.OpenReader(projection, ct) ?? throw new BuildReplacedException(projection.Name);
        await using var snapshot = await Hold(live, ct);
        var checkpoint = await live.Checkpoint.AsNoTracking().SingleAsync(ct);
        await Reach(build, checkpoint.Position, null, ct);
        if (build.Checkpoint.Position > checkpoint.Position)
        {
            return new(projection.Name, checkpoint.Position, 0, ["it was rebuilt in the meantime: run verify again"]);
        }

        var rows = 0L;
        var differences = new List<string>();
        foreach (var entity in live.Model.GetEntityTypes().Where(entity => entity.ClrType != typeof(Checkpoint)).OrderBy(entity => entity.GetTableName(), StringComparer.Ordinal))
        {
            var table = new TableComparison(entity, live.Database.IsNpgsql());
            try
            {
                rows += await table.Run(live.Database.GetDbConnection(), build.Connection, differences, MostDifferences, ct);
            }
            catch (DbException e) when (e is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_ERROR } or Npgsql.PostgresException { SqlState: "42P01" or "42703" })
            {
                differences.Add($"{entity.GetTableName()} cannot be read as this version expects it: {e.Message}");
            }
        }

        // A schema that was renamed below us would show rows of two builds.
        return (await store.ReadCheckpoint(projection, ct))?.Build == checkpoint.Build
            ? new(projection.Name, checkpoint.Position, rows, differences)
            : new(projection.Name, checkpoint.Position, rows, ["it was rebuilt in the meantime: run verify again"]);
    }

    private async Task Reach(ReadBuild build, long position, Action<Application.Events.LogPosition>? passed, CancellationToken ct)
    {
        if (position > build.Checkpoint.Position)
        {
            await Rebuild.Fill(feed, [build], new FeedEnd.At(new(position)), passed, ct);
        }
    }

    private static async Task<DbTransaction> Hold(ReadDb db, CancellationToken ct)
    {
        if (db.Database.GetDbConnection() is SqliteConnection sqlite)
        {
            var transaction = sqlite.BeginTransaction(deferred: true);
            await db.Database.UseTransactionAsync(transaction, ct);
            return transaction;
        }

        await db.Database.OpenConnectionAsync(ct);
        var repeatable = await db.Database.GetDbConnection().BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await db.Database.UseTransactionAsync(repeatable, ct);
        return repeatable;
    }

    /// <summary>Walks a table of both builds in the order of its key.</summary>
    private sealed class TableComparison
    {
        private readonly string table;
        private readonly List<string> columns;
        private readonly int[] key;
        private readonly string sql;

        public TableComparison(IEntityType entity, bool postgres)
        {
            table = entity.GetTableName()!;
            var properties = entity.GetProperties().ToList();
            columns = properties.ConvertAll(property => property.GetColumnName());
            var keys = entity.FindPrimaryKey()!.Properties;
            key = [.. keys.Select(property => properties.IndexOf((IProperty)property))];

            // Text in the order of its bytes, which is the order of the comparison here.
            var order = keys.Select(property => property.GetColumnName() + (postgres && property.ClrType == typeof(string) ? " COLLATE \"C\"" : ""));
            sql = $"SELECT {string.Join(", ", columns)} FROM {table} ORDER BY {string.Join(", ", order)}";
        }

        /// <returns>How many rows the live table has.</returns>
        public async Task<long> Run(DbConnection live, DbConnection built, List<string> differences, int most, CancellationToken ct)
        {
            await using var isQuery = Query(live);
            await using var shouldQuery = Query(built);
            await using var isRows = await isQuery.ExecuteReaderAsync(ct);
            await using var shouldRows = await shouldQuery.ExecuteReaderAsync(ct);
            var (hasIs, hasShould) = (await isRows.ReadAsync(ct), await shouldRows.ReadAsync(ct));
            var rows = 0L;
            while ((hasIs || hasShould) && differences.Count < most)
            {
                var order = !hasIs ? 1 : !hasShould ? -1 : Compare(isRows, shouldRows);
                if (order == 0)
                {
                    Differ(isRows, shouldRows, differences);
                }
                else
                {
                    differences.Add(order < 0 ? $"{table} {Key(isRows)} should not be there" : $"{table} {Key(shouldRows)} is missing");
                }

                if (order <= 0)
                {
                    rows++;
                    hasIs = await isRows.ReadAsync(ct);
                }

                if (order >= 0)
                {
                    hasShould = await shouldRows.ReadAsync(ct);
                }
            }

            return rows;
        }

        private DbCommand Query(DbConnection connection)
        {
            var command = connection.CreateCommand();
            command.CommandText = sql;
            return command;
        }

        private int Compare(DbDataReader a, DbDataReader b)
        {
            foreach (var column in key)
            {
                var order = (a.GetValue(column), b.GetValue(column)) switch
                {
                    (long x, long y) => x.CompareTo(y),
                    (int x, int y) => x.CompareTo(y),
                    (DateTime x, DateTime y) => x.CompareTo(y),
                    var (x, y) => string.CompareOrdinal(Text(x), Text(y)),
                };
                if (order != 0)
                {
                    return order;
                }
            }

            return 0;
        }

        private void Differ(DbDataReader isRow, DbDataReader shouldRow, List<string> differences)
        {
            for (var column = 0; column < columns.Count; column++)
            {
                var (found, expected) = (isRow.GetValue(column), shouldRow.GetValue(column));
                if (!found.Equals(expected))
                {
                    differences.Add($"{table} {Key(isRow)}: {columns[column]} is {Text(found)}, should be {Text(expected)}");
                    return;
                }
            }
        }

        private string Key(DbDataReader row) => string.Join(" ", key.Select(column => Text(row.GetValue(column))));

        private static string Text(object value) => value switch
        {
            DBNull => "empty",
            DateTime moment => moment.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
    }
}

/// <param name="Position">Up to where both were built.</param>
/// <param name="Rows">How many live rows were compared.</param>
/// <param name="Differences">The first few, each naming table, key and column; or why nothing could be compared.</param>
internal sealed record Verified(string Name, long Position, long Rows, IReadOnlyList<string> Differences)
{
    public bool Same => Differences.Count == 0;
}
