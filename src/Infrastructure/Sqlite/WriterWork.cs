using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>Something for the writer to do inside a group. Whoever asked may give up until the writer takes it, and not after.</summary>
/// <param name="alone">Whether it has a transaction of its own, so that nothing fails with it.</param>
internal abstract class WriterWork(int bytes, bool alone)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int GivenUp = 2;
    private int _state = Waiting;

    public int Bytes { get; } = bytes;

    public bool Alone { get; } = alone;

    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    public abstract void Apply(WriterSession session);

    public abstract void Complete();

    /// <summary>Nothing of the group was recorded.</summary>
    public abstract void Fail(Exception cause);

    /// <summary>The group's commit failed in a way that does not tell whether it was recorded.</summary>
    public abstract void FailUnknown(Exception cause);

    protected bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting;
}

/// <inheritdoc />
internal sealed class WriterWork<T>(StreamName stream, int bytes, Func<WriterSession, T> apply, bool alone) : WriterWork(bytes, alone)
{
    // Whoever completes it is on a thread of the pool already, and has nothing else to do there.
    private readonly TaskCompletionSource<T> _answer = new();
    private T? _result;

    public Task<T> Answer(CancellationToken ct) => ct.CanBeCanceled ? AnswerUnless(ct) : _answer.Task;

    public override void Apply(WriterSession session) => _result = apply(session);

    public override void Complete() => _answer.TrySetResult(_result!);

    public override void Fail(Exception cause) =>
        _answer.TrySetException(new DependencyUnavailableException(SqliteEventStore.Dependency, cause));

    public override void FailUnknown(Exception cause) =>
        _answer.TrySetException(new AppendOutcomeUnknownException(stream, cause));

    private async Task<T> AnswerUnless(CancellationToken ct)
    {
        await using var registration = ct.UnsafeRegister(
            (work, token) =>
            {
                var self = (WriterWork<T>)work!;
                if (self.TryGiveUp())
                {
                    // Whoever cancels does not have to run what follows.
                    ThreadPool.UnsafeQueueUserWorkItem(given => given.self._answer.TrySetCanceled(given.token), (self, token), preferLocal: false);
                }
            },
            this);
        return await _answer.Task;
    }
}
