namespace RandomChat.Application.Sealing;

/// <summary>
/// What keys and secrets are wrapped under before they are stored: master keys that this process holds, or a service that
/// gives its own to nobody. Every member throws <see cref="Events.DependencyUnavailableException"/> with its <see cref="Name"/>
/// while it does not answer, and <see cref="SealingException"/> where waiting would not help.
/// </summary>
public interface IMasterKeys
{
    /// <summary>Its name in answers and in readiness.</summary>
    string Name { get; }

    /// <summary>
    /// Proves that it opens what is stored; where nothing is stored it may make its first key. To be called before anything
    /// else, and again now and then: by that it learns of keys that were added since.
    /// </summary>
    /// <param name="stored">Anything that is stored; null where nothing is.</param>
    ValueTask Prove(WrappedSecret? stored, CancellationToken ct);

    /// <summary>Secrets encrypted under the key that wraps now, each bound to its id, in the given order.</summary>
    ValueTask<IReadOnlyList<byte[]>> Wrap(IReadOnlyList<PlainSecret> secrets, CancellationToken ct);

    /// <summary>A secret that was wrapped for this id, whichever of the keys wrapped it.</summary>
    ValueTask<Unwrapped> Unwrap(string id, ReadOnlyMemory<byte> wrapped, CancellationToken ct);
}

/// <param name="Id">What the secret is for: it opens for nothing else.</param>
public readonly record struct PlainSecret(string Id, ReadOnlyMemory<byte> Bytes);

/// <param name="IsCurrent">Whether it is wrapped under the key that wraps now; else it should be wrapped anew.</param>
public readonly record struct Unwrapped(byte[] Secret, bool IsCurrent);

/// <summary>A place where things lie wrapped under the master keys, so that they can be wrapped anew.</summary>
public interface IWrappedSecrets
{
    /// <summary>What lies there, in a few words for an operator.</summary>
    string Kind { get; }

    /// <summary>What is there, in the order of ids, a page at a time.</summary>
    /// <param name="after">The last id of the page before; null for the first page.</param>
    /// <returns>At most <paramref name="most"/>; fewer may be no end, none is.</returns>
    ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct);

    /// <summary>
    /// Puts the same secret, wrapped anew, in the place of what is there. Whatever is gone or was exchanged since it was read
    /// stays as it is. Nothing of what was there before is left in any file, at the latest after the next upkeep.
    /// </summary>
    /// <returns>How many were exchanged.</returns>
    ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct);
}

/// <param name="Id">What it was wrapped for.</param>
public sealed record WrappedSecret(string Id, ReadOnlyMemory<byte> Wrapped);

public sealed record WrappedExchange(string Id, ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After);
