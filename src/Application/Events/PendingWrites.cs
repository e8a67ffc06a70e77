using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RandomChat.Domain;

namespace RandomChat.Application.Events;

/// <summary>
/// What is recorded after the fact and never on anybody's way: kept in memory, in order, until the log takes it. What is
/// still here when the process is killed is lost.
/// </summary>
/// <param name="write">Records one; the reason where that is refused. Done again it has to write nothing twice.</param>
/// <param name="describe">What one is, for the program's log; nothing that anybody wrote.</param>
public sealed class PendingWrites<T>(Func<T, CancellationToken, Task<Rejection?>> write, Func<T, string> describe, ILogger log)
{
    private readonly ConcurrentQueue<T> pending = new();
    private bool isDelayed;

    public void Add(T one) => pending.Enqueue(one);

    /// <summary>Writes what is pending, until the log refuses; the rest is kept for the next time. By one caller at a time.</summary>
    public async Task Flush(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && pending.TryPeek(out var next))
        {
            try
            {
                if (await write(next, ct) is { } reason)
                {
                    LogMessages.PendingRefused(log, describe(next), reason.Code);
                }

                isDelayed = false;
            }
            catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
            {
                if (!isDelayed)
                {
                    LogMessages.PendingDelayed(log, describe(next), e);
                }

                isDelayed = true;
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // One that cannot be written at all does not hold up the others.
                LogMessages.PendingLost(log, describe(next), e);
            }

            pending.TryDequeue(out _);
        }
    }

    /// <summary>
    /// Returns when those that are pending by now are in the log, for who reads them there. They stay pending until their
    /// turn, which finds them written: so this may go on beside <see cref="Flush"/>.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The log does not take them.</exception>
    public async Task WriteNow(Func<T, bool> which, CancellationToken ct)
    {
        foreach (var one in pending.Where(which))
        {
            try
            {
                await write(one, ct);
            }
            catch (AppendOutcomeUnknownException e)
            {
                throw new DependencyUnavailableException("event-log", e);
            }
            catch (Exception e) when (e is not (DependencyUnavailableException or OperationCanceledException))
            {
                // Its turn tells of it.
            }
        }
    }
}
