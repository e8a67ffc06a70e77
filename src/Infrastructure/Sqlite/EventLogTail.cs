using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// What was committed last, in memory and without a gap, so that who is caught up with the log does not read from the file
/// what this process has just written: several follow it, and each commit wakes them all.
/// </summary>
internal sealed class EventLogTail
{
    internal const int MostEvents = 4_096;
    private const int MostBytes = 8 << 20;

    private readonly Lock _lock = new();

    /// <summary>Each event where its position says.</summary>
    private readonly RecordedEvent?[] _events = new RecordedEvent?[MostEvents];
    private long _bytes;
    private long _begin = 1;
    private long _end;

    /// <summary>Takes a group over, in the order of its positions, once it is durable.</summary>
    public void Add(IReadOnlyList<RecordedEvent> committed)
    {
        lock (_lock)
        {
            foreach (var one in committed)
            {
                if (one.Position.Value != _end + 1)
                {
                    // The first one here, or another process wrote in between: what comes before is in the file alone.
                    Forget(one.Position.Value);
                }

                _end = one.Position.Value;
                while (_begin <= _end - MostEvents || (_bytes > MostBytes && _begin < _end))
                {
                    Drop();
                }

                _events[_end % MostEvents] = one;
                _bytes += SizeOf(one);
            }
        }
    }

    /// <summary>Forgets everything, because some of it was deleted.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            Forget(_end + 1);
        }
    }

    /// <summary>The events behind a position.</summary>
    /// <param name="without">A category that is left out; null: none.</param>
    /// <param name="seen">The last position that was found in the file.</param>
    /// <returns>With the position of the last event; null where a part of it is in the file alone.</returns>
    public (long End, LogPage Page)? After(long position, string? without, int most, long seen)
    {
        lock (_lock)
        {
            if (_end == 0 || position < _begin - 1 || position > _end || seen > _end)
            {
                return null;
            }

            var prefix = without + '-';
            var found = new List<RecordedEvent>();
            for (var next = position + 1; next <= _end && found.Count < most; next++)
            {
                var one = _events[next % MostEvents]!;
                if (without is null || !one.Stream.Value.StartsWith(prefix, StringComparison.Ordinal))
                {
                    found.Add(one);
                }
            }

            return (_end, new(found, More: found.Count == most));
        }
    }

    /// <summary>The events of a stream behind a position.</summary>
    /// <param name="end">The last position that is in the file.</param>
    /// <returns>Null where a part of what is behind it is in the file alone.</returns>
    public List<RecordedEvent>? Of(StreamName stream, long position, long end)
    {
        lock (_lock)
        {
            if (_end == 0 || position < _begin - 1 || end > _end)
            {
                return null;
            }

            var found = new List<RecordedEvent>();
            for (var next = Math.Min(position, _end) + 1; next <= _end; next++)
            {
                if (_events[next % MostEvents] is { } one && one.Stream == stream)
                {
                    found.Add(one);
                }
            }

            return found;
        }
    }

    private static int SizeOf(RecordedEvent one) => one.Data.Length + one.Metadata.Length;

    private void Forget(long begin)
    {
        Array.Clear(_events);
        _bytes = 0;
        _begin = begin;
        _end = begin - 1;
    }

    private void Drop()
    {
        ref var oldest = ref _events[_begin % MostEvents];
        _bytes -= SizeOf(oldest!);
        oldest = null;
        _begin++;
    }
}
