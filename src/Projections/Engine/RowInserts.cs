using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace RandomChat.Projections.Engine;

/// <summary>
/// Rows that a batch adds in bulk, in the transaction of the batch: by one prepared statement in SQLite, by one statement
/// over arrays in PostgreSQL.
/// </summary>
/// <param name="mayBeThere">Whether a row whose key is there already is left out; otherwise it is a fault.</param>
internal sealed class RowInserts(bool mayBeThere) : IDisposable
{
    private readonly Dictionary<Type, Table> tables = [];
    private string? aside;

    public void Add(object row)
    {
        if (!tables.TryGetValue(row.GetType(), out var table))
        {
            tables.Add(row.GetType(), table = new());
        }

        table.Rows.Add(row);
    }

    /// <summary>Adds rows of tables that are only added to elsewhere, as they come, to the tables of the same name.</summary>
    /// <param name="schema">Of SQLite; null: to the tables themselves, from now on.</param>
    public void PutAside(string? schema)
    {
        Dispose();
        tables.Clear();
        aside = schema;
    }

    public void Clear()
    {
        foreach (var table in tables.Values)
        {
            table.Rows.Clear();
        }
    }

    public async Task Flush(DbContext db, DbTransaction transaction, CancellationToken ct)
    {
        foreach (var (type, table) in tables)
        {
            if (table.Rows.Count == 0)
            {
                continue;
            }

            if (table.Columns is null)
            {
                var entity = db.Model.FindEntityType(type) ?? throw new InvalidOperationException($"{type.Name} is no table of {db.GetType().Name}.");
                (table.Columns, table.IsOnlyAddedTo) = (RowColumn.Of(entity), BuildOrder.IsOnlyAddedTo(entity));
            }

            if (transaction is SqliteTransaction sqlite)
            {
                InsertEach(table, sqlite);
            }
            else
            {
                await InsertAll(table, (NpgsqlTransaction)transaction, ct);
            }

            table.Rows.Clear();
        }
    }

    public void Dispose()
    {
        foreach (var table in tables.Values)
        {
            table.Insert?.Dispose();
        }
    }

    private string Otherwise => mayBeThere ? " ON CONFLICT DO NOTHING" : "";

    private void InsertEach(Table table, SqliteTransaction transaction)
    {
        table.Insert ??= table.IsOnlyAddedTo && aside is not null
            ? new(transaction.Connection!, $"{aside}.{table.Columns![0].Table}", table.Columns, string.Empty)
            : new(transaction.Connection!, table.Columns![0].Table, table.Columns, Otherwise);
        foreach (var row in table.Rows)
        {
            table.Insert.Add(row);
        }
    }

    private async Task InsertAll(Table table, NpgsqlTransaction transaction, CancellationToken ct)
    {
        var columns = table.Columns!;
        await using var insert = transaction.Connection!.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = $"INSERT INTO {columns[0].Table} ({string.Join(", ", columns.Select(column => column.Name))}) SELECT * FROM unnest({string.Join(", ", columns.Select((_, i) => $"${i + 1}"))}){Otherwise}";
        foreach (var column in columns)
        {
            var values = Array.CreateInstance(column.Type, table.Rows.Count);
            for (var i = 0; i < table.Rows.Count; i++)
            {
                values.SetValue(column.Stored(table.Rows[i]), i);
            }

            insert.Parameters.Add(new NpgsqlParameter { Value = values });
        }

        await insert.ExecuteNonQueryAsync(ct);
    }

    private sealed class Table
    {
        public List<object> Rows { get; } = [];

        public IReadOnlyList<RowColumn>? Columns { get; set; }

        public bool IsOnlyAddedTo { get; set; }

        public SqliteInsert? Insert { get; set; }
    }
}
