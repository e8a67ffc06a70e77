using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// The embedded event log: one SQLite file in write-ahead mode, synced in full before an append is answered. One
/// process writes; any number may read.
/// </summary>
public sealed class SqliteEventStore : IEventStore, IAppendProof, IAsyncDisposable
{
    internal const string Dependency = "event-log";

    private const int ScavengedAtOnce = 500;

    /// <summary>How late another process's events may be seen; this process's own wake the readers themselves.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly EventLogReaders _readers;
    private readonly EventLogWriter? _writer;
    private readonly LogSignal _signal = new();
    private readonly TimeProvider _time;
    private readonly Lock _pollerLock = new();
    private readonly CancellationTokenSource _closing = new();
    private ITimer? _poller;
    private long _polledEnd;
    private int _disposed;

    private SqliteEventStore(string file, TimeProvider time, bool writes, Action<int>? grouped = null, ILogger? log = null)
    {
        File = file;
        _time = time;
        _readers = new(file);
        _writer = writes ? new(file, time, _signal.Pulse, grouped, log) : null;
    }

    /// <summary>The file's full path.</summary>
    public string File { get; }

    /// <summary>Transactions committed by this instance that changed something: each was synced once.</summary>
    public long CommittedGroups => _writer?.CommittedGroups ?? 0;

    /// <summary>Events appended by this instance.</summary>
    public long AppendedEvents => _writer?.AppendedEvents ?? 0;

    /// <summary>Opens a log to read and append, and makes it where there is no file.</summary>
    /// <param name="file">Usually <c>events.db</c> in the data directory.</param>
    /// <param name="grouped">Told how many appends each commit held.</param>
    /// <param name="log">Told when appends begin to fail, and when they succeed again.</param>
    /// <exception cref="EventLogFileException">The file is damaged, foreign or not to be opened.</exception>
    public static SqliteEventStore Open(string file, TimeProvider time, Action<int>? grouped = null, ILogger<SqliteEventStore>? log = null)
    {
        file = Path.GetFullPath(file);
        EventLogFile.Prepare(file);
        return new(file, time, writes: true, grouped, log);
    }

    /// <summary>Opens an existing log to read, also while another process appends to it.</summary>
    /// <exception cref="EventLogFileException">There is no such file, or it is damaged, foreign or not to be opened.</exception>
    public static SqliteEventStore OpenReadOnly(string file, TimeProvider time)
    {
        file = Path.GetFullPath(file);
        EventLogFile.RequireLog(file);
        return new(file, time, writes: false);
    }

    public async IAsyncEnumerable<RecordedEvent> Read(StreamName stream, long fromRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        var page = new LogPage([], More: true);
        while (page.More)
        {
            ct.ThrowIfCancellationRequested();
            page = _readers.Read(reader => Page(reader, stream, fromRevision));
            foreach (var e in page.Events)
            {
                ct.ThrowIfCancellationRequested();
                yield return e;
                fromRevision = e.Revision + 1;
            }
        }
    }

    public ValueTask<AppendResult> Append(
        StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct)
    {
        var bytes = AppendArguments.Check(stream, expected, events);
        return new(Writer.Enqueue(stream, bytes, session => session.Append(stream, expected.Value, events), ct));
    }

    /// <inheritdoc/>
    public async ValueTask ProveAppends(CancellationToken ct) => await Writer.Proof.Prove(ct);

    public async ValueTask SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct)
    {
        var seconds = AppendArguments.CheckAge(stream, age);
        await Writer.Enqueue(
            stream,
            bytes: 0,
            session =>
            {
                session.SetMaxAge(stream.Value, seconds);
                return 0;
            },
            ct);
    }

    public IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct) => Follow(null, after, ct);

    /// <summary>
    /// As <see cref="Subscribe"/>, without the streams of one category, whose events are passed over inside the database:
    /// most of a log is messages, and who does not want them does not pay for them.
    /// </summary>
    /// <param name="category">The part of the streams' names before the first dash.</param>
    public IAsyncEnumerable<LogItem> SubscribeWithout(string category, LogPosition? after, CancellationToken ct) => Follow(category, after, ct);

    /// <summary>The position of the last event; null where the log is empty.</summary>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    public LogPosition? End() => _readers.Read(reader => reader.End()) is var end and > 0 ? new(end) : null;

    /// <summary>How long events of a stream can be read; null: for ever.</summary>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    public TimeSpan? AgeOf(StreamName stream) =>
        _readers.Read(reader => reader.Age(stream.Value)) is var seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The streams whose events are hidden after an age, and of which something can still be read.</summary>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    public IEnumerable<(StreamName Stream, TimeSpan Age)> Ages()
    {
        var (after, now) = ("", Now());
        while (_readers.Read(reader => reader.Ages(now, after)) is { Count: > 0 } page)
        {
            foreach (var (stream, seconds) in page)
            {
                yield return (new(stream), TimeSpan.FromSeconds(seconds));
            }

            after = page[^1].Stream;
        }
    }

    /// <summary>Deletes events that have expired by their stream's age, a few at a time between appends. The last event of every stream stays.</summary>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="DependencyUnavailableException">It stopped before the end; what was deleted before stays deleted.</exception>
    public async Task<long> Scavenge(CancellationToken ct)
    {
        var total = 0L;
        var cursor = "";
        var now = Now();

        // What has expired is looked for in the index of streams.
        await Writer.Enqueue(
            new("writer"),
            bytes: 0,
            session =>
            {
                session.EnterFresh();
                return 0;
            },
            ct,
            alone: true);
        while (true)
        {
            var after = cursor;
            var streams = await Task.Run(() => _readers.Read(reader => reader.Expired(now, after)), ct);
            if (streams.Count == 0)
            {
                return total;
            }

            foreach (var (stream, before) in streams)
            {
                int deleted;
                do
                {
                    deleted = await Writer.Enqueue(
                        new(stream), bytes: 0, session => session.Delete(stream, before, ScavengedAtOnce), ct);
                    total += deleted;
                }
                while (deleted == ScavengedAtOnce);

                cursor = stream;
            }
        }
    }

    /// <summary>Finishes the appends that are queued, takes no new ones, and brings the write-ahead log into the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        lock (_pollerLock)
        {
            _poller?.Dispose();
        }

        await _closing.CancelAsync();
        _readers.Dispose();
        if (_writer is not null)
        {
            await _writer.Finish();
        }
    }

    /// <summary>
    /// Which log this is, for stores that others share: an id that is kept in the file, so that a copy of it and a backup have the same.
    /// Of a log that has no such id yet it is its first event's, since older backups hold that one as well.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The id is not there yet and cannot be kept now.</exception>
    public Task<Guid> Identity(CancellationToken ct) => Writer.Enqueue(new("writer"), bytes: 0, session => session.Identity(), ct, alone: true);

    /// <summary>Lets a test look at or restrict the writer's connection, inside a group's transaction.</summary>
    internal Task<T> OnWriter<T>(Func<SqliteConnection, T> use) =>
        Writer.Enqueue(new("writer"), bytes: 0, session => use(session.Connection), CancellationToken.None);

    private EventLogWriter Writer => _writer ?? throw new InvalidOperationException($"{File} was opened to read only.");

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private async IAsyncEnumerable<LogItem> Follow(string? without, LogPosition? after, [EnumeratorCancellation] CancellationToken ct)
    {
        StartPoller();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        var position = after?.Value ?? 0;
        var (saidCaughtUp, isLive) = (false, false);

        // Who looks at the first event only does not wait for a thousand.
        var limit = 16;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var grown = _signal.Next;
            var (from, most) = (position, limit);

            // Until it is caught up for the first time it reads the file alone: an audit is about what lies there. A long
            // replay does not hold its caller's thread. The end is taken first: what is written up to there stays as it is,
            // so nothing is passed over unseen.
            var (end, page) = (isLive ? _writer?.Tail.After(from, without, most, Volatile.Read(ref _polledEnd)) : null)
                ?? await Task.Run(() => _readers.Read(reader => Next(reader, without, from, most)), ct);
            limit = Math.Min(limit * 4, EventLogReader.MostEvents);
            foreach (var e in page.Events)
            {
                yield return new LogItem.Event(e);
                position = e.Position.Value;
                saidCaughtUp = false;
            }

            if (page.More)
            {
                continue;
            }

            if (position < end)
            {
                yield return new LogItem.Passed(new(end));
                position = end;
                saidCaughtUp = false;
            }

            if (!saidCaughtUp)
            {
                // Where nothing was read, the log's own end is said: it tells whoever followed another log before.
                var caughtUp = page.Events.Count > 0 ? position : end;
                yield return new LogItem.CaughtUp(caughtUp == 0 ? null : new LogPosition(caughtUp));
                (saidCaughtUp, isLive) = (true, true);
            }

            await Grown(grown, ends.Token, ct);
        }
    }

    /// <summary>
    /// What is not in the index of streams yet is taken from memory, where that has it all. It is asked first: what is entered
    /// meanwhile is found twice and not missed.
    /// </summary>
    private LogPage Page(EventLogReader reader, StreamName stream, long from)
    {
        if (_writer is not { IndexedUpTo: >= 0 and var indexed } writer || writer.Tail.Of(stream, indexed, reader.End()) is not { } fresh)
        {
            return reader.Stream(stream, from, Now());
        }

        var page = reader.Indexed(stream, from, Now());
        if (page.More || fresh.Count == 0)
        {
            return page;
        }

        var last = page.Events.Count > 0 ? page.Events[^1].Revision : from - 1;
        var shownSince = reader.Age(stream.Value) is var age and > 0 ? Now() - (age * 1_000) : long.MinValue;
        page.Events.AddRange(fresh.Where(e => e.Revision > last && e.At.ToUnixTimeMilliseconds() >= shownSince));
        return page;
    }

    private static (long End, LogPage Page) Next(EventLogReader reader, string? without, long from, int most)
    {
        var end = reader.End();
        return (end, end <= from ? new([], More: false) : without is null ? reader.After(from, most) : reader.AfterWithout(without, from, end, most));
    }

    private static async Task Grown(Task grown, CancellationToken ends, CancellationToken ct)
    {
        try
        {
            await grown.WaitAsync(ends);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new DependencyUnavailableException(Dependency, new ObjectDisposedException(nameof(SqliteEventStore)));
        }
    }

    private void StartPoller()
    {
        lock (_pollerLock)
        {
            if (_disposed == 0)
            {
                _poller ??= _time.CreateTimer(_ => LookForOthers(), null, Poll, Poll);
            }
        }
    }

    private void LookForOthers()
    {
        try
        {
            var end = _readers.Read(reader => reader.End());
            if (Interlocked.Exchange(ref _polledEnd, end) != end)
            {
                _signal.Pulse();
            }
        }
        catch (DependencyUnavailableException)
        {
            // The next tick looks again.
        }
    }
}
