using System.Text;
using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using SQLitePCL;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// The statement that adds an event, kept ready in SQLite itself: a command looks up its parameters by name and boxes them
/// each time, which costs as much as the insert.
/// </summary>
internal sealed class EventInsert : IDisposable
{
    private const int LongestOnStack = 512;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public EventInsert(SqliteConnection connection)
    {
        _database = connection.Handle!;
        Require(raw.sqlite3_prepare_v2(
            _database, "INSERT INTO events (stream, revision, id, type, at, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)", out _statement));
    }

    /// <param name="at">Milliseconds since 1970.</param>
    /// <returns>Its position.</returns>
    /// <exception cref="SqliteException">It was not added.</exception>
    public long Add(string stream, long revision, NewEvent added, long at)
    {
        try
        {
            Span<byte> id = stackalloc byte[36];
            added.Id.TryFormat(id, out _, "D");
            Bind(1, stream);
            Require(raw.sqlite3_bind_int64(_statement, 2, revision));
            Bind(3, id);
            Bind(4, added.Type);
            Require(raw.sqlite3_bind_int64(_statement, 5, at));
            Bind(6, added.Data.Span);
            Bind(7, added.Metadata.Span);
            if (raw.sqlite3_step(_statement) is var answer and not raw.SQLITE_DONE)
            {
                Require(answer);
            }

            return raw.sqlite3_last_insert_rowid(_database);
        }
        finally
        {
            // Its answer is that of the step once more.
            _ = raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private void Bind(int index, string text)
    {
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = length <= LongestOnStack ? stackalloc byte[length] : new byte[length];
        Bind(index, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    private void Bind(int index, ReadOnlySpan<byte> text) =>
        Require(text.IsEmpty
            ? raw.sqlite3_bind_text(_statement, index, "") // An empty span would be NULL.
            : raw.sqlite3_bind_text(_statement, index, text));

    private void Require(int answer) => SqliteException.ThrowExceptionForRC(answer, _database);
}
