using System.Security.Cryptography;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>Between the store, which knows wrapped keys only, and memory: wraps, unwraps and remembers the keys used last.</summary>
internal sealed class KeyVault(IKeyStore store, IMasterKeys masters, TimeProvider time)
{
    private const int KeySize = 32;
    private const int Remembered = 50_000;
    private readonly BoundedCache<string, HeldKey> cache = new(Remembered);
    private volatile bool isProved;
    private long destructions;

    public string StoreName => store.Name;

    /// <summary>The key; null where it is destroyed, due, or was never made.</summary>
    public async ValueTask<HeldKey?> Find(string id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (cache.TryGet(id, out var known) && !known.IsDue(now))
        {
            return known;
        }

        // Due by what this process knows; another one may have let it live longer.
        var before = Interlocked.Read(ref destructions);
        await ProveOnce(ct);
        if (await store.Get(id, ct) is not { } stored || stored.DestroyAfter <= now)
        {
            cache.Remove(id);
            return null;
        }

        var key = await Hold(stored, ct);
        Remember(key, before);
        return key;
    }

    /// <summary>Makes keys durably. Where an id was taken already the stored key comes back, with its own time.</summary>
    public async ValueTask<IReadOnlyList<HeldKey>> Make(KeyKind kind, IReadOnlyList<KeyLife> lives, CancellationToken ct)
    {
        var before = Interlocked.Read(ref destructions);
        await ProveOnce(ct);
        var now = time.GetUtcNow();
        var made = lives.Select(life => new PlainSecret(life.Id, RandomNumberGenerator.GetBytes(KeySize))).ToList();
        var wrapped = await masters.Wrap(made, ct);
        var stored = await store.Put([.. lives.Zip(wrapped, (life, box) => new StoredKey(life.Id, kind, box, life.DestroyAfter, now))], ct);
        var keys = new List<HeldKey>(stored.Count);
        for (var i = 0; i < stored.Count; i++)
        {
            // What is stored as it was given needs nobody to open it.
            keys.Add(stored[i].Wrapped.Span.SequenceEqual(wrapped[i])
                ? new(stored[i].Id, made[i].Bytes.ToArray(), stored[i].DestroyAfter)
                : await Hold(stored[i], ct));
        }

        keys.ForEach(key => Remember(key, before));
        return keys;
    }

    /// <summary>Lets a key live longer. False where it is destroyed.</summary>
    public async ValueTask<bool> Keep(HeldKey key, DateTimeOffset until, CancellationToken ct) => (await Keep([key], until, ct)).Count == 0;

    /// <summary>Lets many keys live longer in one write.</summary>
    /// <returns>The ids of those that are destroyed.</returns>
    public async ValueTask<IReadOnlyList<string>> Keep(IReadOnlyList<HeldKey> keys, DateTimeOffset until, CancellationToken ct)
    {
        var gone = await store.Touch([.. keys.Select(key => new KeyLife(key.Id, until))], ct);
        foreach (var key in keys)
        {
            if (gone.Contains(key.Id))
            {
                cache.Remove(key.Id);
            }
            else
            {
                key.KeepUntil(until);
            }
        }

        return gone;
    }

    /// <summary>
    /// Lets keys live longer that need not be in memory, in one write. One whose time is over is kept as well as long as the
    /// store has it: whoever named an earlier end may have been overtaken by this.
    /// </summary>
    /// <returns>The ids of those that are destroyed.</returns>
    public async ValueTask<IReadOnlyList<string>> Keep(IReadOnlyList<KeyLife> lives, CancellationToken ct)
    {
        // Asked of the store in any case: another node may have shortened what this one still knows as long enough.
        var gone = await store.Touch(lives, ct);
        foreach (var life in lives)
        {
            if (gone.Contains(life.Id))
            {
                cache.Remove(life.Id);
            }
            else if (cache.TryGet(life.Id, out var known))
            {
                known.KeepUntil(life.DestroyAfter);
            }
        }

        return gone;
    }

    /// <summary>Lets keys live shorter, in one write.</summary>
    public async ValueTask Shorten(IReadOnlyList<KeyLife> lives, CancellationToken ct)
    {
        await store.Shorten(lives, ct);

        // Whoever needs them next reads their new ends.
        Forget([.. lives.Select(life => life.Id)]);
    }

    public async ValueTask<Destruction> Destroy(IReadOnlyList<string> ids, CancellationToken ct)
    {
        var destruction = await store.Destroy(ids, ct);

        // Also those that another node had destroyed before.
        Forget(ids);
        return destruction;
    }

    public async ValueTask<Destruction> DestroyDue(CancellationToken ct)
    {
        var destruction = await store.DestroyDue(time.GetUtcNow(), ct);
        Forget(destruction.Ids);
        return destruction;
    }

    /// <summary>Drops what is due from memory, whether or not the store answers.</summary>
    public void Purge(DateTimeOffset now) => cache.RemoveWhere(key => key.IsDue(now));

    /// <summary>What keys are wrapped under, proved.</summary>
    public IMasterKeys? Proved => isProved ? masters : null;

    /// <summary>Proves that the master keys are there and the right ones, and takes up those that were added since.</summary>
    public async ValueTask Prove(CancellationToken ct)
    {
        await masters.Prove(await store.Any(ct) is { } stored ? new(stored.Id, stored.Wrapped) : null, ct);
        isProved = true;
    }

    private ValueTask ProveOnce(CancellationToken ct) => isProved ? ValueTask.CompletedTask : Prove(ct);

    private async ValueTask<HeldKey> Hold(StoredKey stored, CancellationToken ct)
    {
        var key = (await masters.Unwrap(stored.Id, stored.Wrapped, ct)).Secret;
        return key.Length == KeySize
            ? new(stored.Id, key, stored.DestroyAfter)
            : throw new SealingException($"The stored key {stored.Id} has {key.Length} bytes instead of {KeySize}: the key store is damaged. Put back a good copy.");
    }

    private void Remember(HeldKey key, long before)
    {
        cache.Set(key.Id, key);

        // A destruction since this key was read may have looked for it before it was in here.
        if (Interlocked.Read(ref destructions) != before)
        {
            cache.Remove(key.Id);
        }
    }

    private void Forget(IReadOnlyList<string> ids)
    {
        Interlocked.Increment(ref destructions);
        foreach (var id in ids)
        {
            cache.Remove(id);
        }
    }
}
