using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Projections.Keys;

/// <summary>Which master keys are taken out of a ring, and what is said of them: true of each, since backups hang on it.</summary>
/// <param name="Retired">None where it is refused.</param>
/// <param name="Said">What is true once the new ring is in place; else why there is none.</param>
internal sealed record MasterKeyRetirement(IReadOnlyList<MasterKey> Retired, string Said)
{
    /// <summary>What is to be said of keys that were added and wrap nothing yet; null where there is none.</summary>
    public static string? NotPromoted(MasterKeyRing ring) => ring.ToCome is { Count: > 0 } toCome
        ? $"Not promoted yet, so it wraps nothing: {Names(toCome)}. Once every node has this ring: keys promote {toCome[^1].Fingerprint}, then keys rewrap"
        : null;

    /// <param name="named">One of the ring that somebody asked for; null: every one that was in use before the first. One that is to come goes only when it is named.</param>
    public static MasterKeyRetirement Of(MasterKeyRing ring, MasterKey? named)
    {
        if (named is not null && named != ring.First)
        {
            return new([named], Sentence([named], ring.ToCome.Contains(named)));
        }

        var (former, forgotten) = (ring.Keys.Skip(1).Except(ring.ToCome).ToList(), NotPromoted(ring));
        if (named is not null || (former.Count == 0 && forgotten is null))
        {
            return new([], $"{ring.First.Fingerprint} wraps: it stays until another one is promoted. {forgotten}".TrimEnd());
        }

        return former.Count == 0
            ? new([], $"Nothing was taken out. {forgotten}. One that is not to come after all goes by its name: keys retire {ring.ToCome[^1].Fingerprint}")
            : new(former, $"{Sentence(former, areToCome: false)}{(forgotten is null ? "" : Environment.NewLine)}{forgotten}");
    }

    private static string Sentence(List<MasterKey> retired, bool areToCome) => areToCome
        ? $"{Names(retired)} was taken out. It was never promoted and opens nothing: no backup needs it."
        : $"{Names(retired)} {(retired.Count == 1 ? "was" : "were")} taken out: nothing that is stored opens with it. Backups from when it wrapped need it: destroy it when the last of them is gone.";

    private static string Names(IEnumerable<MasterKey> keys) => string.Join(", ", keys.Select(key => key.Fingerprint));
}
