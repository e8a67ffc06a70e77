using System.Collections.Concurrent;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>
/// Writes down, outside the data, which keys are destroyed for good before their store destroys them, so that no older copy
/// of the store brings one back. Keys that end by time need no line: their ends are only ever moved back, so that a copy
/// knows an end that is past as well. Moved forward are those of cases alone, and those are written down.
/// </summary>
internal sealed class TombstonedKeyStore(IKeyStore inner, TombstoneFile file, TimeProvider time) : IKeyStore
{
    /// <summary>Keys that end earlier than a copy may know, and when to look whether they have ended.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> shortened = new(StringComparer.Ordinal);

    public string Name => inner.Name;

    public string Kind => inner.Kind;

    /// <summary>Opens the list, or makes it, and destroys again whatever of it somebody has put back.</summary>
    /// <returns>The keys that were there again, and whether a list was there.</returns>
    /// <exception cref="SealingException">The list cannot be used.</exception>
    /// <exception cref="Application.Events.DependencyUnavailableException">The key store does not answer.</exception>
    public async ValueTask<(IReadOnlyList<string> Revived, bool IsNew)> Apply(CancellationToken ct)
    {
        var isNew = file.Open();
        foreach (var tombstone in file.Known.Shortened)
        {
            shortened[tombstone.Key] = tombstone.Ends ?? tombstone.At;
        }

        return (await file.Known.DestroyAgain(inner, ct), isNew);
    }

    public ValueTask<StoredKey?> Get(string id, CancellationToken ct) => inner.Get(id, ct);

    public ValueTask<StoredKey?> Any(CancellationToken ct) => inner.Any(ct);

    public ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct) => inner.Page(after, most, ct);

    public ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct) => inner.Exchange(exchanges, ct);

    public ValueTask<IReadOnlyList<StoredKey>> Put(IReadOnlyList<StoredKey> keys, CancellationToken ct) => inner.Put(keys, ct);

    public ValueTask<IReadOnlyList<string>> Touch(IReadOnlyList<KeyLife> lives, CancellationToken ct) => inner.Touch(lives, ct);

    public ValueTask Shorten(IReadOnlyList<KeyLife> lives, CancellationToken ct)
    {
        file.Add([.. lives.Select(life => new Tombstone(life.Id, TombstoneState.Shortened, life.DestroyAfter, time.GetUtcNow()))]);
        foreach (var life in lives)
        {
            shortened[life.Id] = life.DestroyAfter;
        }

        return inner.Shorten(lives, ct);
    }

    public ValueTask<Destruction> Destroy(IReadOnlyList<string> ids, CancellationToken ct)
    {
        Bury(ids, TombstoneState.Destroyed);
        return inner.Destroy(ids, ct);
    }

    public async ValueTask<Destruction> DestroyDue(DateTimeOffset now, CancellationToken ct)
    {
        var ended = await Ended(now, ct);
        Bury(ended, TombstoneState.Destroyed);
        var destruction = await inner.DestroyDue(now, ct);
        foreach (var id in ended)
        {
            if (await inner.Get(id, ct) is { } kept && kept.DestroyAfter > now)
            {
                // A legal hold was placed in this very moment.
                Bury([id], TombstoneState.Kept);
                shortened[id] = kept.DestroyAfter;
            }
            else
            {
                shortened.TryRemove(id, out _);
            }
        }

        return destruction;
    }

    /// <summary>Those of the shortened keys that nobody opens anything with from now on.</summary>
    private async Task<List<string>> Ended(DateTimeOffset now, CancellationToken ct)
    {
        var ended = new List<string>();
        foreach (var (id, _) in shortened.Where(key => key.Value <= now).ToList())
        {
            if (await inner.Get(id, ct) is { } stored && stored.DestroyAfter > now)
            {
                // Let live longer since then.
                shortened[id] = stored.DestroyAfter;
            }
            else
            {
                ended.Add(id);
            }
        }

        return ended;
    }

    private void Bury(IReadOnlyList<string> ids, TombstoneState state) =>
        file.Add([.. ids.Select(id => new Tombstone(id, state, null, time.GetUtcNow()))]);
}
