using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>What each key of a ring opens.</summary>
/// <param name="Opened">By key, in the ring's order; by where it lies.</param>
/// <param name="Unopened">Ids of what none of them opens; the first few.</param>
public sealed record RingCensus(IReadOnlyList<(MasterKey Key, IReadOnlyDictionary<string, long> Opened)> Keys, IReadOnlyList<string> Unopened, long UnopenedCount)
{
    private const int Named = 5;

    public static async Task<RingCensus> Take(MasterKeyRing ring, IReadOnlyList<IWrappedSecrets> places, Action<long> passed, CancellationToken ct)
    {
        var opened = ring.Keys.ToDictionary(key => key, _ => places.Select(place => place.Kind).Distinct().ToDictionary(kind => kind, _ => 0L));
        var (unopened, unopenedCount, seen) = (new List<string>(), 0L, 0L);
        foreach (var place in places)
        {
            await foreach (var page in Rewrapping.Pages(place, ct))
            {
                foreach (var secret in page)
                {
                    if (ring.OpenerOf(secret) is { } key)
                    {
                        opened[key][place.Kind]++;
                    }
                    else if (++unopenedCount <= Named)
                    {
                        unopened.Add(secret.Id);
                    }
                }

                passed(seen += page.Count);
            }
        }

        return new([.. ring.Keys.Select(key => (key, (IReadOnlyDictionary<string, long>)opened[key]))], unopened, unopenedCount);
    }

    /// <summary>How much this key opens.</summary>
    public long OpenedBy(MasterKey key) => Keys.Single(one => one.Key.Is(key)).Opened.Values.Sum();
}
