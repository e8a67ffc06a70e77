using System.Diagnostics.CodeAnalysis;

namespace RandomChat.Infrastructure.Redis;

/// <summary>
/// What this node puts back should Redis forget it: the tickets of its visitors, the claims that it settles, and, for a
/// minute, which tickets it saw end.
/// </summary>
internal sealed class LobbyMemory(TimeProvider time)
{
    private static readonly TimeSpan EndsKept = TimeSpan.FromMinutes(1);

    private readonly Lock sync = new();
    private readonly Queue<(Guid Visitor, Guid Ticket, DateTimeOffset At)> ends = [];

    public Remembered<HeldTicket> Tickets { get; } = new(time);

    public Remembered<HeldClaim> Claims { get; } = new(time);

    public void NoteEnd(Guid visitor, Guid ticket)
    {
        lock (sync)
        {
            ends.Enqueue((visitor, ticket, time.GetUtcNow()));
            DropOldEnds();
        }
    }

    public IReadOnlyList<(Guid Visitor, Guid Ticket)> RecentEnds()
    {
        lock (sync)
        {
            DropOldEnds();
            return [.. ends.Select(end => (end.Visitor, end.Ticket))];
        }
    }

    private void DropOldEnds()
    {
        while (ends.TryPeek(out var oldest) && time.GetUtcNow() - oldest.At > EndsKept)
        {
            ends.Dequeue();
        }
    }
}

/// <summary>
/// Values by id, as of the newest call that said something about them. What a node hears, in answers and in news, comes
/// in any order; the number that the script gave each call says what is newer.
/// </summary>
internal sealed class Remembered<T>(TimeProvider time)
    where T : class
{
    /// <summary>Longer than an answer may come late.</summary>
    private static readonly TimeSpan GapsKept = TimeSpan.FromSeconds(30);

    private readonly Lock sync = new();
    private readonly Dictionary<Guid, (long Sequence, T? Value)> values = [];
    private readonly Queue<(Guid Id, long Sequence, DateTimeOffset At)> gaps = [];

    /// <param name="value">Null: forgotten.</param>
    public void Set(Guid id, long sequence, T? value)
    {
        lock (sync)
        {
            if (values.TryGetValue(id, out var known) && known.Sequence > sequence)
            {
                return;
            }

            values[id] = (sequence, value);
            if (value is null)
            {
                gaps.Enqueue((id, sequence, time.GetUtcNow()));
            }

            while (gaps.TryPeek(out var oldest) && time.GetUtcNow() - oldest.At > GapsKept)
            {
                gaps.Dequeue();
                if (values.TryGetValue(oldest.Id, out var gap) && gap.Sequence == oldest.Sequence)
                {
                    values.Remove(oldest.Id);
                }
            }
        }
    }

    /// <summary>Finds a value of which nothing was heard since the call of that number.</summary>
    public bool TryGet(Guid id, long until, [NotNullWhen(true)] out T? value)
    {
        lock (sync)
        {
            value = values.TryGetValue(id, out var known) && known.Sequence <= until ? known.Value : null;
            return value is not null;
        }
    }

    public IReadOnlyList<Guid> Ids()
    {
        lock (sync)
        {
            return [.. values.Where(known => known.Value.Value is not null).Select(known => known.Key)];
        }
    }

    public IReadOnlyList<T> Values()
    {
        lock (sync)
        {
            return [.. values.Values.Select(known => known.Value).OfType<T>()];
        }
    }
}
