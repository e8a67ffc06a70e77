using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Events;

/// <summary>
/// Which log it is, for whoever remembers positions in one: they mean nothing in another. A log that was moved to another
/// engine is another log, since its positions are others.
/// </summary>
/// <param name="Id">Of the first event; of a log that was moved, of the event that says so.</param>
/// <param name="Begins">Where its first event lies.</param>
/// <param name="Moved">What a log that was moved says of the former one; null where it never was.</param>
public sealed record LogIdentity(Guid Id, LogPosition Begins, LogEvent.Moved? Moved)
{
    private const string Category = "log";

    /// <summary>The stream of what became of a log as a whole.</summary>
    /// <param name="firstEvent">The id of its first event.</param>
    public static StreamName StreamOf(Guid firstEvent) => StreamName.For(Category, firstEvent);

    /// <summary>Null where the log is empty.</summary>
    /// <exception cref="UnfinishedCopyException">It is a copy, and not all of it is there.</exception>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    public static async ValueTask<LogIdentity?> Of(IEventStore log, CancellationToken ct)
    {
        await foreach (var item in log.Subscribe(null, ct))
        {
            switch (item)
            {
                case LogItem.Event { Recorded: var first }:
                    return await OfMoved(log, first, ct)
                        ?? (first.CopiedFrom is null ? new(first.Id, first.Position, null) : throw new UnfinishedCopyException());

                case LogItem.CaughtUp:
                    return null;
            }
        }

        return null;
    }

    /// <summary>Of a log that was moved; null where it never was.</summary>
    private static async ValueTask<LogIdentity?> OfMoved(IEventStore log, RecordedEvent first, CancellationToken ct)
    {
        await foreach (var recorded in log.Read(StreamOf(first.Id), 0, ct))
        {
            return new(recorded.Id, first.Position, (LogEvent.Moved)EventCodec.Default.Decode(recorded));
        }

        return null;
    }
}

/// <summary>What is in the log was copied there from another engine, and not all of it is there yet.</summary>
public sealed class UnfinishedCopyException() : Exception(
    "The event log is an unfinished copy of another one. Finish it with copy-log, or give the server another log: one that begins on half of its history could never be completed.");
