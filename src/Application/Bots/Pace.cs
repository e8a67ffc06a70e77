using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Bots;

/// <summary>How much one side of a match said lately. What it said is not kept. Not safe for several threads.</summary>
public sealed class Pace
{
    private readonly Queue<(DateTimeOffset At, int Characters)> lately = new();
    private int characters;

    /// <summary>Whether flooding was noted of the device already, in this match.</summary>
    internal bool IsNoted { get; set; }

    /// <summary>Counts a message, delivered or not.</summary>
    /// <returns>Whether it is part of a flood.</returns>
    public bool Said(DateTimeOffset now, int length)
    {
        while (lately.TryPeek(out var oldest) && now - oldest.At > FloodPolicy.Window)
        {
            characters -= lately.Dequeue().Characters;
        }

        // One more than the most is enough to know, however fast they come.
        if (lately.Count > FloodPolicy.MostMessages)
        {
            characters -= lately.Dequeue().Characters;
        }

        lately.Enqueue((now, length));
        characters += length;
        return FloodPolicy.IsFlood(lately.Count, characters);
    }
}
