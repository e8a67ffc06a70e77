namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// What was noted and the index has not read yet. An entry goes when the index has read its event, when it is too old
/// to matter, or, the oldest first, when there are too many.
/// </summary>
/// <param name="keep">Age at which an entry goes, counted from its own moment.</param>
internal sealed class PairingOverlay(int most, TimeSpan keep)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Dictionary<Pair, DateTimeOffset>> _byWho = [];
    private readonly Queue<(Pair Pair, DateTimeOffset At)> _oldestFirst = [];

    public void Note(Pair pair, DateTimeOffset at, DateTimeOffset now)
    {
        pair = pair.Canonical;
        lock (_lock)
        {
            foreach (var (who, _, _) in pair.Directions)
            {
                if (!_byWho.TryGetValue(who, out var pairs))
                {
                    _byWho[who] = pairs = [];
                }

                if (!pairs.TryGetValue(pair, out var known) || known < at)
                {
                    pairs[pair] = at;
                }
            }

            _oldestFirst.Enqueue((pair, at));
            while (_oldestFirst.Count > most || (_oldestFirst.TryPeek(out var oldest) && oldest.At < now - keep))
            {
                var (gone, noted) = _oldestFirst.Dequeue();
                Remove(gone, noted);
            }
        }
    }

    /// <summary>The index has read it: forgets what was noted of the pair up to that moment.</summary>
    public void Passed(Pair pair, DateTimeOffset at)
    {
        lock (_lock)
        {
            Remove(pair.Canonical, at);
        }
    }

    /// <summary>Visitors and devices noted on the other side of this visitor or this device, with the last moment of each.</summary>
    public List<(Guid Other, DateTimeOffset At)> Of(Guid visitor, Guid device)
    {
        var others = new List<(Guid, DateTimeOffset)>();
        lock (_lock)
        {
            foreach (var who in (Guid[])[visitor, device])
            {
                if (!_byWho.TryGetValue(who, out var pairs))
                {
                    continue;
                }

                foreach (var (pair, at) in pairs)
                {
                    var otherSide = pair.Visitor == who || pair.Device == who
                        ? (pair.OtherVisitor, pair.OtherDevice)
                        : (pair.Visitor, pair.Device);
                    others.Add((otherSide.Item1, at));
                    others.Add((otherSide.Item2, at));
                }
            }
        }

        return others;
    }

    private void Remove(Pair pair, DateTimeOffset upTo)
    {
        foreach (var (who, _, _) in pair.Directions)
        {
            if (_byWho.TryGetValue(who, out var pairs) && pairs.TryGetValue(pair, out var at) && at <= upTo)
            {
                pairs.Remove(pair);
                if (pairs.Count == 0)
                {
                    _byWho.Remove(who);
                }
            }
        }
    }
}
