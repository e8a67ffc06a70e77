using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// A statement without an answer, kept ready in SQLite itself, for what is done to every row: a command looks up its parameters by
/// name and boxes them each time, which costs as much as an insert. Parameters are counted from 1. Used by one thread at a time, and
/// disposed before its connection.
/// </summary>
public sealed class SqliteStatement : IDisposable
{
    private const int LongestOnStack = 512;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <exception cref="SqliteException">It is no statement of this database.</exception>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Require(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <summary>The row that this connection inserted last.</summary>
    public long LastRow => raw.sqlite3_last_insert_rowid(_database);

    public void Bind(int index, long number) => Require(raw.sqlite3_bind_int64(_statement, index, number));

    public void Bind(int index, double number) => Require(raw.sqlite3_bind_double(_statement, index, number));

    /// <param name="text">Null where there is nothing.</param>
    public void Bind(int index, string? text)
    {
        if (text is null)
        {
            Require(raw.sqlite3_bind_null(_statement, index));
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = most <= LongestOnStack ? stackalloc byte[most] : new byte[most];
        Bind(index, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    /// <param name="text">UTF-8.</param>
    public void Bind(int index, ReadOnlySpan<byte> text) =>
        Require(text.IsEmpty
            ? raw.sqlite3_bind_text(_statement, index, "") // An empty span would be NULL.
            : raw.sqlite3_bind_text(_statement, index, text));

    public void BindBytes(int index, byte[] bytes) => Require(raw.sqlite3_bind_blob(_statement, index, bytes));

    /// <summary>Does it once, with the parameters as they are.</summary>
    /// <exception cref="SqliteException">It was not done.</exception>
    public void Run()
    {
        try
        {
            if (raw.sqlite3_step(_statement) is var answer and not raw.SQLITE_DONE)
            {
                Require(answer);
            }
        }
        finally
        {
            // Its answer is that of the step once more.
            _ = raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private void Require(int answer) => SqliteException.ThrowExceptionForRC(answer, _database);
}
