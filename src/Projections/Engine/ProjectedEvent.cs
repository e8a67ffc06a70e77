using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>An event on its way into projections: decoded once, whoever of them wants it.</summary>
public sealed class ProjectedEvent
{
    private readonly object? happened;
    private readonly UnreadableEventException? unreadable;
    private EventMetadata? metadata;

    private ProjectedEvent(RecordedEvent recorded, object? happened, UnreadableEventException? unreadable) =>
        (Recorded, this.happened, this.unreadable) = (recorded, happened, unreadable);

    public RecordedEvent Recorded { get; }

    public LogPosition Position => Recorded.Position;

    /// <exception cref="UnreadableEventException">This program does not know it: whoever reads on would lose history.</exception>
    public object Event => happened ?? throw unreadable!;

    public EventMetadata Metadata => metadata ??= EventCodec.DecodeMetadata(Recorded);

    internal static ProjectedEvent Decode(EventCodec codec, RecordedEvent recorded)
    {
        try
        {
            return new(recorded, codec.Decode(recorded), null);
        }
        catch (UnreadableEventException e)
        {
            // Told to each projection when it gets there, so that each one stops at this position and records it.
            return new(recorded, null, e);
        }
    }
}
