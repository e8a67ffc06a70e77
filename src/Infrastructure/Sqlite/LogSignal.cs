namespace RandomChat.Infrastructure.Sqlite;

/// <summary>Wakes everybody who waits for the log to grow. Take <see cref="Next"/> before looking at the log.</summary>
internal sealed class LogSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => Volatile.Read(ref _next).Task;

    public void Pulse() =>
        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
