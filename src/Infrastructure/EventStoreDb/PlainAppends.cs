using Grpc.Core;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>One call for each append, for servers without batches. Appends to a stream go one after the other, so that they keep their order.</summary>
internal sealed class PlainAppends(
    EventStoreDbNode node, TimeSpan deadline, Func<StreamName, long, CancellationToken, Task<LogPosition>> locate, Action<RpcException> failed)
    : AppendPath(locate)
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];
    private volatile bool _usable = true;

    public override bool IsUsable => _usable;

    public override async Task<AppendResult> Append(
        StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct)
    {
        var turn = _turns[(uint)stream.GetHashCode() % _turns.Length];
        await turn.WaitAsync(ct);
        try
        {
            return await Append(stream, expected, events);
        }
        finally
        {
            turn.Release();
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<AppendResult> Append(StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events)
    {
        var options = new AppendReq.Types.Options { StreamIdentifier = stream.ToWire() };
        if (expected == ExpectedRevision.NoStream)
        {
            options.NoStream = WireFormat.Empty;
        }
        else
        {
            options.Revision = (ulong)expected.Value;
        }

        try
        {
            // Once it has begun, giving up would leave the outcome unknown: the deadline bounds it.
            var answer = await Send(options, events);
            return answer.ResultCase == AppendResp.ResultOneofCase.Success
                ? await Appended(stream, answer.Success.CurrentRevision, answer.Success.Position)
                : new AppendResult.WrongRevision(
                    answer.WrongExpectedVersion.CurrentRevisionOptionCase == AppendResp.Types.WrongVersion.CurrentRevisionOptionOneofCase.CurrentRevision
                        ? (long)answer.WrongExpectedVersion.CurrentRevision
                        : ExpectedRevision.NoStream.Value);
        }
        catch (RpcException e)
        {
            switch (e.Kind())
            {
                case "maximum-append-size-exceeded":
                    throw TooLarge(e.Status.Detail, e);
                case "stream-deleted":
                    throw Tombstoned(stream, e);
            }

            _usable = false;
            failed(e);
            throw e.WasNeverTaken() ? new AppendNotTakenException(e) : new AppendOutcomeUnknownException(stream, e);
        }
    }

    private async Task<AppendResp> Send(AppendReq.Types.Options options, IReadOnlyList<NewEvent> events)
    {
        using var call = node.Streams.Append(node.Call(CancellationToken.None, deadline));
        try
        {
            await call.RequestStream.WriteAsync(new() { Options = options }, CancellationToken.None);
            foreach (var e in events)
            {
                await call.RequestStream.WriteAsync(new() { ProposedMessage = e.ToWire() }, CancellationToken.None);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The server may answer before it has heard everything; its answer says more than the broken writing.
        }

        return await call.ResponseAsync;
    }
}
