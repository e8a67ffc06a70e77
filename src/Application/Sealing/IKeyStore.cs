namespace RandomChat.Application.Sealing;

/// <summary>
/// Where wrapped keys lie until they are destroyed. Every member throws
/// <see cref="Events.DependencyUnavailableException"/> with its <see cref="Name"/> when the store does not answer, and
/// <see cref="SealingException"/> when what lies there is damaged or is no key store.
/// </summary>
public interface IKeyStore : IWrappedSecrets
{
    /// <summary>Its name in answers and in readiness: <c>key-store</c>, or that of the engine it runs on.</summary>
    string Name { get; }

    /// <summary>The key, due or not; null where it was destroyed or never made.</summary>
    ValueTask<StoredKey?> Get(string id, CancellationToken ct);

    /// <summary>Any one key, to prove the master keys with; null where the store is empty.</summary>
    ValueTask<StoredKey?> Any(CancellationToken ct);

    /// <summary>
    /// Stores all keys durably before it returns. Where an id is taken already the first writer has won. The result
    /// holds, in the given order, the keys as they are stored now.
    /// </summary>
    ValueTask<IReadOnlyList<StoredKey>> Put(IReadOnlyList<StoredKey> keys, CancellationToken ct);

    /// <summary>Lets keys live longer, never shorter. The result holds the ids that exist no more.</summary>
    ValueTask<IReadOnlyList<string>> Touch(IReadOnlyList<KeyLife> lives, CancellationToken ct);

    /// <summary>
    /// Lets keys live shorter, never longer, without a trace of them where they would have stayed; ids that do not exist are
    /// passed over. Other nodes learn of it with their next <see cref="DestroyDue"/>, and may hold the key until then.
    /// </summary>
    ValueTask Shorten(IReadOnlyList<KeyLife> lives, CancellationToken ct);

    /// <summary>Destroys these keys; ids that do not exist are passed over.</summary>
    ValueTask<Destruction> Destroy(IReadOnlyList<string> ids, CancellationToken ct);

    /// <summary>
    /// Destroys the keys whose time is <paramref name="now"/> or earlier, at the latest when the period (an hour) in
    /// which their time lies is over: until then the store may keep what nobody opens any more. Finishes what an earlier
    /// destruction left undone. The result also names what other nodes have destroyed or shortened since the last run.
    /// </summary>
    ValueTask<Destruction> DestroyDue(DateTimeOffset now, CancellationToken ct);
}

/// <summary>What a key seals.</summary>
public enum KeyKind
{
    Hour = 1,
    Visitor = 2,
    Case = 3,
}

/// <param name="Wrapped">The key as it is encrypted under a master key; see <see cref="IMasterKeys"/>.</param>
public sealed record StoredKey(string Id, KeyKind Kind, ReadOnlyMemory<byte> Wrapped, DateTimeOffset DestroyAfter, DateTimeOffset CreatedAt);

/// <summary>Until when a key has to be kept.</summary>
public readonly record struct KeyLife(string Id, DateTimeOffset DestroyAfter)
{
    /// <summary>Later than anything; far enough from the end of what a date can hold to be rounded up.</summary>
    public static readonly DateTimeOffset NoEnd = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);
}

/// <param name="Ids">The keys that were destroyed just now.</param>
/// <param name="Gone">
/// Whether no byte of them is left in any file of the store. False while somebody reads the store without an end, or
/// where the store may not clear its files: the keys cannot be had any more, but the next run has to clear their remains.
/// </param>
public sealed record Destruction(IReadOnlyList<string> Ids, bool Gone);
