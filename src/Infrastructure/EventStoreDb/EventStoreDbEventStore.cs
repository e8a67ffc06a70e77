using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>
/// The event log on EventStoreDB 23.10 or its successor KurrentDB. Nothing is connected before the first use, and a
/// server that is away is found again by the next one.
/// </summary>
public sealed class EventStoreDbEventStore : IEventStore, IAsyncDisposable
{
    internal const string Dependency = "event-log";

    private readonly EventStoreDbSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventStoreDbCluster _cluster;
    private readonly EventStoreDbReader _reader;
    private readonly AppendRoute _route;
    private readonly CancellationTokenSource _closing = new();
    private int _disposed;

    /// <param name="grouped">Told how many appends went to the server together.</param>
    public EventStoreDbEventStore(EventStoreDbSettings settings, TimeProvider time, ILogger<EventStoreDbEventStore> logger, Action<int>? grouped = null)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _cluster = new(settings, time, logger);
        _reader = new(_cluster, settings.Deadline, time);
        _route = new(_cluster, _reader, settings.Deadline, time, logger, grouped);
    }

    public async IAsyncEnumerable<RecordedEvent> Read(StreamName stream, long fromRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        RequireOpen();
        await foreach (var e in _reader.Stream(stream, fromRevision, ct))
        {
            yield return e;
        }
    }

    public async ValueTask<AppendResult> Append(
        StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct)
    {
        AppendArguments.Check(stream, expected, events);
        ct.ThrowIfCancellationRequested();
        return await _route.Append(stream, expected, events, ct);
    }

    public async ValueTask SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct)
    {
        var seconds = AppendArguments.CheckAge(stream, age);
        await new StreamAge(_cluster, _reader, _route).Set(stream, seconds, ct);
    }

    public IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct) => Follow(null, after, ct);

    /// <summary>As <see cref="Subscribe"/>, without the streams of one category, which the server leaves out.</summary>
    public IAsyncEnumerable<LogItem> SubscribeWithout(string category, LogPosition? after, CancellationToken ct) => Follow(category, after, ct);

    /// <summary>The position of the last event, the server's own ones included; null where the log is empty.</summary>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    public async ValueTask<LogPosition?> End(CancellationToken ct)
    {
        RequireOpen();
        for (var attempt = 1; ; attempt++)
        {
            var node = _cluster.Current;
            try
            {
                return await _reader.End(node, ct);
            }
            catch (RpcException e)
            {
                ct.ThrowIfCancellationRequested();
                if (!_cluster.Failed(node, e) || attempt > _cluster.Attempts)
                {
                    throw new DependencyUnavailableException(Dependency, e);
                }
            }
        }
    }

    private async IAsyncEnumerable<LogItem> Follow(string? without, LogPosition? after, [EnumeratorCancellation] CancellationToken ct)
    {
        RequireOpen();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        var subscription = new LogSubscription(_cluster, _reader, after, without, _settings.Deadline, _time, _logger);
        await using var items = subscription.Items(ends.Token).GetAsyncEnumerator(CancellationToken.None);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw Closed();
            }

            yield return items.Current;
        }
    }

    /// <summary>Waits for the answers to what was appended, takes nothing new, and ends subscriptions.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync();
        await _route.DisposeAsync();
        _cluster.Dispose();
    }

    private void RequireOpen()
    {
        if (_disposed != 0)
        {
            throw Closed();
        }
    }

    private static DependencyUnavailableException Closed() => new(Dependency, new ObjectDisposedException(nameof(EventStoreDbEventStore)));
}
