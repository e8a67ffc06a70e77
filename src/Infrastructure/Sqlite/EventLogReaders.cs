using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>Readers that wait for their next use. A reader is lent for one page and never while a consumer works.</summary>
internal sealed class EventLogReaders(string file) : IDisposable
{
    private const int MostIdle = 8;
    private readonly ConcurrentBag<EventLogReader> _idle = [];
    private volatile bool _closed;

    /// <exception cref="DependencyUnavailableException">The log cannot be read now, or is closed.</exception>
    public T Read<T>(Func<EventLogReader, T> read)
    {
        if (_closed)
        {
            throw new DependencyUnavailableException(SqliteEventStore.Dependency, new ObjectDisposedException(nameof(SqliteEventStore)));
        }

        EventLogReader? reader = null;
        try
        {
            reader = _idle.TryTake(out var idle) ? idle : new EventLogReader(file);
            var result = read(reader);
            Keep(reader);
            return result;
        }
        catch (SqliteException e)
        {
            reader?.Dispose();
            throw new DependencyUnavailableException(SqliteEventStore.Dependency, e);
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    private void Keep(EventLogReader reader)
    {
        if (_closed || _idle.Count >= MostIdle)
        {
            reader.Dispose();
            return;
        }

        _idle.Add(reader);
        if (_closed)
        {
            Dispose();
        }
    }
}
