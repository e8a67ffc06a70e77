using System.Diagnostics.CodeAnalysis;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>Keeps the entries that were used last. Safe for many threads.</summary>
internal sealed class BoundedCache<TKey, TValue>(int capacity) where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>> nodes = [];
    private readonly LinkedList<KeyValuePair<TKey, TValue>> byUse = [];

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (gate)
        {
            if (!nodes.TryGetValue(key, out var node))
            {
                value = default;
                return false;
            }

            if (node != byUse.First)
            {
                byUse.Remove(node);
                byUse.AddFirst(node);
            }

            value = node.Value.Value;
            return true;
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (gate)
        {
            if (nodes.Remove(key, out var former))
            {
                byUse.Remove(former);
            }
            else if (nodes.Count >= capacity)
            {
                nodes.Remove(byUse.Last!.Value.Key);
                byUse.RemoveLast();
            }

            nodes[key] = byUse.AddFirst(KeyValuePair.Create(key, value));
        }
    }

    public void Remove(TKey key)
    {
        lock (gate)
        {
            if (nodes.Remove(key, out var node))
            {
                byUse.Remove(node);
            }
        }
    }

    public void RemoveWhere(Func<TValue, bool> condition)
    {
        lock (gate)
        {
            for (var node = byUse.First; node is not null;)
            {
                var next = node.Next;
                if (condition(node.Value.Value))
                {
                    nodes.Remove(node.Value.Key);
                    byUse.Remove(node);
                }

                node = next;
            }
        }
    }
}
