using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>
/// Master keys in their order: the first one wraps, all of them open. As bytes they stand one after the other, so a file with
/// one key is a ring of one. One that was added and never was the first stands there three times in a row: else nothing would tell
/// it from an old one that opens nothing any more. It never changes; what changes it makes another.
/// </summary>
public sealed class MasterKeyRing
{
    /// <summary>Whoever reads passes over a key that it has, and twice it stands there where two files were put together.</summary>
    private const int TimesToCome = 3;

    private MasterKeyRing(IReadOnlyList<MasterKey> keys, IReadOnlyList<MasterKey> toCome) => (Keys, ToCome) = (keys, toCome);

    /// <summary>At least one.</summary>
    public IReadOnlyList<MasterKey> Keys { get; }

    /// <summary>Those of them that were added and have not been promoted yet, in their order: they never wrapped anything.</summary>
    public IReadOnlyList<MasterKey> ToCome { get; }

    /// <summary>The one that wraps.</summary>
    public MasterKey First => Keys[0];

    /// <summary>As a file holds them. Nothing else is to.</summary>
    public byte[] ToBytes() => [.. Keys.SelectMany(key => Enumerable.Repeat(key.Bytes.ToArray(), ToCome.Contains(key) ? TimesToCome : 1)).SelectMany(bytes => bytes)];

    /// <summary>A ring of one new key.</summary>
    public static MasterKeyRing New() => new([MasterKey.New()], []);

    /// <param name="source">Where they are from, as the beginning of a sentence.</param>
    /// <exception cref="SealingException">These are no keys.</exception>
    internal static MasterKeyRing Read(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.Length == 0 || bytes.Length % MasterKey.Size != 0)
        {
            throw new SealingException($"{source} is damaged: it has {bytes.Length} bytes, and each of its keys has {MasterKey.Size}. Put the right one back.");
        }

        var (keys, toCome, inRow) = (new List<MasterKey>(), new List<MasterKey>(), 0);
        for (MasterKey? before = null; bytes.Length > 0; bytes = bytes[MasterKey.Size..])
        {
            var key = new MasterKey(bytes[..MasterKey.Size]);
            inRow = before?.Is(key) == true ? inRow + 1 : 1;
            before = key;
            if (!keys.Exists(key.Is))
            {
                keys.Add(key);
            }
            else if (inRow == TimesToCome && keys[^1].Is(key) && keys.Count > 1)
            {
                toCome.Add(keys[^1]);
            }
        }

        return new(keys, toCome);
    }

    /// <summary>With a new key at its end, so that every reader of the ring opens with it before anybody wraps with it.</summary>
    public MasterKeyRing WithNew()
    {
        var key = MasterKey.New();
        return new([.. Keys, key], [.. ToCome, key]);
    }

    /// <summary>With the keys of another one at its end; none of those is to come.</summary>
    public MasterKeyRing With(IEnumerable<MasterKey> others) => new([.. Keys, .. others.Where(key => !Has(key))], ToCome);

    /// <summary>With this key of it as the one that wraps.</summary>
    public MasterKeyRing Promote(MasterKey key) => new([key, .. Keys.Where(other => !other.Is(key))], [.. ToCome.Where(other => !other.Is(key))]);

    /// <summary>Without these keys.</summary>
    public MasterKeyRing Without(IReadOnlyCollection<MasterKey> retired) =>
        new([.. Keys.Where(key => !retired.Any(key.Is))], [.. ToCome.Where(key => !retired.Any(key.Is))]);

    public bool IsSame(MasterKeyRing other) => AreSame(Keys, other.Keys) && AreSame(ToCome, other.ToCome);

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

    private static bool AreSame(IReadOnlyList<MasterKey> keys, IReadOnlyList<MasterKey> others) =>
        keys.Count == others.Count && keys.Zip(others).All(pair => pair.First.Is(pair.Second));

    private bool Has(MasterKey key) => Keys.Any(key.Is);
}
