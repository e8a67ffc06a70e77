using Grpc.Core;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>Leads appends to the leader: opens a path when there is none, and another one after it broke.</summary>
internal sealed class AppendRoute(
    EventStoreDbCluster cluster, EventStoreDbReader reader, TimeSpan deadline, TimeProvider time, ILogger logger, Action<int>? grouped = null) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<AppendPath>? _opening;
    private bool _closed;
    private bool _saidUnreachable;

    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    /// <exception cref="AppendOutcomeUnknownException">It was sent and not answered.</exception>
    public async Task<AppendResult> Append(
        StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = await Path().WaitAsync(ct);
            try
            {
                return await path.Append(stream, expected, events, ct);
            }
            catch (AppendNotTakenException) when (attempt <= cluster.Attempts && !path.IsUsable)
            {
                // It broke before the append was sent; opening another path tells whether the server is there.
            }
            catch (AppendNotTakenException e)
            {
                throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, e.InnerException);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<AppendPath>? last;
        lock (_lock)
        {
            _closed = true;
            last = _opening;
        }

        if (last is not null)
        {
            await last.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (last.IsCompletedSuccessfully)
            {
                await (await last).DisposeAsync();
            }
        }
    }

    private Task<AppendPath> Path()
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new DependencyUnavailableException(
                    EventStoreDbEventStore.Dependency, new ObjectDisposedException(nameof(EventStoreDbEventStore)));
            }

            if (_opening is not { } opening || (opening.IsCompleted && !(opening.IsCompletedSuccessfully && opening.Result.IsUsable)))
            {
                opening = _opening = Task.Run(Open);
            }

            return opening;
        }
    }

    private async Task<AppendPath> Open()
    {
        for (var attempt = 1; ; attempt++)
        {
            var node = cluster.Current;
            try
            {
                return await Open(node);
            }
            catch (RpcException e)
            {
                if (!cluster.Failed(node, e) || attempt > cluster.Attempts)
                {
                    // Once an outage: every append that comes meanwhile finds the same.
                    if (!_saidUnreachable)
                    {
                        _saidUnreachable = true;
                        LogMessages.EventStoreUnreachable(logger, node, e.Status.Detail);
                    }

                    throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, e);
                }
            }
        }
    }

    private async Task<AppendPath> Open(EventStoreDbNode node)
    {
        var (version, batches) = await Features(node);
        void Failed(RpcException e) => cluster.Failed(node, e);

        // A follower, or a server that does not know us, refuses this read before anything is sent whose fate would then be unknown.
        await reader.End(node, CancellationToken.None);
        _saidUnreachable = false;
        LogMessages.EventStoreConnected(logger, node, version, batches);
        if (!batches)
        {
            return new PlainAppends(node, deadline, reader.Locate, Failed);
        }

        return new BatchAppends(node, deadline, reader.Locate, time, logger, Failed, grouped);
    }

    private async Task<(string Version, bool Batches)> Features(EventStoreDbNode node)
    {
        try
        {
            var supported = await node.Features.GetSupportedMethodsAsync(WireFormat.Empty, node.Call(CancellationToken.None, deadline));
            return (supported.EventStoreServerVersion, supported.Methods.Any(method =>
                method is { ServiceName: "event_store.client.streams.streams", MethodName: "batchappend" }));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            // Servers before 21.10 do not tell what they can, and have no batches.
            return ("before 21.10", false);
        }
    }
}
