using Grpc.Core;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>What a server sends for one read. A failure is a value, since it decides how a reader goes on.</summary>
internal sealed class ReadAnswers(AsyncServerStreamingCall<ReadResp> call, TimeProvider time) : IDisposable
{
    private Task<bool>? _next;

    /// <summary>The answer that <see cref="Next"/> found.</summary>
    public ReadResp Current => call.ResponseStream.Current;

    /// <summary>Why there is no further answer; null where the server has come to its end.</summary>
    public RpcException? Failure { get; private set; }

    /// <summary>Whether the next answer is here already.</summary>
    public bool IsNextHere => (_next ??= call.ResponseStream.MoveNext(CancellationToken.None)).IsCompleted;

    /// <summary>Goes to the next answer; false where there is none, or the call failed.</summary>
    /// <param name="patience">After so long without an answer the call has failed.</param>
    /// <exception cref="OperationCanceledException">The reader has gone.</exception>
    public async ValueTask<bool> Next(TimeSpan patience, CancellationToken ct)
    {
        if (await IsThere(patience, ct))
        {
            return await Take(ct);
        }

        Failure = new(new(StatusCode.DeadlineExceeded, "The server sent nothing for too long."));
        return false;
    }

    /// <summary>Waits until there is something to take: an answer, the end or a failure. False where there is none in time.</summary>
    public async ValueTask<bool> IsThere(TimeSpan patience, CancellationToken ct)
    {
        if (IsNextHere)
        {
            return true;
        }

        await ((Task)_next!).WaitAsync(patience, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
        return _next!.IsCompleted;
    }

    /// <summary>Goes to the next answer, however long it takes.</summary>
    public async ValueTask<bool> Take(CancellationToken ct)
    {
        try
        {
            var next = _next ?? call.ResponseStream.MoveNext(CancellationToken.None);
            if (!next.IsCompleted)
            {
                await next.WaitAsync(ct);
            }

            _next = null;
            return await next;
        }
        catch (RpcException e)
        {
            ct.ThrowIfCancellationRequested();
            Failure = e;
            return false;
        }
    }

    public void Dispose()
    {
        // A call that is cancelled in the middle of a wait ends that wait with an error nobody looks at.
        _next?.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        call.Dispose();
    }
}
