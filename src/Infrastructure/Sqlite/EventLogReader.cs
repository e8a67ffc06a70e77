using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>A connection that reads. One caller at a time; each page is a snapshot of its own.</summary>
internal sealed class EventLogReader : IDisposable
{
    public const int MostEvents = 1_000;
    private const int MostBytes = 4 << 20;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _stream;
    private readonly SqliteCommand _indexed;
    private readonly SqliteCommand _after;
    private readonly SqliteCommand _afterWithout;
    private readonly SqliteCommand _end;
    private readonly SqliteCommand _expired;
    private readonly SqliteCommand _age;
    private readonly SqliteCommand _ages;

    public EventLogReader(string file)
    {
        _connection = EventLogFile.OpenReader(file);
        const string OfStream =
            """
            WHERE stream = $stream AND revision >= $from AND at >= coalesce(
                (SELECT $now - max_age_seconds * 1000 FROM streams WHERE stream = $stream), -9223372036854775808)
            """;
        _stream = _connection.Command(
            $"""
            SELECT position, stream, revision, id, type, at, data, metadata FROM indexed_events {OfStream}
            UNION ALL
            SELECT position, stream, revision, id, type, at, data, metadata FROM fresh_events {OfStream}
            ORDER BY revision LIMIT $limit
            """,
            "$stream", "$from", "$now", "$limit");
        _indexed = _connection.Command(
            $"SELECT position, stream, revision, id, type, at, data, metadata FROM indexed_events {OfStream} ORDER BY revision LIMIT $limit",
            "$stream", "$from", "$now", "$limit");
        _after = _connection.Command(
            """
            SELECT position, stream, revision, id, type, at, data, metadata FROM events
            WHERE position > $after ORDER BY position LIMIT $limit
            """,
            "$after", "$limit");
        _afterWithout = _connection.Command(
            // The plus keeps the query off the index of streams: it walks the log, and what it leaves out is not decoded.
            """
            SELECT position, stream, revision, id, type, at, data, metadata FROM events
            WHERE position > $after AND position <= $end AND (+stream < $first OR +stream >= $behind)
            ORDER BY position LIMIT $limit
            """,
            "$after", "$end", "$first", "$behind", "$limit");
        _end = _connection.Command("SELECT max(position) FROM events");
        _expired = _connection.Command(
            // Only the oldest event is asked: to ask all of them would read every message of the day.
            """
            SELECT stream, $now - max_age_seconds * 1000 FROM streams
            WHERE stream > $after AND EXISTS (
                SELECT 1 FROM (SELECT at, revision FROM indexed_events e WHERE e.stream = streams.stream ORDER BY revision LIMIT 1) oldest
                WHERE oldest.at < $now - max_age_seconds * 1000 AND oldest.revision <
                    (SELECT revision FROM indexed_events e WHERE e.stream = streams.stream ORDER BY revision DESC LIMIT 1))
            ORDER BY stream LIMIT 100
            """,
            "$now", "$after");
        _age = _connection.Command("SELECT coalesce((SELECT max_age_seconds FROM streams WHERE stream = $stream), 0)", "$stream");
        _ages = _connection.Command(
            """
            SELECT stream, max_age_seconds FROM streams
            WHERE stream > $after AND (
                EXISTS (SELECT 1 FROM indexed_events e WHERE e.stream = streams.stream AND e.at >= $now - max_age_seconds * 1000)
                OR (stream IN (SELECT stream FROM fresh_events) AND EXISTS (
                    SELECT 1 FROM fresh_events e WHERE e.stream = streams.stream AND e.at >= $now - max_age_seconds * 1000)))
            ORDER BY stream LIMIT 1000
            """,
            "$now", "$after");
    }

    /// <param name="now">Milliseconds since 1970; what expired by then is left out.</param>
    public LogPage Stream(StreamName stream, long from, long now) =>
        Page(_stream.With(stream.Value, from, now, MostEvents), MostEvents);

    /// <summary>As <see cref="Stream"/>, as far as the index of streams goes.</summary>
    public LogPage Indexed(StreamName stream, long from, long now) =>
        Page(_indexed.With(stream.Value, from, now, MostEvents), MostEvents);

    public LogPage After(long position, int limit) => Page(_after.With(position, limit), limit);

    /// <summary>As <see cref="After"/>, without the streams of a category, and up to a position that is known to be written.</summary>
    public LogPage AfterWithout(string category, long position, long end, int limit) =>
        Page(_afterWithout.With(position, end, category + '-', category + '.', limit), limit);

    /// <summary>The position of the last event, 0 where there is none.</summary>
    public long End() => _end.Number();

    /// <summary>Streams behind a name that hold something to scavenge as far as the index of streams goes, each with the moment before which its events have expired.</summary>
    public List<(string Stream, long Before)> Expired(long now, string after)
    {
        using var rows = _expired.With(now, after).ExecuteReader();
        var streams = new List<(string, long)>();
        while (rows.Read())
        {
            streams.Add((rows.GetString(0), rows.GetInt64(1)));
        }

        return streams;
    }

    /// <summary>Seconds after which events of a stream are hidden, 0 where they never are.</summary>
    public long Age(string stream) => _age.With(stream).Number();

    /// <summary>Streams behind a name that have an age and something that can still be read, each with its age in seconds.</summary>
    public List<(string Stream, long Seconds)> Ages(long now, string after)
    {
        using var rows = _ages.With(now, after).ExecuteReader();
        var streams = new List<(string, long)>();
        while (rows.Read())
        {
            streams.Add((rows.GetString(0), rows.GetInt64(1)));
        }

        return streams;
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_stream, _indexed, _after, _afterWithout, _end, _expired, _age, _ages])
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private static LogPage Page(SqliteCommand query, int limit)
    {
        var events = new List<RecordedEvent>();
        var bytes = 0;
        using var rows = query.ExecuteReader();
        while (bytes < MostBytes && rows.Read())
        {
            // The columns are UTF-8 text; read as bytes they need no decoding.
            var data = rows.GetFieldValue<byte[]>(6);
            var metadata = rows.GetFieldValue<byte[]>(7);
            bytes += data.Length + metadata.Length;
            events.Add(new(
                new(rows.GetString(1)), rows.GetInt64(2), new(rows.GetInt64(0)), rows.GetGuid(3), rows.GetString(4),
                DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(5)), data, metadata));
        }

        return new(events, More: events.Count == limit || bytes >= MostBytes);
    }
}

/// <param name="More">Whether there may be events behind these.</param>
internal sealed record LogPage(List<RecordedEvent> Events, bool More);
