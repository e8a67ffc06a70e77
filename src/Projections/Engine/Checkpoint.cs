using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>How far a build of a projection has come: one row beside its tables, written in the same transaction.</summary>
public sealed class Checkpoint
{
    /// <summary>Tells one build from the next.</summary>
    public Guid Build { get; set; }

    public string Projection { get; set; } = "";

    public int Version { get; set; }

    /// <summary>Of the last event that was looked at; 0 before the first.</summary>
    public long Position { get; set; }

    /// <summary>How many events were looked at; those of streams that expire are not counted.</summary>
    public long Events { get; set; }

    /// <summary>Why the projection stopped; null while it goes on.</summary>
    public string? Error { get; set; }

    /// <summary>The event that it stopped at; null where no single event is to blame.</summary>
    public long? ErrorPosition { get; set; }

    internal LogPosition? After => Position == 0 ? null : new(Position);
}
