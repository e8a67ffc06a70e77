using Grpc.Core;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.StandIn;

internal sealed class StreamsService(StandInLog log, StandInOptions options, StandInFaults faults) : Streams.StreamsBase
{
    public override async Task Read(ReadReq request, IServerStreamWriter<ReadResp> responseStream, ServerCallContext context)
    {
        var tooSlow = faults.TooSlow;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, faults.Breaking, tooSlow);
        try
        {
            await new ReadCall(log, request.Options, responseStream, options.SaysCaughtUp).Run(ends.Token);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw tooSlow.IsCancellationRequested
                ? new(new(StatusCode.Aborted, "Operation timed out: Consumer too slow to handle event while live. Client resubscription required."))
                : Broken();
        }
    }

    public override async Task<AppendResp> Append(IAsyncStreamReader<AppendReq> requestStream, ServerCallContext context)
    {
        AppendReq.Types.Options? target = null;
        var events = new List<NewEvent>();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (request.ContentCase == AppendReq.ContentOneofCase.Options)
            {
                target = request.Options;
            }
            else
            {
                events.Add(request.ProposedMessage.ToEvent());
            }
        }

        if (target is null)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, "The options have to come first."));
        }

        if (events.Sum(e => e.Data.Length + e.Metadata.Length) > StandInLog.MostBytes)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, $"Maximum Append Size of {StandInLog.MostBytes} Exceeded."), new Metadata
            {
                { "exception", "maximum-append-size-exceeded" },
            });
        }

        var expected = target.ExpectedStreamRevisionCase switch
        {
            AppendReq.Types.Options.ExpectedStreamRevisionOneofCase.Revision => (long)target.Revision,
            AppendReq.Types.Options.ExpectedStreamRevisionOneofCase.NoStream => StandInLog.NoStream,
            AppendReq.Types.Options.ExpectedStreamRevisionOneofCase.StreamExists => StandInLog.Exists,
            _ => StandInLog.Any,
        };
        if (faults.SwallowAppends)
        {
            await Forever(context.CancellationToken);
        }

        var result = await log.Append(target.StreamIdentifier.Name(), expected, events);
        if (faults.SwallowAnswers)
        {
            await Forever(context.CancellationToken);
        }

        return result switch
        {
            AppendResult.Appended appended when faults.LeaveOutPositions =>
                new() { Success = new() { CurrentRevision = (ulong)appended.Revision, NoPosition = WireFormat.Empty } },
            AppendResult.Appended appended =>
                new() { Success = new() { CurrentRevision = (ulong)appended.Revision, Position = appended.Position.ToWire() } },
            AppendResult.WrongRevision wrong => new() { WrongExpectedVersion = Wrong(wrong.Actual, expected) },
            _ => throw new InvalidOperationException(),
        };
    }

    public override Task BatchAppend(
        IAsyncStreamReader<BatchAppendReq> requestStream, IServerStreamWriter<BatchAppendResp> responseStream, ServerCallContext context) =>
        new BatchAppendCall(log, faults, responseStream).Run(requestStream, context.CancellationToken);

    public static RpcException Broken() => new(new(StatusCode.Unavailable, "The server breaks the call, as it was told to."));

    private async Task Forever(CancellationToken ct)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(ct, faults.Breaking);
        await Task.Delay(System.Threading.Timeout.Infinite, ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw Broken();
    }

    private static AppendResp.Types.WrongVersion Wrong(long actual, long expected)
    {
        var wrong = new AppendResp.Types.WrongVersion();
        if (actual >= 0)
        {
            wrong.CurrentRevision2060 = wrong.CurrentRevision = (ulong)actual;
        }
        else
        {
            wrong.NoStream2060 = wrong.CurrentNoStream = WireFormat.Empty;
        }

        switch (expected)
        {
            case StandInLog.NoStream:
                wrong.ExpectedNoStream = WireFormat.Empty;
                break;
            case StandInLog.Exists:
                wrong.StreamExists2060 = wrong.ExpectedStreamExists = WireFormat.Empty;
                break;
            default:
                wrong.ExpectedRevision2060 = wrong.ExpectedRevision = (ulong)expected;
                break;
        }

        return wrong;
    }
}
