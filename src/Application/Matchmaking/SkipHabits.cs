using System.Collections.Concurrent;

namespace RandomChat.Application.Matchmaking;

/// <summary>Who skips often: such visitors are met after others. Kept in memory, by visitor, for a while.</summary>
public sealed class SkipHabits(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private const int Frequent = 10;

    private readonly ConcurrentDictionary<Guid, Queue<DateTimeOffset>> skips = [];

    public void Note(Guid visitorId)
    {
        var mine = skips.GetOrAdd(visitorId, _ => new());
        lock (mine)
        {
            mine.Enqueue(clock.GetUtcNow());
            if (mine.Count > Frequent)
            {
                mine.Dequeue();
            }
        }
    }

    /// <summary>Whether the last ten skips of this visitor were within ten minutes.</summary>
    public bool IsFrequent(Guid visitorId)
    {
        if (!skips.TryGetValue(visitorId, out var mine))
        {
            return false;
        }

        lock (mine)
        {
            return mine.Count == Frequent && clock.GetUtcNow() - mine.Peek() < Window;
        }
    }

    /// <summary>Forgets whoever has not skipped for a while.</summary>
    public void Sweep()
    {
        var now = clock.GetUtcNow();
        foreach (var (visitorId, mine) in skips)
        {
            lock (mine)
            {
                if (mine.Count == 0 || now - mine.Last() > Window)
                {
                    skips.TryRemove(visitorId, out _);
                }
            }
        }
    }
}
