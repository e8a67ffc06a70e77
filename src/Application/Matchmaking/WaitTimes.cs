using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>How long people waited lately, for an honest estimate.</summary>
public sealed class WaitTimes
{
    private const int Kept = 200;
    private const int Enough = 5;

    private readonly Lock gate = new();
    private readonly Dictionary<ChatMode, Queue<long>> waits = new() { [ChatMode.Text] = [], [ChatMode.Video] = [] };

    public void Add(ChatMode mode, long milliseconds)
    {
        lock (gate)
        {
            var queue = waits[mode];
            queue.Enqueue(milliseconds);
            if (queue.Count > Kept)
            {
                queue.Dequeue();
            }
        }
    }

    /// <summary>The wait that three of four people did not exceed, or null where too few were measured.</summary>
    public TimeSpan? Typical(ChatMode mode)
    {
        lock (gate)
        {
            var queue = waits[mode];
            return queue.Count < Enough ? null : TimeSpan.FromMilliseconds(queue.Order().ElementAt(queue.Count * 3 / 4));
        }
    }
}
