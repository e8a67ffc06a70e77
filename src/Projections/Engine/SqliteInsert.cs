using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace RandomChat.Projections.Engine;

/// <summary>
/// The statement that adds a row to a table, kept ready in SQLite itself: a command looks up its parameters by name and boxes them
/// each time, which costs as much as the insert.
/// </summary>
internal sealed class SqliteInsert : IDisposable
{
    private readonly IReadOnlyList<RowColumn> columns;
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;

    /// <param name="otherwise">What comes behind the values; empty: a row that cannot be added is a fault.</param>
    public SqliteInsert(SqliteConnection connection, string table, IReadOnlyList<RowColumn> columns, string otherwise)
    {
        (this.columns, database) = (columns, connection.Handle!);
        Require(raw.sqlite3_prepare_v2(
            database,
            $"INSERT INTO {table} ({string.Join(", ", columns.Select(column => column.Name))}) VALUES ({string.Join(", ", columns.Select(_ => "?"))}){otherwise}",
            out statement));
    }

    /// <exception cref="SqliteException">It was not added.</exception>
    public void Add(object row)
    {
        try
        {
            for (var i = 0; i < columns.Count; i++)
            {
                Require(columns[i].Bind(statement, i + 1, row));
            }

            if (raw.sqlite3_step(statement) is var answer and not raw.SQLITE_DONE)
            {
                Require(answer);
            }
        }
        finally
        {
            // Its answer is that of the step once more.
            _ = raw.sqlite3_reset(statement);
        }
    }

    public void Dispose() => statement.Dispose();

    private void Require(int answer) => SqliteException.ThrowExceptionForRC(answer, database);
}
