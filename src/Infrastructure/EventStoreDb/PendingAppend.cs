using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>A batch append on its way. Whoever asked may give up until it is taken to be sent, and not after.</summary>
internal sealed class PendingAppend(StreamName stream, BatchAppendReq request)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int GivenUp = 2;

    private readonly TaskCompletionSource<BatchAppendResp> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state = Waiting;

    public Guid Id { get; } = request.CorrelationId.ToGuid();

    public BatchAppendReq Request { get; } = request;

    /// <summary>Whether any of it may have left this process.</summary>
    public bool Written { get; set; }

    public Task<BatchAppendResp> Answer => _answer.Task;

    /// <summary>Whether it is being sent, so that whoever asked can no longer give up.</summary>
    public bool IsTaken => Volatile.Read(ref _state) == Taken;

    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    public bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting;

    public void Cancel(CancellationToken ct)
    {
        if (TryGiveUp())
        {
            _answer.TrySetCanceled(ct);
        }
    }

    public void Answered(BatchAppendResp answer) => _answer.TrySetResult(answer);

    /// <summary>No answer will come.</summary>
    /// <param name="refused">Whether the server is known not to have looked at what was written.</param>
    public void Lost(Exception? cause, bool refused)
    {
        _answer.TrySetException(Written && !refused ? new AppendOutcomeUnknownException(stream, cause) : new AppendNotTakenException(cause));

        // Of two that ask the same, one may have nobody who listens any more.
        _ = _answer.Task.Exception;
    }
}
