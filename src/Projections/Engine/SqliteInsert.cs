using Microsoft.Data.Sqlite;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Projections.Engine;

/// <summary>The statement that adds a row to a table.</summary>
/// <param name="otherwise">What comes behind the values; empty: a row that cannot be added is a fault.</param>
internal sealed class SqliteInsert(SqliteConnection connection, string table, IReadOnlyList<RowColumn> columns, string otherwise) : IDisposable
{
    private readonly SqliteStatement insert = new(
        connection,
        $"INSERT INTO {table} ({string.Join(", ", columns.Select(column => column.Name))}) VALUES ({string.Join(", ", columns.Select(_ => "?"))}){otherwise}");

    /// <exception cref="SqliteException">It was not added.</exception>
    public void Add(object row)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            columns[i].Bind(insert, i + 1, row);
        }

        insert.Run();
    }

    public void Dispose() => insert.Dispose();
}
