using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using SQLitePCL;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// The one writer of a log: a thread that puts all that is queued into one transaction. While a commit waits for the
/// disk the next group gathers, so that a lone append costs one sync and a thousand at once cost a few.
/// </summary>
internal sealed class EventLogWriter
{
    private const int MostInGroup = 2_000;
    private const int MostBytesInGroup = 16 << 20;
    private const int AnsweredTogether = 32;

    private readonly BlockingCollection<WriterWork> _queue = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _file;
    private readonly TimeProvider _time;
    private readonly Action _committed;
    private readonly Action<int>? _grouped;
    private readonly ILogger? _log;
    private WriterSession? _session;
    private long _groups;
    private long _events;
    private long _indexedUpTo = -1;
    private bool _indexWaits;

    /// <param name="committed">Called on the writer's thread after each group that changed something.</param>
    /// <param name="grouped">Told on the same thread how many appends a group held.</param>
    /// <param name="log">Told when groups, or entering into the index of streams, begin to fail and when they need not any more.</param>
    public EventLogWriter(string file, TimeProvider time, Action committed, Action<int>? grouped = null, ILogger? log = null)
    {
        Proof = new(apply => Enqueue(new("writer"), bytes: 0, session => Done(apply, session), CancellationToken.None, alone: true), time, log);
        _file = file;
        _time = time;
        _committed = committed;
        _grouped = grouped;
        _log = log;
        new Thread(Work) { IsBackground = true, Name = "event log writer" }.Start();
    }

    public AppendProof Proof { get; }

    /// <summary>What it committed last.</summary>
    public EventLogTail Tail { get; } = new();

    /// <summary>A position up to which the index of streams has everything; -1 where that is not known yet.</summary>
    public long IndexedUpTo => Volatile.Read(ref _indexedUpTo);

    public long CommittedGroups => Volatile.Read(ref _groups);

    public long AppendedEvents => Volatile.Read(ref _events);

    /// <exception cref="DependencyUnavailableException">Nothing was done.</exception>
    public Task<T> Enqueue<T>(StreamName stream, int bytes, Func<WriterSession, T> apply, CancellationToken ct, bool alone = false)
    {
        ct.ThrowIfCancellationRequested();
        var work = new WriterWork<T>(stream, bytes, apply, alone);
        try
        {
            _queue.Add(work, CancellationToken.None);
        }
        catch (InvalidOperationException e)
        {
            throw new DependencyUnavailableException(SqliteEventStore.Dependency, e);
        }

        return work.Answer(ct);
    }

    /// <summary>Takes nothing new, finishes what is queued, and brings the write-ahead log into the file.</summary>
    public Task Finish()
    {
        _queue.CompleteAdding();
        return _ended.Task;
    }

    private void Work()
    {
        var group = new List<WriterWork>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            var bytes = 0;
            WriterWork? alone = null;
            for (var next = first; next is not null; next = alone is null ? Next(group.Count, bytes) : null)
            {
                if (!next.TryTake())
                {
                    continue;
                }

                if (next.Alone)
                {
                    alone = next;
                }
                else
                {
                    group.Add(next);
                    bytes += next.Bytes;
                }
            }

            if (group.Count > 0)
            {
                Write(group);
                group.Clear();
            }

            if (alone is not null)
            {
                Write([alone]);
            }
        }

        Close();
        _ended.TrySetResult();
    }

    private static bool Done(Action<WriterSession> apply, WriterSession session)
    {
        apply(session);
        return true;
    }

    private WriterWork? Next(int count, int bytes) =>
        count < MostInGroup && bytes < MostBytesInGroup && _queue.TryTake(out var next) ? next : null;

    private void Write(List<WriterWork> group)
    {
        try
        {
            _session ??= new WriterSession(_file);
            _session.Begin(_time.GetUtcNow().ToUnixTimeMilliseconds());
            foreach (var work in group)
            {
                work.Apply(_session);
            }
        }
        catch (Exception e)
        {
            // Whatever it was, it came before the commit: nobody is told that something was recorded.
            Abandon(e);
            Proof.Failed(e);
            Answer(group, work => work.Fail(e));
            return;
        }

        try
        {
            _session.Commit();
        }
        catch (Exception e)
        {
            var rolledBack = Abandon(e);

            // A full disk refuses the frame that carries the commit mark, and a lock comes before any frame: neither can
            // reappear after a crash. After anything else (a sync that failed) it can.
            var nothingRecorded = rolledBack && e is SqliteException { SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_BUSY };
            Proof.Failed(e);
            Answer(group, nothingRecorded ? work => work.Fail(e) : work => work.FailUnknown(e));
            return;
        }

        if (_session.Changed)
        {
            Interlocked.Increment(ref _groups);
            Interlocked.Add(ref _events, _session.Recorded.Count);
            if (_session.Deleted)
            {
                Tail.Clear();
            }

            Tail.Add(_session.Recorded);
        }

        Volatile.Write(ref _indexedUpTo, _session.IndexedUpTo);

        Answer(group, static work => work.Complete());
        if (_session.Changed)
        {
            _committed();
            _grouped?.Invoke(group.Count);
            if (_session.HasManyFresh)
            {
                EnterFresh();
            }
        }
    }

    /// <summary>Brings the index of streams up to the log: nobody waits for that, and nothing is lost where it fails.</summary>
    private void EnterFresh()
    {
        if (_session is not { } session)
        {
            return;
        }

        try
        {
            session.EnterFreshAlone();
            Volatile.Write(ref _indexedUpTo, session.IndexedUpTo);
            if (_indexWaits && _log is not null)
            {
                LogMessages.StreamIndexGoesOn(_log);
            }

            _indexWaits = false;
        }
        catch (SqliteException e)
        {
            if (!session.TryRollBack())
            {
                session.Dispose();
                _session = null;
            }

            if (!_indexWaits && _log is not null)
            {
                LogMessages.StreamIndexWaits(_log, FreshEvents.Batch, e.Message);
            }

            _indexWaits = true;
        }
    }

    /// <summary>
    /// Lets those who wait go on, several after each other on one thread of the pool: to hand each to it by itself costs more than
    /// most of them have left to do. So what comes behind an append must not hold its thread.
    /// </summary>
    private static void Answer(List<WriterWork> group, Action<WriterWork> answer)
    {
        for (var at = 0; at < group.Count; at += AnsweredTogether)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                works => works.ForEach(answer), group.GetRange(at, Math.Min(AnsweredTogether, group.Count - at)), preferLocal: false);
        }
    }

    /// <summary>Undoes the group; a connection that can no longer be trusted is opened anew by the next group.</summary>
    private bool Abandon(Exception cause)
    {
        if (_session is null)
        {
            return true;
        }

        var rolledBack = _session.TryRollBack();
        if (!rolledBack || cause is not SqliteException { SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_LOCKED })
        {
            _session.Dispose();
            _session = null;
        }

        return rolledBack;
    }

    private void Close()
    {
        try
        {
            _session ??= new WriterSession(_file);
            EnterFresh();
            _session?.Connection.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // The write-ahead log stays beside the file and is read by the next start: nothing is lost.
        }

        _session?.Dispose();
        _session = null;
    }
}
