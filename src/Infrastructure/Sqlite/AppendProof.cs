using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// Whether the writer gets its groups to the disk. A group that failed puts it in doubt, and only room that was taken in the
/// file and given back puts it out of doubt: a small append may still find a place where the next one does not, and a server
/// that nobody is sent to has no appends to find out by.
/// </summary>
/// <param name="write">Does something on the writer's thread, in a transaction of its own.</param>
/// <param name="log">Told once when appends begin to fail, and once when they need not any more; null: nobody.</param>
internal sealed class AppendProof(Func<Action<WriterSession>, Task> write, TimeProvider time, ILogger? log)
{
    /// <summary>Anybody may ask for readiness, and every try writes.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private Task<Exception?> trying = Task.FromResult<Exception?>(null);
    private long? triedAt;
    private Exception? last;
    private int failures;
    private bool inDoubt = true;
    private bool failing;

    /// <summary>A group was not recorded, or nobody knows.</summary>
    public void Failed(Exception cause)
    {
        bool begins;
        lock (sync)
        {
            (begins, inDoubt, failing, last) = (!failing, true, true, cause);
            failures++;
        }

        if (begins && log is not null)
        {
            LogMessages.AppendsFail(log, cause.Message);
        }
    }

    /// <exception cref="DependencyUnavailableException">The log takes no appends now.</exception>
    public async Task Prove(CancellationToken ct)
    {
        Task<Exception?> proof;
        lock (sync)
        {
            if (!inDoubt)
            {
                return;
            }

            if (trying.IsCompleted && (triedAt is not { } before || time.GetElapsedTime(before) >= Between))
            {
                triedAt = time.GetTimestamp();
                trying = Try(failures);
            }

            proof = trying;
        }

        if (await proof.WaitAsync(ct) is { } cause)
        {
            throw new DependencyUnavailableException(SqliteEventStore.Dependency, cause);
        }
    }

    /// <returns>Why it takes none; null: it does.</returns>
    private async Task<Exception?> Try(int failedBefore)
    {
        try
        {
            await write(session => session.TakeRoom());
            await write(session => session.GiveRoomBack());
        }
        catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
        {
            return e.InnerException ?? e;
        }

        bool ends;
        lock (sync)
        {
            if (failures != failedBefore)
            {
                return last;
            }

            (ends, inDoubt, failing) = (failing, false, false);
        }

        if (ends && log is not null)
        {
            LogMessages.AppendsSucceed(log);
        }

        return null;
    }
}
