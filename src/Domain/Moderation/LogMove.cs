namespace RandomChat.Domain.Moderation;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream log-{id}; the id is that of the log's first event. Their properties are the storage format: they are only
// ever added to.
// ---------------------------------------------------------------------------------------------------------------

/// <summary>What became of the log as a whole.</summary>
public abstract record LogEvent
{
    private LogEvent()
    {
    }

    /// <summary>
    /// Everything before this event was copied from another engine, and compared with the ledger there. So the ledger that
    /// goes on here covers what the former one came to, and whoever kept its anchors can prove what was before.
    /// </summary>
    /// <param name="Position">The last place of the former ledger, in the former log.</param>
    /// <param name="Events">How many entries the former ledger had.</param>
    /// <param name="Hash">Of its chain over all of them, in hexadecimal.</param>
    public sealed record Moved(long Position, long Events, string Hash, DateTimeOffset At) : LogEvent;
}
