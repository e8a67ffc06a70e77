using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>
/// Wraps anew what is wrapped under an older master key, beside running servers. It may be broken off at any point and run
/// again: it passes over what is done. What is destroyed meanwhile stays destroyed, since nothing is ever put where nothing is.
/// </summary>
public sealed class Rewrapping(IMasterKeys masters, IReadOnlyList<IWrappedSecrets> places)
{
    private const int AtOnce = 500;

    /// <param name="passed">Told how many have been looked at.</param>
    /// <returns>How many were wrapped anew, by where they lie.</returns>
    public async Task<IReadOnlyList<(string Kind, long Rewrapped)>> Run(Action<long> passed, CancellationToken ct)
    {
        var done = new List<(string, long)>();
        var seen = 0L;
        foreach (var place in places)
        {
            var rewrapped = 0L;
            await foreach (var page in Pages(place, ct))
            {
                // By the ring as it is now, not as it was when something was opened last.
                await masters.Prove(page[0], ct);
                rewrapped += await Rewrap(place, page, ct);
                passed(seen += page.Count);
            }

            done.Add((place.Kind, rewrapped));
        }

        return done;
    }

    /// <summary>All that lies in a place.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<WrappedSecret>> Pages(
        IWrappedSecrets place, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        for (string? after = null; await place.Page(after, AtOnce, ct) is { Count: > 0 } page; after = page[^1].Id)
        {
            ct.ThrowIfCancellationRequested();
            yield return page;
        }
    }

    private async Task<int> Rewrap(IWrappedSecrets place, IReadOnlyList<WrappedSecret> page, CancellationToken ct)
    {
        var old = new List<(WrappedSecret Stored, byte[] Secret)>();
        foreach (var stored in page)
        {
            if (await masters.Unwrap(stored.Id, stored.Wrapped, ct) is { IsCurrent: false } unwrapped)
            {
                old.Add((stored, unwrapped.Secret));
            }
        }

        if (old.Count == 0)
        {
            return 0;
        }

        var wrapped = await masters.Wrap([.. old.Select(one => new PlainSecret(one.Stored.Id, one.Secret))], ct);
        return await place.Exchange([.. old.Zip(wrapped, (one, anew) => new WrappedExchange(one.Stored.Id, one.Stored.Wrapped, anew))], ct);
    }
}
