using System.Globalization;
using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using SQLitePCL;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>The writer's connection and what it does inside one group's transaction. Used by the writer's thread alone.</summary>
internal sealed class WriterSession : IDisposable
{
    /// <summary>Bytes that have to fit for appends to be said to: more than the largest message, less than anybody would miss.</summary>
    private const int Room = 256 << 10;

    private readonly StreamHeads _heads = new(generation: 50_000);
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _dataVersion;
    private readonly SqliteCommand _head;
    private readonly SqliteCommand _ids;
    private readonly EventInsert _insert;
    private readonly FreshEvents _fresh;
    private readonly SqliteCommand _maxAge;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand? _forget;
    private readonly List<RecordedEvent> _recorded = [];
    private DateTimeOffset _at;
    private long _seenDataVersion;

    public WriterSession(string file)
    {
        Connection = EventLogFile.OpenWriter(file);
        _begin = Connection.Command("BEGIN IMMEDIATE");
        _commit = Connection.Command("COMMIT");
        _dataVersion = Connection.Command("PRAGMA data_version");
        _head = Connection.Command("SELECT coalesce((SELECT revision FROM indexed_events WHERE stream = $stream ORDER BY revision DESC LIMIT 1), -1)", "$stream");
        _ids = Connection.Command(
            """
            SELECT id, position, revision FROM indexed_events WHERE stream = $stream AND revision > $after AND revision <= $upTo
            UNION ALL
            SELECT id, position, revision FROM fresh_events WHERE stream = $stream AND revision > $after AND revision <= $upTo
            ORDER BY revision
            """,
            "$stream", "$after", "$upTo");
        _insert = new(Connection);
        _fresh = new(Connection);
        _maxAge = Connection.Command(
            """
            INSERT INTO streams (stream, max_age_seconds) VALUES ($stream, $seconds)
            ON CONFLICT (stream) DO UPDATE SET max_age_seconds = excluded.max_age_seconds
            WHERE max_age_seconds <> excluded.max_age_seconds
            """,
            "$stream", "$seconds");
        _delete = Connection.Command(
            """
            DELETE FROM events WHERE position IN (
                SELECT position FROM indexed_events
                WHERE stream = $stream AND at < $before
                    AND revision < (SELECT revision FROM indexed_events WHERE stream = $stream ORDER BY revision DESC LIMIT 1)
                ORDER BY revision LIMIT $limit)
            """,
            "$stream", "$before", "$limit");
        _forget = StreamIndex.IsBatched(Connection)
            ? Connection.Command(
                """
                DELETE FROM places WHERE stream = $stream
                AND revision < (SELECT revision FROM indexed_events WHERE stream = $stream ORDER BY revision LIMIT 1)
                """,
                "$stream")
            : null;
    }

    public SqliteConnection Connection { get; }

    /// <summary>Events that this group has inserted so far, in the order of their positions.</summary>
    public IReadOnlyList<RecordedEvent> Recorded => _recorded;

    /// <summary>Whether this group has deleted any.</summary>
    public bool Deleted { get; private set; }

    /// <summary>Whether this group has changed anything, so that its commit costs a write.</summary>
    public bool Changed { get; private set; }

    /// <summary>The moment of this group, in milliseconds since 1970.</summary>
    public long Now { get; private set; }

    public void Begin(long now)
    {
        _recorded.Clear();
        Deleted = false;
        Changed = false;
        Now = now;
        _at = DateTimeOffset.FromUnixTimeMilliseconds(now);
        _begin.ExecuteNonQuery();

        // Changes only when another connection has written, which no part of this process does: then the heads are stale.
        if (_dataVersion.Number() is var version && version != _seenDataVersion)
        {
            _heads.Clear();
            _fresh.Forget();
            _seenDataVersion = version;
        }

        _fresh.Know();
    }

    public void Commit() => _commit.ExecuteNonQuery();

    /// <inheritdoc cref="FreshEvents.UpTo"/>
    public long IndexedUpTo => _fresh.UpTo;

    /// <summary>Whether so many events wait for the index of streams that it is time.</summary>
    public bool HasManyFresh => _fresh.AreMany;

    /// <summary>Enters what is fresh into the index of streams.</summary>
    public void EnterFresh()
    {
        if (!_fresh.AreNone)
        {
            _fresh.Enter();
            Changed = true;
        }
    }

    /// <summary>The same in a transaction of its own.</summary>
    /// <exception cref="SqliteException">It failed and is to be rolled back: nothing is lost by it.</exception>
    public void EnterFreshAlone()
    {
        Begin(Now);
        EnterFresh();
        Commit();
        _fresh.Entered();
    }

    /// <summary>Ends the transaction without a trace; false where the connection cannot be used any more.</summary>
    public bool TryRollBack()
    {
        _heads.Clear();
        _fresh.Forget();
        try
        {
            // SQLite has rolled back by itself after some errors.
            if (raw.sqlite3_get_autocommit(Connection.Handle) == 0)
            {
                Connection.Run("ROLLBACK");
            }

            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    public AppendResult Append(StreamName name, long expected, IReadOnlyList<NewEvent> events)
    {
        var stream = name.Value;
        if (!_heads.TryGet(stream, out var head) && !_fresh.TryGet(stream, out head))
        {
            head = _head.With(stream).Number();
        }

        if (head != expected)
        {
            _heads.Set(stream, head);
            return head > expected && AppendedBefore(stream, expected, events) is { } before
                ? before
                : new AppendResult.WrongRevision(head);
        }

        LogPosition position = default;
        foreach (var e in events)
        {
            position = new(_insert.Add(stream, ++head, e, Now));
            _recorded.Add(new(name, head, position, e.Id, e.Type, _at, e.Data, e.Metadata));
        }

        _heads.Set(stream, head);
        _fresh.Added(stream, head, events.Count);
        Changed = true;
        return new AppendResult.Appended(head, position);
    }

    public void SetMaxAge(string stream, long seconds) =>
        Changed |= _maxAge.With(stream, seconds).ExecuteNonQuery() > 0;

    /// <summary>Deletes up to <paramref name="limit"/> events older than a moment, but never a stream's last: revisions go on from it.</summary>
    public int Delete(string stream, long before, int limit)
    {
        var deleted = _delete.With(stream, before, limit).ExecuteNonQuery();
        if (deleted > 0)
        {
            _forget?.With(stream).ExecuteNonQuery();
        }

        Deleted |= deleted > 0;
        Changed |= deleted > 0;
        return deleted;
    }

    /// <summary>The id that is kept in the file; writes only where there is none.</summary>
    public Guid Identity()
    {
        Connection.Run("CREATE TABLE IF NOT EXISTS log (id TEXT NOT NULL)");
        using var first = Connection.Command(
            "INSERT INTO log (id) SELECT coalesce((SELECT id FROM events ORDER BY position LIMIT 1), $new) WHERE NOT EXISTS (SELECT 1 FROM log)", "$new");
        first.With($"{Guid.NewGuid():D}").ExecuteNonQuery();
        return Guid.Parse(Connection.Text("SELECT id FROM log")!);
    }

    /// <summary>Takes room in the file, as appends would; it stays taken until it is given back, or taken again.</summary>
    public void TakeRoom() =>
        Connection.Run(string.Create(CultureInfo.InvariantCulture, $"DROP TABLE IF EXISTS room; CREATE TABLE room AS SELECT randomblob({Room}) AS bytes;"));

    /// <summary>Gives it back to the events that come next.</summary>
    public void GiveRoomBack() => Connection.Run("DROP TABLE IF EXISTS room");

    public void Dispose()
    {
        foreach (var command in (IDisposable[])[_begin, _commit, _dataVersion, _head, _ids, _insert, _fresh, _maxAge, _delete])
        {
            command.Dispose();
        }

        _forget?.Dispose();
        Connection.Dispose();
    }

    private AppendResult.Appended? AppendedBefore(string stream, long expected, IReadOnlyList<NewEvent> events)
    {
        using var rows = _ids.With(stream, expected, expected + events.Count).ExecuteReader();
        var position = 0L;
        foreach (var e in events)
        {
            if (!rows.Read() || rows.GetGuid(0) != e.Id)
            {
                return null;
            }

            position = rows.GetInt64(1);
        }

        return new(expected + events.Count, new(position));
    }
}
