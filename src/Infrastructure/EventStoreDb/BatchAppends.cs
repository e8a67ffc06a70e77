using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>
/// Appends over one long-lived call: sent in the order in which they came, without waiting for each other's answers,
/// which are told apart by a correlation id. The server works them off in that order, so two appends to a stream may
/// both be under way.
/// </summary>
internal sealed class BatchAppends : AppendPath
{
    /// <summary>So many appends share a flush where many wait; a lone one is flushed at once.</summary>
    private const int MostUnflushed = 32;

    /// <summary>How much later than the server this side gives up: its answer that it has given up is the better one.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A server that gets the same events twice at almost the same time, from two nodes say, never answers the second append.
    /// Asked again, it does: the same ids at the same revision are the same append.
    /// </summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<PendingAppend> _queue = Channel.CreateUnbounded<PendingAppend>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, PendingAppend> _unanswered = [];
    private readonly AsyncDuplexStreamingCall<BatchAppendReq, BatchAppendResp> _call;
    private readonly EventStoreDbNode _node;
    private readonly TimeSpan _deadline;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<RpcException> _broken;
    private readonly Action<int>? _grouped;
    private readonly Task _running;
    private volatile bool _usable = true;
    private volatile bool _closing;
    private volatile bool _everAnswered;
    private Exception? _failure;

    /// <param name="broken">Told why the call ended, unless this side ended it.</param>
    /// <param name="grouped">Told how many appends shared a flush.</param>
    public BatchAppends(
        EventStoreDbNode node, TimeSpan deadline, Func<StreamName, long, CancellationToken, Task<LogPosition>> locate,
        TimeProvider time, ILogger logger, Action<RpcException> broken, Action<int>? grouped = null)
        : base(locate)
    {
        _node = node;
        _deadline = deadline;
        _time = time;
        _logger = logger;
        _broken = broken;
        _grouped = grouped;
        _call = node.Streams.BatchAppend(node.Call(CancellationToken.None));
        _running = Run();
    }

    public override bool IsUsable => _usable;

    public override async Task<AppendResult> Append(
        StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var answer = await Ask(stream, () => Request(stream, expected, events), ct);
        return answer.ResultCase == BatchAppendResp.ResultOneofCase.Success
            ? await Appended(stream, answer.Success.CurrentRevision, answer.Success.Position)
            : Refused(stream, answer.Error);
    }

    /// <summary>Sends what is queued and waits for the answers.</summary>
    public override async ValueTask DisposeAsync()
    {
        _closing = true;
        _queue.Writer.TryComplete();
        await _running;
    }

    private async Task<BatchAppendResp> Ask(StreamName stream, Func<BatchAppendReq> request, CancellationToken ct)
    {
        var append = new PendingAppend(stream, request());
        if (!_queue.Writer.TryWrite(append))
        {
            throw new AppendNotTakenException(_failure);
        }

        PendingAppend? again = null;
        await using var giveUp = ct.UnsafeRegister((pending, token) => ((PendingAppend)pending!).Cancel(token), append);
        try
        {
            if (_deadline > AskAgainAfter && !await IsAnswered(append, AskAgainAfter) && append.IsTaken)
            {
                again = new(stream, request());
                if (_queue.Writer.TryWrite(again)
                    && await Task.WhenAny(append.Answer, again.Answer).WaitAsync(_deadline, _time, CancellationToken.None) == again.Answer
                    && again.Answer.IsCompletedSuccessfully)
                {
                    return await again.Answer;
                }
            }

            return await append.Answer.WaitAsync(_deadline + Slack, _time, CancellationToken.None);
        }
        catch (TimeoutException e)
        {
            throw append.TryGiveUp() ? new AppendNotTakenException(e) : new AppendOutcomeUnknownException(stream, e);
        }
        finally
        {
            Forget(append);
            Forget(again);
        }
    }

    private async Task<bool> IsAnswered(PendingAppend append, TimeSpan within)
    {
        await ((Task)append.Answer).WaitAsync(within, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return append.Answer.IsCompleted;
    }

    private void Forget(PendingAppend? append)
    {
        if (append is not null && !append.TryGiveUp())
        {
            _unanswered.TryRemove(append.Id, out _);
        }
    }

    private BatchAppendReq Request(StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events)
    {
        var request = new BatchAppendReq
        {
            CorrelationId = Guid.NewGuid().ToWire(),
            IsFinal = true,
            Options = new() { StreamIdentifier = stream.ToWire(), Deadline = Duration.FromTimeSpan(_deadline) },
        };
        if (expected == ExpectedRevision.NoStream)
        {
            request.Options.NoStream = WireFormat.Empty;
        }
        else
        {
            request.Options.StreamPosition = (ulong)expected.Value;
        }

        foreach (var e in events)
        {
            request.ProposedMessages.Add(e.ToWire());
        }

        return request;
    }

    private static AppendResult.WrongRevision Refused(StreamName stream, Wire.Status error)
    {
        if (error.Details?.TryUnpack<WrongExpectedVersion>(out var wrong) == true)
        {
            return new AppendResult.WrongRevision(
                wrong.CurrentStreamRevisionOptionCase == WrongExpectedVersion.CurrentStreamRevisionOptionOneofCase.CurrentStreamRevision
                    ? (long)wrong.CurrentStreamRevision
                    : ExpectedRevision.NoStream.Value);
        }

        if (error.Details?.TryUnpack<MaximumAppendSizeExceeded>(out var size) == true)
        {
            throw TooLarge($"{size.MaxAppendSize} bytes");
        }

        if (error.Details?.TryUnpack<BadRequest>(out var bad) == true)
        {
            throw new ArgumentException($"The event log does not take these events: {bad.Message}.");
        }

        var cause = new RpcException(new((StatusCode)error.Code, error.Message));
        throw (StatusCode)error.Code switch
        {
            StatusCode.NotFound => Tombstoned(stream, cause),

            // Not ready, too busy or without a leader: the server says so in words, without a code, and has done nothing.
            StatusCode.OK or StatusCode.PermissionDenied or StatusCode.Unauthenticated => new AppendNotTakenException(cause),

            // A write that timed out may still be committed.
            _ => new AppendOutcomeUnknownException(stream, cause),
        };
    }

    private async Task Run()
    {
        using var ending = new CancellationTokenSource();
        var receiving = Receive();
        var sending = Send(ending.Token);
        await Task.WhenAny(receiving, sending);
        if (_closing && sending.IsCompletedSuccessfully)
        {
            var answers = Task.WhenAll(_unanswered.Values.Select(append => append.Answer));
            await Task.WhenAny(answers, receiving, Task.Delay(_deadline, _time, CancellationToken.None));
        }

        _usable = false;
        var failed = receiving.IsCompleted ? receiving : sending;
        _failure = failed.Exception?.InnerException;
        _queue.Writer.TryComplete();
        await ending.CancelAsync();
        _call.Dispose();
        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LoseTheRest();
        if (!_closing)
        {
            var cause = _failure as RpcException ?? new RpcException(new(StatusCode.Unavailable, "The server ended the call.", _failure));
            LogMessages.EventStoreConnectionLost(_logger, cause, _node);
            _broken(cause);
        }
    }

    private async Task Receive()
    {
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            var answer = _call.ResponseStream.Current;
            _everAnswered = true;
            if (_unanswered.TryRemove(answer.CorrelationId.ToGuid(), out var append))
            {
                append.Answered(answer);
            }
        }
    }

    private async Task Send(CancellationToken ct)
    {
        var unflushed = 0;
        var group = 0;
        while (await _queue.Reader.WaitToReadAsync(ct))
        {
            for (var append = Take(); append is not null;)
            {
                var next = Take();
                unflushed = next is null || unflushed == MostUnflushed ? 0 : unflushed + 1;
                _call.RequestStream.WriteOptions = unflushed == 0 ? null : new WriteOptions(WriteFlags.BufferHint);
                append.Written = true;
                await _call.RequestStream.WriteAsync(append.Request, CancellationToken.None);
                group++;
                if (unflushed == 0)
                {
                    _grouped?.Invoke(group);
                    group = 0;
                }

                append = next ?? Take();
            }
        }
    }

    private PendingAppend? Take()
    {
        while (_queue.Reader.TryRead(out var append))
        {
            if (append.TryTake())
            {
                _unanswered[append.Id] = append;
                return append;
            }
        }

        return null;
    }

    private void LoseTheRest()
    {
        // A server that never answered on this call and ended it by refusing it has looked at nothing.
        var refused = !_everAnswered && _failure is RpcException failure && failure.WasNeverTaken();
        while (_queue.Reader.TryRead(out var append))
        {
            append.Lost(_failure, refused);
        }

        foreach (var append in _unanswered.Values)
        {
            append.Lost(_failure, refused);
        }

        _unanswered.Clear();
    }
}
