namespace RandomChat.Projections.Engine;

/// <summary>
/// A time as every read store gives it back. PostgreSQL keeps microseconds and events have tenths of them, so what is computed from
/// a time must not depend on whether its row was read again meanwhile.
/// </summary>
internal static class KeptTime
{
    public static DateTimeOffset Kept(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
