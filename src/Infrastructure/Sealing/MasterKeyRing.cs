using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>
/// Master keys in their order: the first one wraps, all of them open. As bytes they stand one after the other, so a file with
/// one key is a ring of one. It never changes; what changes it makes another.
/// </summary>
public sealed class MasterKeyRing
{
    private MasterKeyRing(IReadOnlyList<MasterKey> keys) => Keys = keys;

    /// <summary>At least one.</summary>
    public IReadOnlyList<MasterKey> Keys { get; }

    /// <summary>The one that wraps.</summary>
    public MasterKey First => Keys[0];

    /// <summary>As a file holds them. Nothing else is to.</summary>
    public byte[] ToBytes() => [.. Keys.SelectMany(key => key.Bytes.ToArray())];

    /// <summary>A ring of one new key.</summary>
    public static MasterKeyRing New() => new([MasterKey.New()]);

    /// <param name="source">Where they are from, as the beginning of a sentence.</param>
    /// <exception cref="SealingException">These are no keys.</exception>
    internal static MasterKeyRing Read(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.Length == 0 || bytes.Length % MasterKey.Size != 0)
        {
            throw new SealingException($"{source} is damaged: it has {bytes.Length} bytes, and each of its keys has {MasterKey.Size}. Put the right one back.");
        }

        var keys = new List<MasterKey>();
        for (; bytes.Length > 0; bytes = bytes[MasterKey.Size..])
        {
            var key = new MasterKey(bytes[..MasterKey.Size]);
            if (!keys.Exists(key.Is))
            {
                keys.Add(key);
            }
        }

        return new(keys);
    }

    /// <summary>With a new key at its end, so that every reader of the ring opens with it before anybody wraps with it.</summary>
    public MasterKeyRing WithNew() => new([.. Keys, MasterKey.New()]);

    /// <summary>With the keys of another one at its end.</summary>
    public MasterKeyRing With(IEnumerable<MasterKey> others) => new([.. Keys, .. others.Where(key => !Has(key))]);

    /// <summary>With this key of it as the one that wraps.</summary>
    public MasterKeyRing Promote(MasterKey key) => new([key, .. Keys.Where(other => !other.Is(key))]);

    /// <summary>Without these keys.</summary>
    public MasterKeyRing Without(IReadOnlyCollection<MasterKey> retired) => new([.. Keys.Where(key => !retired.Any(key.Is))]);

    public bool IsSame(MasterKeyRing other) => Keys.Count == other.Keys.Count && Keys.Zip(other.Keys).All(pair => pair.First.Is(pair.Second));

    /// <summary>Whether a key is in both: else one of them belongs elsewhere, or came by several steps.</summary>
    internal bool Shares(MasterKeyRing other) => Keys.Any(other.Has);

    /// <summary>The key that opens this; null where none of them does.</summary>
    public MasterKey? OpenerOf(WrappedSecret secret) => Open(secret.Id, secret.Wrapped.Span)?.By;

    internal (byte[] Secret, MasterKey By)? Open(string id, ReadOnlySpan<byte> wrapped)
    {
        foreach (var key in Keys)
        {
            if (key.TryUnwrap(id, wrapped) is { } secret)
            {
                return (secret, key);
            }
        }

        return null;
    }

    private bool Has(MasterKey key) => Keys.Any(key.Is);
}
