using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
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

    public void Add(object row)
    {
        if (!tables.TryGetValue(row.GetType(), out var table))
        {
            tables.Add(row.GetType(), table = new());
        }

        table.Rows.Add(row);
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

            table.Columns ??= Column.Of(db.Model.FindEntityType(type) ?? throw new InvalidOperationException($"{type.Name} is no table of {db.GetType().Name}."));
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
        var columns = table.Columns!;
        if (table.Insert is not { } insert)
        {
            table.Insert = insert = transaction.Connection!.CreateCommand();
            insert.CommandText = $"INSERT INTO {columns[0].Table} ({Names(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"${i}"))}){Otherwise}";
            for (var i = 0; i < columns.Count; i++)
            {
                insert.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            }
        }

        insert.Transaction = transaction;
        foreach (var row in table.Rows)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                insert.Parameters[i].Value = columns[i].Stored(row) ?? DBNull.Value;
            }

            insert.ExecuteNonQuery();
        }
    }

    private async Task InsertAll(Table table, NpgsqlTransaction transaction, CancellationToken ct)
    {
        var columns = table.Columns!;
        await using var insert = transaction.Connection!.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = $"INSERT INTO {columns[0].Table} ({Names(columns)}) SELECT * FROM unnest({string.Join(", ", columns.Select((_, i) => $"${i + 1}"))}){Otherwise}";
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

    private static string Names(List<Column> columns) => string.Join(", ", columns.Select(column => column.Name));

    private sealed class Table
    {
        public List<object> Rows { get; } = [];

        public List<Column>? Columns { get; set; }

        public SqliteCommand? Insert { get; set; }
    }

    private sealed record Column(string Table, string Name, Type Type, Func<object, object?> Stored)
    {
        public static List<Column> Of(IEntityType entity) => [.. entity.GetProperties().Select(property =>
        {
            var converter = property.GetTypeMapping().Converter;
            var read = property.PropertyInfo!;
            return new Column(
                entity.GetSchemaQualifiedTableName()!,
                property.GetColumnName(),
                converter?.ProviderClrType ?? property.ClrType,
                converter is null ? read.GetValue : row => converter.ConvertToProvider(read.GetValue(row)));
        })];
    }
}
