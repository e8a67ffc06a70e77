using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;
using Expected = RandomChat.Infrastructure.EventStoreDb.Wire.BatchAppendReq.Types.Options.ExpectedStreamPositionOneofCase;

namespace RandomChat.StandIn;

/// <summary>Many appends over one call: worked off in the order in which they came, answered as they are durable.</summary>
internal sealed class BatchAppendCall(StandInLog log, StandInFaults faults, IServerStreamWriter<BatchAppendResp> responses)
{
    private readonly Channel<BatchAppendResp> _answers = Channel.CreateUnbounded<BatchAppendResp>(new() { SingleReader = true });
    private readonly Dictionary<Guid, (BatchAppendReq.Types.Options Options, List<ProposedMessage> Messages)> _unfinished = [];

    public async Task Run(IAsyncStreamReader<BatchAppendReq> requests, CancellationToken ct)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(ct, faults.Breaking);
        var answering = Answer(ends.Token);
        try
        {
            while (await requests.MoveNext(ends.Token))
            {
                Take(requests.Current);
            }

            // The server leaves the call open when the client has said all: the client ends it.
            await answering;
        }
        catch (OperationCanceledException)
        {
            throw StreamsService.Broken();
        }
    }

    private void Take(BatchAppendReq request)
    {
        var id = request.CorrelationId.ToGuid();
        if (!_unfinished.TryGetValue(id, out var append))
        {
            append = (request.Options, []);
            _unfinished.Add(id, append);
        }

        append.Messages.AddRange(request.ProposedMessages);
        if (request.IsFinal)
        {
            _unfinished.Remove(id);
            if (!faults.SwallowAppends)
            {
                // Not awaited: the log takes them in this order, and the next one need not wait for this one's disk.
                _ = Append(request.CorrelationId, append.Options, append.Messages);
            }
        }
    }

    private async Task Append(UUID id, BatchAppendReq.Types.Options options, List<ProposedMessage> messages)
    {
        BatchAppendResp answer;
        try
        {
            answer = await Append(options, messages);
        }
        catch (TimeoutException)
        {
            answer = Error(StatusCode.DeadlineExceeded, "Timeout", new Infrastructure.EventStoreDb.Wire.Timeout());
        }
        catch (Exception e) when (e is RpcException or ArgumentException)
        {
            answer = Error(StatusCode.InvalidArgument, e.Message, new BadRequest { Message = e.Message });
        }
        catch (Exception e)
        {
            answer = Error(StatusCode.Unknown, e.Message, new Unknown());
        }

        answer.CorrelationId = id;
        answer.StreamIdentifier = options.StreamIdentifier;
        if (!faults.SwallowAnswers)
        {
            _answers.Writer.TryWrite(answer);
        }
    }

    private async Task<BatchAppendResp> Append(BatchAppendReq.Types.Options options, List<ProposedMessage> messages)
    {
        if (faults.IsNotReady)
        {
            // The server leaves the code out here.
            return Error(StatusCode.OK, "Server Is Not Ready", WireFormat.Empty);
        }

        var deadline = options.DeadlineOptionCase switch
        {
            BatchAppendReq.Types.Options.DeadlineOptionOneofCase.Deadline => options.Deadline.ToTimeSpan(),
            BatchAppendReq.Types.Options.DeadlineOptionOneofCase.Deadline21100 => options.Deadline21100.ToDateTimeOffset() - DateTimeOffset.UtcNow,
            _ => TimeSpan.FromDays(1),
        };
        if (deadline <= TimeSpan.Zero)
        {
            throw new TimeoutException();
        }

        var events = messages.ConvertAll(message => message.ToEvent());
        if (events.Sum(e => e.Data.Length + e.Metadata.Length) > StandInLog.MostBytes)
        {
            return Error(StatusCode.InvalidArgument, "Maximum Append Size Exceeded", new MaximumAppendSizeExceeded { MaxAppendSize = StandInLog.MostBytes });
        }

        var expected = options.ExpectedStreamPositionCase switch
        {
            Expected.StreamPosition => (long)options.StreamPosition,
            Expected.NoStream => StandInLog.NoStream,
            Expected.StreamExists => StandInLog.Exists,
            _ => StandInLog.Any,
        };
        var appended = log.Append(options.StreamIdentifier.Name(), expected, events);
        return await appended.WaitAsync(deadline < TimeSpan.FromDays(1) ? deadline : System.Threading.Timeout.InfiniteTimeSpan) switch
        {
            AppendResult.Appended { Revision: var revision } when faults.LeaveOutPositions =>
                new() { Success = new() { CurrentRevision = (ulong)revision, NoPosition = WireFormat.Empty } },
            AppendResult.Appended { Revision: var revision, Position: var position } =>
                new() { Success = new() { CurrentRevision = (ulong)revision, Position = position.ToWire() } },
            AppendResult.WrongRevision { Actual: var actual } => Error(StatusCode.AlreadyExists, "WrongExpectedVersion", Wrong(actual, expected)),
            _ => throw new InvalidOperationException(),
        };
    }

    private async Task Answer(CancellationToken ct)
    {
        while (await _answers.Reader.WaitToReadAsync(ct))
        {
            while (_answers.Reader.TryRead(out var answer))
            {
                responses.WriteOptions = _answers.Reader.TryPeek(out _) ? new WriteOptions(WriteFlags.BufferHint) : null;
                await responses.WriteAsync(answer, ct);
            }
        }
    }

    private static BatchAppendResp Error(StatusCode code, string message, IMessage details) => new()
    {
        Error = new() { Code = (int)code, Message = message, Details = Any.Pack(details) },
    };

    private static WrongExpectedVersion Wrong(long actual, long expected)
    {
        var wrong = new WrongExpectedVersion();
        if (actual >= 0)
        {
            wrong.CurrentStreamRevision = (ulong)actual;
        }
        else
        {
            wrong.CurrentNoStream = WireFormat.Empty;
        }

        switch (expected)
        {
            case StandInLog.NoStream:
                wrong.ExpectedNoStream = WireFormat.Empty;
                break;
            case StandInLog.Exists:
                wrong.ExpectedStreamExists = WireFormat.Empty;
                break;
            default:
                wrong.ExpectedStreamPosition = (ulong)expected;
                break;
        }

        return wrong;
    }
}
