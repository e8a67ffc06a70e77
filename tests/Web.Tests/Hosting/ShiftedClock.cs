namespace RandomChat.Web.Tests.Hosting;

/// <summary>The time of day with hours put on it by a test; timers go on as usual, so that nothing in the server stands still.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long ahead;

    /// <summary>How far it is ahead of the machine's.</summary>
    public TimeSpan Ahead
    {
        get => new(Interlocked.Read(ref ahead));
        set => Interlocked.Exchange(ref ahead, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
