using System.Runtime.CompilerServices;
using Grpc.Core;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>Reads that end.</summary>
internal sealed class EventStoreDbReader(EventStoreDbCluster cluster, TimeSpan deadline, TimeProvider time)
{
    /// <summary>The events of a stream from a revision on; nothing where it is absent.</summary>
    public async IAsyncEnumerable<RecordedEvent> Stream(StreamName stream, long from, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var node = cluster.Current;
            using var answers = Read(node, StreamFrom(stream, from), ct);
            while (await answers.Next(deadline, ct))
            {
                ct.ThrowIfCancellationRequested();
                if (answers.Current.ContentCase == ReadResp.ContentOneofCase.Event)
                {
                    var answer = answers.Current.Event.Event;
                    from = (long)answer.StreamRevision + 1;
                    if (!answer.HasExpired(time.GetUtcNow()))
                    {
                        yield return answer.ToRecorded();
                    }
                }
            }

            if (answers.Failure is not { } failure)
            {
                yield break;
            }

            ct.ThrowIfCancellationRequested();
            if (failure.Kind() == "stream-deleted")
            {
                throw new InvalidOperationException($"{stream} was deleted for ever: it cannot be read.", failure);
            }

            if (!cluster.Failed(node, failure) || attempt > cluster.Attempts)
            {
                throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, failure);
            }
        }
    }

    /// <summary>The last event of a stream; null where there is none.</summary>
    /// <exception cref="RpcException">The node did not answer.</exception>
    public Task<ReadResp.Types.Recorded?> Last(EventStoreDbNode node, StreamName stream, CancellationToken ct) => First(
        node,
        new()
        {
            Stream = new() { StreamIdentifier = stream.ToWire(), End = WireFormat.Empty },
            ReadDirection = ReadReq.Types.Direction.Backwards,
            Count = 1,
            NoFilter = WireFormat.Empty,
        },
        ct);

    /// <summary>The position of the last event of the log, the server's own ones included; null where it is empty.</summary>
    /// <exception cref="RpcException">The node did not answer.</exception>
    public async Task<LogPosition?> End(EventStoreDbNode node, CancellationToken ct)
    {
        var last = await First(
            node,
            new()
            {
                All = new() { End = WireFormat.Empty },
                ReadDirection = ReadReq.Types.Direction.Backwards,
                Count = 1,
                NoFilter = WireFormat.Empty,
            },
            ct);
        return last is null ? null : new LogPosition((long)last.CommitPosition);
    }

    /// <summary>The last event of the log that is none of the server's own; null where there is none.</summary>
    /// <exception cref="RpcException">The node did not answer.</exception>
    public async Task<ReadResp.Types.Recorded?> LastOfOurs(EventStoreDbNode node, CancellationToken ct)
    {
        var options = new ReadReq.Types.Options
        {
            All = new() { End = WireFormat.Empty },
            ReadDirection = ReadReq.Types.Direction.Backwards,
            Count = long.MaxValue,
            NoFilter = WireFormat.Empty,
        };
        using var answers = Read(node, options, ct);
        while (await answers.Next(deadline, ct))
        {
            if (answers.Current.ContentCase == ReadResp.ContentOneofCase.Event
                && answers.Current.Event.Event is { } e && !e.Metadata["type"].StartsWith('$'))
            {
                return e;
            }
        }

        return answers.Failure is { } failure ? throw failure : null;
    }

    /// <summary>Whether there is an event behind a position at this moment.</summary>
    /// <exception cref="RpcException">The node did not answer.</exception>
    public async Task<bool> IsNothingAfter(EventStoreDbNode node, LogPosition? position, ReadReq.Types.FilterOptions filter, CancellationToken ct)
    {
        // A read begins with the event at the position, which is known already.
        var options = new ReadReq.Types.Options { All = AllFrom(position), Count = 2, Filter = filter };
        using var answers = Read(node, options, ct);
        while (await answers.Next(deadline, ct))
        {
            if (answers.Current.ContentCase == ReadResp.ContentOneofCase.Event
                && (position is not { } known || (long)answers.Current.Event.Event.CommitPosition > known.Value))
            {
                return false;
            }
        }

        return answers.Failure is { } failure ? throw failure : true;
    }

    /// <summary>The position of an event of which only the revision is known.</summary>
    /// <exception cref="AppendOutcomeUnknownException">It was recorded, but cannot be found now.</exception>
    public async Task<LogPosition> Locate(StreamName stream, long revision, CancellationToken ct)
    {
        try
        {
            await foreach (var e in Stream(stream, revision, ct))
            {
                if (e.Revision == revision)
                {
                    return e.Position;
                }

                break;
            }
        }
        catch (DependencyUnavailableException e)
        {
            throw new AppendOutcomeUnknownException(stream, e);
        }

        throw new AppendOutcomeUnknownException(stream);
    }

    public static ReadReq.Types.AllOptions AllFrom(LogPosition? position) =>
        position is { } known ? new() { Position = known.ToWire() } : new() { Start = WireFormat.Empty };

    public ReadAnswers Read(EventStoreDbNode node, ReadReq.Types.Options options, CancellationToken ct)
    {
        options.UuidOption = new() { Structured = WireFormat.Empty };
        return new(node.Streams.Read(new() { Options = options }, node.Call(ct)), time);
    }

    private static ReadReq.Types.Options StreamFrom(StreamName stream, long from) => new()
    {
        Stream = new() { StreamIdentifier = stream.ToWire(), Revision = (ulong)Math.Max(from, 0) },
        ReadDirection = ReadReq.Types.Direction.Forwards,
        Count = long.MaxValue,
        NoFilter = WireFormat.Empty,
    };

    private async Task<ReadResp.Types.Recorded?> First(EventStoreDbNode node, ReadReq.Types.Options options, CancellationToken ct)
    {
        ReadResp.Types.Recorded? first = null;
        using var answers = Read(node, options, ct);
        while (await answers.Next(deadline, ct))
        {
            if (answers.Current.ContentCase == ReadResp.ContentOneofCase.Event)
            {
                first ??= answers.Current.Event.Event;
            }
        }

        return answers.Failure is { } failure ? throw failure : first;
    }
}
