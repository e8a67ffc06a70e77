using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>The statement that adds an event.</summary>
internal sealed class EventInsert(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _insert = new(
        connection, "INSERT INTO events (stream, revision, id, type, at, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)");

    /// <param name="at">Milliseconds since 1970.</param>
    /// <returns>Its position.</returns>
    /// <exception cref="SqliteException">It was not added.</exception>
    public long Add(string stream, long revision, NewEvent added, long at)
    {
        Span<byte> id = stackalloc byte[36];
        added.Id.TryFormat(id, out _, "D");
        _insert.Bind(1, stream);
        _insert.Bind(2, revision);
        _insert.Bind(3, id);
        _insert.Bind(4, added.Type);
        _insert.Bind(5, at);
        _insert.Bind(6, added.Data.Span);
        _insert.Bind(7, added.Metadata.Span);
        _insert.Run();
        return _insert.LastRow;
    }

    public void Dispose() => _insert.Dispose();
}
