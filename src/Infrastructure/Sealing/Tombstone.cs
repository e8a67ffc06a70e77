using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>What a line of the list of destroyed keys says of its key.</summary>
public enum TombstoneState
{
    /// <summary>Destroyed for good.</summary>
    Destroyed,

    /// <summary>It ends earlier than was said of it before, so a copy of the key store may know a later end.</summary>
    Shortened,

    /// <summary>It was let live longer in the moment in which it was written down as destroyed: it was not.</summary>
    Kept,
}

/// <param name="Key">The id of the key: <c>visitor-</c> or <c>case-</c> and random digits, which say nothing of a person.</param>
/// <param name="Ends">Of a shortened key: from when on nobody opens anything with it.</param>
/// <param name="At">When this was written.</param>
public sealed record Tombstone(string Key, TombstoneState State, DateTimeOffset? Ends, DateTimeOffset At);

/// <summary>
/// What a list of destroyed keys held when it was read. Of several lines about a key the last one counts. Not safe for many
/// threads.
/// </summary>
/// <param name="Id">Tells one list from another.</param>
/// <param name="Bytes">How much of the file was read: whole lines only.</param>
public sealed class Tombstones(Guid id, long bytes, IReadOnlyList<Tombstone> lines)
{
    private const int AtOnce = 1_000;
    private readonly Dictionary<string, Tombstone> last = Last(lines);

    public Guid Id => id;

    public long Bytes => bytes;

    /// <summary>In the order in which they were written.</summary>
    public IReadOnlyList<Tombstone> Lines => lines;

    public IEnumerable<string> DestroyedKeys => Of(TombstoneState.Destroyed).Select(tombstone => tombstone.Key);

    /// <summary>The visitors who were erased: a visitor's key is destroyed before its time for no other reason.</summary>
    public IReadOnlyList<Guid> ErasedVisitors => [.. DestroyedKeys.Select(KeyId.VisitorOf).OfType<Guid>()];

    /// <summary>Keys that end earlier than a copy may say, and have not been seen destroyed.</summary>
    public IEnumerable<Tombstone> Shortened => Of(TombstoneState.Shortened).Concat(Of(TombstoneState.Kept));

    /// <summary>Destroys what it says is destroyed, in a store that may be older than it.</summary>
    /// <returns>The keys that were there.</returns>
    public async ValueTask<IReadOnlyList<string>> DestroyAgain(IKeyStore store, CancellationToken ct)
    {
        var revived = new List<string>();
        foreach (var keys in DestroyedKeys.Chunk(AtOnce))
        {
            revived.AddRange((await store.Destroy(keys, ct)).Ids);
        }

        return revived;
    }

    /// <summary>Whether this line would say something new.</summary>
    public bool IsNews(Tombstone tombstone) => !last.TryGetValue(tombstone.Key, out var known) || (known.State, tombstone.State) switch
    {
        (TombstoneState.Destroyed, TombstoneState.Kept) => true,
        (TombstoneState.Destroyed, _) => false,
        (TombstoneState.Shortened, TombstoneState.Shortened) => tombstone.Ends < known.Ends,
        _ => known.State != tombstone.State,
    };

    /// <summary>The same with further lines.</summary>
    /// <param name="after">How long the file is with them.</param>
    public Tombstones With(IReadOnlyList<Tombstone> further, long after) => new(id, after, [.. lines, .. further]);

    private static Dictionary<string, Tombstone> Last(IReadOnlyList<Tombstone> lines)
    {
        var last = new Dictionary<string, Tombstone>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            last[line.Key] = line;
        }

        return last;
    }

    private IEnumerable<Tombstone> Of(TombstoneState state) => last.Values.Where(tombstone => tombstone.State == state);
}
