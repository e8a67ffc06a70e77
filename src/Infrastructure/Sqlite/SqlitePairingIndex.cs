using System.Collections.Frozen;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Visitors;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>The pairing index in a SQLite file of its own, which may be deleted at any time while nothing runs.</summary>
public sealed partial class SqlitePairingIndex : IPairingIndex, IErasureNews, ISessionNews, IAsyncDisposable
{
    /// <summary>Events in one transaction while catching up, and at most so many are read again after a crash.</summary>
    private const int Batch = 5_000;

    private const int MostNoted = 100_000;

    private static readonly TimeSpan BlocksNotedFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// While matches begin and end, and nothing else is new, what comes next gathers for a moment, so that a transaction holds many:
    /// both are known before they are read, the one from its owner, the other from <see cref="NoteMet"/>.
    /// </summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(25);

    /// <summary>Of most who join; each of those who wait would hold an empty one.</summary>
    private static readonly FrozenSet<Guid> NobodyExcluded = [];
    private static readonly FrozenDictionary<Guid, DateTimeOffset> NobodyMet = FrozenDictionary<Guid, DateTimeOffset>.Empty;

    private readonly IEventStore _log;
    private readonly string _path;
    private readonly TimeSpan _keepMeetings;
    private readonly TimeProvider _time;
    private readonly ILogger<SqlitePairingIndex> _logger;
    private readonly Lock _writing = new();
    private readonly Lock _reading = new();
    private readonly PairingOverlay _blocked;
    private readonly PairingOverlay _met;
    private volatile PairingIndexFile _file;
    private long? _checkpoint;
    private Guid _logId;
    private volatile bool _disposed;

    /// <param name="file">Usually <c>index.db</c> in the data directory. A file that is no index of this version is deleted.</param>
    /// <param name="keepMeetings">How long a meeting can be asked for; at least the rematch window.</param>
    public SqlitePairingIndex(
        IEventStore log, string file, TimeSpan keepMeetings, TimeProvider time, ILogger<SqlitePairingIndex> logger)
    {
        _log = log;
        _path = Path.GetFullPath(file);
        _keepMeetings = keepMeetings;
        _time = time;
        _logger = logger;
        _blocked = new(MostNoted, BlocksNotedFor);
        _met = new(MostNoted, keepMeetings);
        _file = PairingIndexFile.Open(_path);
        ReadCheckpoint();
    }

    /// <summary>Says which match ended, after the index has read it; also of matches that ended on other nodes.</summary>
    public event Action<Guid>? MatchClosed;

    public event Action<Guid>? Erased;

    public event Action<Guid, DateTimeOffset>? SessionsEnded;

    /// <summary>How far the index has read; null at the beginning.</summary>
    public LogPosition? Position
    {
        get
        {
            lock (_writing)
            {
                return _checkpoint is { } position ? new(position) : null;
            }
        }
    }

    public async Task CatchUp(CancellationToken ct)
    {
        await Guarded(async () =>
        {
            await RequireSameLog(ct);
            await Follow(untilCaughtUp: true, ct);
        });
    }

    /// <summary>Follows the log until cancelled or disposed; after a failure it goes on from its checkpoint.</summary>
    public async Task Run(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && !_disposed)
        {
            try
            {
                await Guarded(async () =>
                {
                    await RequireSameLog(ct);
                    await Follow(untilCaughtUp: false, ct);
                });
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (!_disposed)
            {
                // Whatever failed, pairing goes on with what the index knows and what was noted.
                LogMessages.PairingIndexStopped(_logger, e);
                await Task.Delay(RetryAfter, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception) when (_disposed)
            {
                return;
            }
        }
    }

    public ValueTask<IReadOnlyList<Guid>> OpenMatches(CancellationToken ct) =>
        new(Query(file => file.OpenMatches()));

    public ValueTask<IReadOnlySet<Guid>> ExcludedFor(Guid visitorId, Guid deviceId, CancellationToken ct)
    {
        // What is noted first: it is forgotten only after the file has it, so nothing falls between the two.
        var noted = _blocked.Of(visitorId, deviceId);
        var rows = File.MayExclude(visitorId, deviceId) ? Excluded(visitorId, deviceId) : [];
        if (noted.Count == 0 && rows.Count == 0)
        {
            return new(NobodyExcluded);
        }

        var excluded = noted.Select(one => one.Other).ToHashSet();
        foreach (var (visitor, device) in rows)
        {
            excluded.Add(visitor);
            excluded.Add(device);
        }

        return new(excluded);
    }

    public ValueTask<IReadOnlyDictionary<Guid, DateTimeOffset>> MetBy(
        Guid visitorId, Guid deviceId, DateTimeOffset since, CancellationToken ct)
    {
        var noted = _met.Of(visitorId, deviceId);
        var rows = File.MayHaveMet(visitorId, deviceId) ? Met(visitorId, deviceId, since) : [];
        if (noted.Count == 0 && rows.Count == 0)
        {
            return new(NobodyMet);
        }

        var met = new Dictionary<Guid, DateTimeOffset>();
        void Add(Guid other, DateTimeOffset at)
        {
            if (at >= since && (!met.TryGetValue(other, out var known) || known < at))
            {
                met[other] = at;
            }
        }

        foreach (var (other, at) in noted)
        {
            Add(other, at);
        }

        foreach (var (visitor, device, at) in rows)
        {
            Add(visitor, at);
            Add(device, at);
        }

        return new(met);
    }

    public IReadOnlyList<Guid> Unfinished() => Query(file => file.Erasures());

    public void Finish(Guid visitorId)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _file.FinishErasure(visitorId);
        }
    }

    public void NoteBlocked(Guid visitorId, Guid deviceId, Guid blockedVisitorId, Guid blockedDeviceId)
    {
        var now = _time.GetUtcNow();
        _blocked.Note(new(visitorId, deviceId, blockedVisitorId, blockedDeviceId), now, now);
    }

    public void NoteMet(Guid visitorId, Guid deviceId, Guid otherVisitorId, Guid otherDeviceId, DateTimeOffset endedAt) =>
        _met.Note(new(visitorId, deviceId, otherVisitorId, otherDeviceId), endedAt, _time.GetUtcNow());

    public ValueTask DisposeAsync()
    {
        lock (_writing)
        {
            lock (_reading)
            {
                _disposed = true;
                _file.Dispose();
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>To be asked only what it answers without a query; what stands in rows is asked by <see cref="Query"/>.</summary>
    private PairingIndexFile File
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _file;
        }
    }

    private List<(Guid Visitor, Guid Device)> Excluded(Guid visitorId, Guid deviceId) => Query(file => file.Excluded(visitorId, deviceId));

    private List<(Guid Visitor, Guid Device, DateTimeOffset EndedAt)> Met(Guid visitorId, Guid deviceId, DateTimeOffset since) =>
        Query(file => file.MetBy(visitorId, deviceId, since));

    private T Query<T>(Func<PairingIndexFile, T> query)
    {
        lock (_reading)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return query(_file);
        }
    }

    private async Task Follow(bool untilCaughtUp, CancellationToken ct)
    {
        var changes = new List<PairingChange>();
        var (seen, last) = (0, 0L);
        await foreach (var item in _log.SubscribeWithout(Conversation.Category, Position, ct))
        {
            switch (item)
            {
                case LogItem.Event { Recorded: var e }:
                    seen++;
                    last = e.Position.Value;
                    if (_logId == Guid.Empty)
                    {
                        // The first event of all may be one that is left out here.
                        _logId = (await LogIdentity.Of(_log, ct))?.Id ?? e.Id;
                    }

                    if (PairingChange.Of(e) is { } change)
                    {
                        changes.Add(change);
                    }

                    break;

                case LogItem.Passed { Position: var position }:
                    seen++;
                    last = position.Value;
                    break;
            }

            // What means nothing moves the checkpoint only now and then.
            var caughtUp = item is LogItem.CaughtUp;
            if (seen >= Batch || (caughtUp && changes.Count > 0) || (caughtUp && untilCaughtUp && seen > 0))
            {
                Write(changes, last);
                var gathers = caughtUp && !untilCaughtUp && changes.TrueForAll(change => change is PairingChange.Opened or PairingChange.Closed);
                changes.Clear();
                seen = 0;
                if (gathers)
                {
                    await Task.Delay(Gather, ct);
                }
            }

            if (caughtUp && untilCaughtUp)
            {
                return;
            }
        }
    }

    private void Write(List<PairingChange> changes, long position)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (position <= _checkpoint)
            {
                return;
            }

            var now = _time.GetUtcNow();
            _file.Apply(changes, position, _logId, now - _keepMeetings, now);
            _checkpoint = position;
        }

        foreach (var change in changes)
        {
            if (change is PairingChange.Blocked blocked)
            {
                _blocked.Passed(blocked.Pair, DateTimeOffset.MaxValue);
            }
            else if (change is PairingChange.Closed closed)
            {
                _met.Passed(closed.Pair, closed.EndedAt);
                MatchClosed?.Invoke(closed.MatchId);
            }
            else if (change is PairingChange.Banned banned)
            {
                PassedBan(banned);
            }
            else if (change is PairingChange.Warned warned)
            {
                Sanctioned?.Invoke(warned.VisitorId);
            }
            else if (change is PairingChange.Erased erased)
            {
                Erased?.Invoke(erased.VisitorId);
            }
            else if (change is PairingChange.SessionsEnded ended)
            {
                SessionsEnded?.Invoke(ended.VisitorId, ended.At);
            }
            else if (change is PairingChange.Screened screened)
            {
                Came?.Invoke(screened.Verdict);
            }
        }
    }

    /// <summary>An index of a log that was since replaced, or cut back to an older copy, would answer for people who never met: it starts again.</summary>
    private async Task RequireSameLog(CancellationToken ct)
    {
        var log = await LogIdentity.Of(_log, ct);
        if (Position is { } position)
        {
            var same = log?.Id == _logId && await First(position, ct) switch
            {
                LogItem.CaughtUp { Position: var end } => end >= position,
                _ => true,
            };
            if (!same)
            {
                Replace();
            }
        }

        if (_logId == Guid.Empty && log is not null)
        {
            _logId = log.Id;
        }
    }

    private async Task<LogItem?> First(LogPosition? after, CancellationToken ct)
    {
        await foreach (var item in _log.Subscribe(after, ct))
        {
            if (item is not LogItem.Passed)
            {
                return item;
            }
        }

        return null;
    }

    private async Task Guarded(Func<Task> follow)
    {
        try
        {
            await follow();
        }
        catch (SqliteException e) when (PairingIndexFile.IsBroken(e))
        {
            Replace();
            await follow();
        }
    }

    private void Replace()
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            lock (_reading)
            {
                _file.Dispose();
                PairingIndexFile.Delete(_path);
                _file = PairingIndexFile.Open(_path);
            }

            ReadCheckpoint();
        }
    }

    private void ReadCheckpoint()
    {
        var checkpoint = _file.Checkpoint();
        _checkpoint = checkpoint?.Position;
        _logId = checkpoint?.Log ?? Guid.Empty;
    }
}
