using System.Text.RegularExpressions;
using Grpc.Core;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;
using Position = RandomChat.Infrastructure.EventStoreDb.Wire.ReadReq.Types.AllOptions.AllOptionOneofCase;
using Revision = RandomChat.Infrastructure.EventStoreDb.Wire.ReadReq.Types.StreamOptions.RevisionOptionOneofCase;

namespace RandomChat.StandIn;

/// <summary>One read, or a subscription to everything.</summary>
internal sealed class ReadCall(StandInLog log, ReadReq.Types.Options options, IServerStreamWriter<ReadResp> answers, bool saysCaughtUp)
{
    private readonly bool _structured = options.UuidOption?.ContentCase == ReadReq.Types.UuidOption.ContentOneofCase.Structured;
    private readonly Func<RecordedEvent, bool> _wanted = Filter(options);

    private bool IsForwards => options.ReadDirection == ReadReq.Types.Direction.Forwards;

    public async Task Run(CancellationToken ct)
    {
        if (options.UuidOption is null)
        {
            // The server fails here without telling anybody.
            await Task.Delay(System.Threading.Timeout.Infinite, ct);
        }

        var answering = (options.StreamOptionCase, options.CountOptionCase) switch
        {
            (ReadReq.Types.Options.StreamOptionOneofCase.All, ReadReq.Types.Options.CountOptionOneofCase.Subscription) => SubscribeToAll(ct),
            (ReadReq.Types.Options.StreamOptionOneofCase.All, ReadReq.Types.Options.CountOptionOneofCase.Count) => ReadAll(ct),
            (ReadReq.Types.Options.StreamOptionOneofCase.Stream, ReadReq.Types.Options.CountOptionOneofCase.Count) => ReadStream(ct),
            _ => throw new RpcException(new(StatusCode.Unimplemented, "The stand-in cannot read that.")),
        };
        await answering;
    }

    private async Task ReadStream(CancellationToken ct)
    {
        var stream = options.Stream.StreamIdentifier.Name();
        if (log.Head(stream) < 0)
        {
            await answers.WriteAsync(new() { StreamNotFound = new() { StreamIdentifier = options.Stream.StreamIdentifier } }, ct);
            return;
        }

        var from = options.Stream.RevisionOptionCase switch
        {
            Revision.Revision => (long)Math.Min(options.Stream.Revision, long.MaxValue),
            Revision.End => long.MaxValue,
            _ => 0,
        };
        var events = IsForwards
            ? log.Read(stream, from, ct)
            : log.Read(stream, 0, ct).TakeWhile(e => e.Revision <= from).Reverse();
        await Write(events, ct);
    }

    private async Task ReadAll(CancellationToken ct)
    {
        if (IsForwards)
        {
            var from = options.All.AllOptionCase switch
            {
                Position.Position => (long)options.All.Position.CommitPosition,
                Position.End => long.MaxValue,
                _ => 0,
            };
            await Write(EventsUpToTheEnd(Math.Max(from - 1, 0), ct), ct);
            return;
        }

        var before = options.All.AllOptionCase switch
        {
            Position.Position => (long)options.All.Position.CommitPosition,
            Position.End => long.MaxValue,
            _ => 0,
        };
        await Write(Backwards(before, ct), ct);
    }

    private async Task Write(IAsyncEnumerable<RecordedEvent> events, CancellationToken ct)
    {
        var left = options.Count;
        await foreach (var e in events.Where(_wanted).WithCancellation(ct))
        {
            if (left-- == 0)
            {
                return;
            }

            await answers.WriteAsync(e.ToWire(_structured), ct);
            if (left == 0)
            {
                return;
            }
        }
    }

    private async IAsyncEnumerable<RecordedEvent> EventsUpToTheEnd(long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in log.Subscribe(new(after), ct))
        {
            if (item is not LogItem.Event { Recorded: var e })
            {
                yield break;
            }

            yield return e;
        }
    }

    private async IAsyncEnumerable<RecordedEvent> Backwards(long before, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var position in log.PositionsBefore(before))
        {
            yield return await EventsUpToTheEnd(position - 1, ct).FirstAsync(ct);
        }
    }

    private async Task SubscribeToAll(CancellationToken ct)
    {
        var window = options.FilterOptionCase == ReadReq.Types.Options.FilterOptionOneofCase.Filter
            ? (options.Filter.WindowCase == ReadReq.Types.FilterOptions.WindowOneofCase.Max ? options.Filter.Max : 32) * options.Filter.CheckpointIntervalMultiplier
            : uint.MaxValue;
        if (window == 0)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, "The checkpoint interval multiplier has to be greater than 0."));
        }

        LogPosition? after = options.All.AllOptionCase switch
        {
            Position.Position => new((long)options.All.Position.CommitPosition),
            Position.End => new(log.PositionsBefore(long.MaxValue).FirstOrDefault()),
            _ => null,
        };
        await Send(new() { Confirmation = new() { SubscriptionId = Guid.NewGuid().ToString() } }, flush: true, ct);
        var (looked, live, position, matched) = (0u, false, 0L, false);
        await foreach (var item in log.Subscribe(after, ct))
        {
            switch (item)
            {
                case LogItem.Event { Recorded: var e }:
                    var wanted = _wanted(e);
                    matched |= wanted;
                    if (wanted || live)
                    {
                        position = e.Position.Value;
                    }

                    if (wanted)
                    {
                        await Send(e.ToWire(_structured), flush: live || !saysCaughtUp, ct);
                    }

                    if (++looked % window == 0)
                    {
                        // As the server does: live, the event that was looked at; before, the last one that was sent, or, where a
                        // window had none, the place of the next one without its prepare position.
                        await Send(new() { Checkpoint = live || matched ? new LogPosition(position).ToWire() : Next(e) }, flush: true, ct);
                        matched = false;
                    }

                    break;

                // Once: what comes afterwards is live.
                case LogItem.CaughtUp when !live:
                    live = true;
                    if (saysCaughtUp)
                    {
                        await Send(new() { CaughtUp = WireFormat.Empty }, flush: true, ct);
                    }

                    break;
            }
        }
    }

    private static AllStreamPosition Next(RecordedEvent e) => new() { CommitPosition = (ulong)e.Position.Value + 1 };

    private Task Send(ReadResp answer, bool flush, CancellationToken ct)
    {
        answers.WriteOptions = flush ? null : new WriteOptions(WriteFlags.BufferHint);
        return answers.WriteAsync(answer, ct);
    }

    private static Func<RecordedEvent, bool> Filter(ReadReq.Types.Options options)
    {
        if (options.FilterOptionCase != ReadReq.Types.Options.FilterOptionOneofCase.Filter)
        {
            return _ => true;
        }

        var byType = options.Filter.FilterCase == ReadReq.Types.FilterOptions.FilterOneofCase.EventType;
        var expression = byType ? options.Filter.EventType : options.Filter.StreamIdentifier;
        string Text(RecordedEvent e) => byType ? e.Type : e.Stream.Value;
        if (expression.Prefix.Count > 0)
        {
            return e => expression.Prefix.Any(prefix => Text(e).StartsWith(prefix, StringComparison.Ordinal));
        }

        var regex = new Regex(expression.Regex, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return e => regex.IsMatch(Text(e));
    }
}
