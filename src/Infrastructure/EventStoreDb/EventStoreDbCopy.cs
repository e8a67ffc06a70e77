using Grpc.Core;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>
/// An EventStoreDB that another log is copied into, in its order and with its revisions. Appends go over one connection without
/// waiting for each other. The first one that fails ends the copy for good: another connection could put a later event in front
/// of one that was lost, and the order of the log is what everything is computed from.
/// </summary>
public sealed class EventStoreDbCopy : IAsyncDisposable
{
    /// <summary>Appends that may be unanswered, and what they may hold together: a server that is slow has that much to work off.</summary>
    private const int MostOnTheWay = 256;
    private const int MostBytesOnTheWay = 8 << 20;

    private const int FillersAtOnce = 500;

    /// <summary>
    /// How long an answer is waited for. The server gives an append up sooner, by its own timeouts, and may have taken those
    /// behind it: what is missing then in the middle is found by whoever verifies the copy.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Queue<(Task Sent, int Bytes)> _onTheWay = [];
    private readonly EventStoreDbCluster _cluster;
    private readonly EventStoreDbReader _reader;
    private readonly AppendRoute _route;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private AppendPath? _path;
    private int _bytesOnTheWay;

    /// <param name="settings">Of the server.</param>
    public EventStoreDbCopy(EventStoreDbSettings settings, TimeProvider time, ILogger<EventStoreDbEventStore> logger)
    {
        (_time, _logger) = (time, logger);
        settings = settings with { Deadline = settings.Deadline > Patience ? settings.Deadline : Patience };
        Log = new(settings, time, logger);
        _cluster = new(settings, time, logger);
        _reader = new(_cluster, settings.Deadline, time);
        _route = new(_cluster, _reader, settings.Deadline, time, logger);
    }

    /// <summary>The same log, to read.</summary>
    public EventStoreDbEventStore Log { get; }

    /// <summary>The last event that is none of the server's own; null where there is none.</summary>
    /// <exception cref="DependencyUnavailableException">It cannot be read now.</exception>
    public async Task<RecordedEvent?> Last(CancellationToken ct) => (await Ask(node => _reader.LastOfOurs(node, ct), ct))?.ToRecorded();

    /// <summary>Copies consecutive events of one stream; returns when they are on their way, in the order of the calls.</summary>
    /// <param name="readableFor">How long after they were recorded they can be read; null: for ever.</param>
    /// <exception cref="CopyRefusedException">The stream holds something else there, or an event cannot be copied.</exception>
    /// <exception cref="DependencyUnavailableException">An append failed: the copy has ended, and may be taken up again by another one.</exception>
    /// <exception cref="AppendOutcomeUnknownException">The same.</exception>
    public async Task Append(IReadOnlyList<RecordedEvent> events, TimeSpan? readableFor, CancellationToken ct)
    {
        var copies = new NewEvent[events.Count];
        for (var n = 0; n < copies.Length; n++)
        {
            var e = events[n];
            if (!CopyMark.CanStandBefore(e.Metadata.Span))
            {
                throw new CopyRefusedException($"The event at position {e.Position.Value} cannot be copied: its metadata are no JSON object.");
            }

            var mark = new CopyMark(e.Position.Value, e.At.ToUnixTimeMilliseconds(), readableFor is { } time ? (e.At + time).ToUnixTimeMilliseconds() : null);
            copies[n] = new(e.Id, e.Type, e.Data, mark.Before(e.Metadata.Span));
        }

        await Enqueue(events[0].Stream, events[0].Revision - 1, copies, ct);
    }

    /// <summary>
    /// Says how long a stream's events can be read, ahead of the first of them and on the same way: however the copy ends, none
    /// stays for ever. A stream of which something is said already is left as it is.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">An append failed: the copy has ended.</exception>
    /// <exception cref="AppendOutcomeUnknownException">The same.</exception>
    public Task Expire(StreamName stream, TimeSpan age, CancellationToken ct) => Enqueue(
        StreamAge.MetadataOf(stream), ExpectedRevision.NoStream.Value, [StreamAge.Event(new() { [StreamAge.Key] = AppendArguments.CheckAge(stream, age) })], ct, mayBeThere: true);

    /// <summary>
    /// Lets a stream go on at a revision although what came right before is not copied any more: events of the server's own kind
    /// take those places, and are hidden. Does nothing where the stream has come so far.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">An append failed: the copy has ended.</exception>
    public async Task Skip(StreamName stream, long toRevision, TimeSpan readableFor, CancellationToken ct)
    {
        await Flush();
        if (await Ask(node => _reader.Last(node, stream, ct), ct) is { } last && (long)last.StreamRevision >= toRevision - 1)
        {
            return;
        }

        // Hidden first: nobody ever sees one.
        await new StreamAge(_cluster, _reader, _route).Set(stream, (long)readableFor.TotalSeconds, ct, beginning: toRevision);
        for (var revision = 0L; revision < toRevision;)
        {
            var from = revision;
            var fillers = Enumerable.Range(0, (int)Math.Min(FillersAtOnce, toRevision - from)).Select(n => new NewEvent(
                DerivedId.From("filler", Guid.Empty, $"{stream}/{from + n}"), "$filler", "{}"u8.ToArray(), "{}"u8.ToArray())).ToArray();
            var path = await Path(ct);
            revision = await path.Append(stream, new(revision - 1), fillers, ct) is AppendResult.WrongRevision { Actual: var actual } && actual >= revision
                ? actual + 1
                : revision + fillers.Length;
        }
    }

    /// <inheritdoc cref="IEventStore.SetMaxAge"/>
    public Task SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct) =>
        new StreamAge(_cluster, _reader, _route).Set(stream, AppendArguments.CheckAge(stream, age), ct);

    /// <summary>Returns when everything that was appended is durable.</summary>
    /// <exception cref="DependencyUnavailableException">An append failed: the copy has ended.</exception>
    /// <exception cref="AppendOutcomeUnknownException">The same.</exception>
    public async Task Flush()
    {
        while (_onTheWay.Count > 0)
        {
            await Oldest();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_onTheWay.Select(append => append.Sent)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_path is not null)
        {
            await _path.DisposeAsync();
        }

        await _route.DisposeAsync();
        await Log.DisposeAsync();
        _cluster.Dispose();
    }

    private async Task Enqueue(StreamName stream, long expected, NewEvent[] events, CancellationToken ct, bool mayBeThere = false)
    {
        var bytes = events.Sum(e => e.Data.Length + e.Metadata.Length);
        while (_onTheWay.Count >= MostOnTheWay || (_onTheWay.Count > 0 && _bytesOnTheWay + bytes > MostBytesOnTheWay))
        {
            await Oldest();
        }

        ct.ThrowIfCancellationRequested();
        var path = await Path(ct);
        _bytesOnTheWay += bytes;
        _onTheWay.Enqueue((Send(path, stream, expected, events, mayBeThere), bytes));
    }

    private async Task Oldest()
    {
        var (sent, bytes) = _onTheWay.Dequeue();
        _bytesOnTheWay -= bytes;
        await sent;
    }

    private static async Task Send(AppendPath path, StreamName stream, long expected, NewEvent[] events, bool mayBeThere)
    {
        try
        {
            if (await path.Append(stream, new(expected), events, CancellationToken.None) is AppendResult.WrongRevision { Actual: var actual } && !mayBeThere)
            {
                throw new CopyRefusedException(
                    $"{stream} does not go on in the target at revision {expected + 1}: its last revision there is {actual}. It holds something else than this log.");
            }
        }
        catch (AppendNotTakenException e)
        {
            throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, e.InnerException);
        }
    }

    /// <summary>The one connection of this copy.</summary>
    private async Task<AppendPath> Path(CancellationToken ct)
    {
        if (_path is null)
        {
            // A follower, or a server that does not know us, refuses this read, and another node is taken.
            await Ask(async node => (await _reader.End(node, ct), node).node, ct);

            // Nobody asks a copy where an event came to lie. The server leaves that out for what it has already, and what is hidden
            // or has expired could not be found.
            _path = new BatchAppends(_cluster.Current, Patience, (_, _, _) => Task.FromResult(default(LogPosition)), _time, _logger, _ => { });
        }

        return _path;
    }

    private async Task<T> Ask<T>(Func<EventStoreDbNode, Task<T>> question, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var node = _cluster.Current;
            try
            {
                return await question(node);
            }
            catch (RpcException e)
            {
                ct.ThrowIfCancellationRequested();
                if (!_cluster.Failed(node, e) || attempt > _cluster.Attempts)
                {
                    throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, e);
                }
            }
        }
    }
}

/// <summary>A log cannot be copied there. The message says why.</summary>
public sealed class CopyRefusedException(string message) : Exception(message);
