using System.Diagnostics.CodeAnalysis;

namespace RandomChat.Infrastructure.Lobby;

/// <summary>Something that is due at a moment. It knows its place in the heap, so that it can be moved or taken out.</summary>
internal abstract class Deadline
{
    internal DateTimeOffset DueAt { get; set; }

    internal int HeapIndex { get; set; } = -1;
}

/// <summary>
/// A binary heap by due moment. <see cref="PriorityQueue{TElement,TPriority}"/> cannot take out an element without
/// looking at all of them, and leaving dead ones in would keep every ticket of the last minutes in memory.
/// </summary>
internal sealed class DeadlineHeap
{
    private readonly List<Deadline> _items = [];

    /// <summary>Puts a deadline in, or moves the one that is in.</summary>
    internal void Set(Deadline deadline, DateTimeOffset dueAt)
    {
        deadline.DueAt = dueAt;
        if (deadline.HeapIndex < 0)
        {
            deadline.HeapIndex = _items.Count;
            _items.Add(deadline);
        }

        Settle(deadline);
    }

    internal void Remove(Deadline deadline)
    {
        var index = deadline.HeapIndex;
        if (index < 0)
        {
            return;
        }

        deadline.HeapIndex = -1;
        var last = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        if (last != deadline)
        {
            Place(last, index);
            Settle(last);
        }
    }

    internal bool TryTakeDue(DateTimeOffset now, [NotNullWhen(true)] out Deadline? deadline)
    {
        if (_items.Count == 0 || _items[0].DueAt > now)
        {
            deadline = null;
            return false;
        }

        deadline = _items[0];
        Remove(deadline);
        return true;
    }

    private void Settle(Deadline deadline)
    {
        var index = deadline.HeapIndex;
        while (index > 0 && deadline.DueAt < _items[(index - 1) / 2].DueAt)
        {
            Place(_items[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }

        while (EarlierChild(index) is var child && child < _items.Count && _items[child].DueAt < deadline.DueAt)
        {
            Place(_items[child], index);
            index = child;
        }

        Place(deadline, index);
    }

    private int EarlierChild(int index)
    {
        var left = (2 * index) + 1;
        return left + 1 < _items.Count && _items[left + 1].DueAt < _items[left].DueAt ? left + 1 : left;
    }

    private void Place(Deadline deadline, int index)
    {
        _items[index] = deadline;
        deadline.HeapIndex = index;
    }
}
