using System.Collections.Concurrent;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>The keys of messages, one per period, stored ahead of time and held until they are due.</summary>
internal sealed class PeriodKeys(KeyVault vault, SealingOptions options, TimeProvider time)
{
    private const int Matches = 20_000;
    private readonly ConcurrentDictionary<DateTimeOffset, HeldKey> held = new();
    private readonly BoundedCache<(string KeyId, Guid MatchId), MatchKey> matchKeys = new(Matches);
    private readonly TimeSpan period = options.KeyPeriod;

    /// <summary>Up to when messages can be sealed without the key store; null where not even now.</summary>
    public DateTimeOffset? HeldUntil
    {
        get
        {
            var next = StartOf(time.GetUtcNow());
            var until = default(DateTimeOffset?);
            while (held.ContainsKey(next))
            {
                until = next += period;
            }

            return until;
        }
    }

    /// <exception cref="DependencyUnavailableException">The period's key is not held.</exception>
    public MatchKey Current(Guid matchId, DateTimeOffset at) => held.TryGetValue(StartOf(at), out var key)
        ? Of(key, matchId)
        : throw new DependencyUnavailableException(vault.StoreName);

    /// <summary>Null where the key is destroyed or due.</summary>
    public async ValueTask<MatchKey?> Find(string keyId, Guid matchId, CancellationToken ct)
    {
        if (!KeyId.TryHour(keyId, out var start))
        {
            throw SealedText.OtherContext();
        }

        var key = held.TryGetValue(start, out var known) && !known.IsDue(time.GetUtcNow()) ? known : await vault.Find(keyId, ct);
        return key is null ? null : Of(key, matchId);
    }

    /// <summary>Stores and holds the keys of this period and of all that begin within the time ahead.</summary>
    public async ValueTask MakeAhead(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var missing = new List<DateTimeOffset>();

        // One period more than asked for, so that the whole time ahead is covered just before the next run too.
        for (var start = StartOf(now); start <= now + options.KeysAhead + period; start += period)
        {
            if (!held.ContainsKey(start))
            {
                missing.Add(start);
            }
        }

        if (missing.Count == 0)
        {
            return;
        }

        var keys = await vault.Make(KeyKind.Hour, [.. missing.Select(start => new KeyLife(KeyId.Hour(start), DueAt(start)))], ct);
        foreach (var (start, key) in missing.Zip(keys))
        {
            // Stored when the retention was shorter: what is written from now on has to last as long as is said now.
            if (key.DestroyAfter >= DueAt(start) || await vault.Keep(key, DueAt(start), ct))
            {
                held[start] = key;
            }
        }
    }

    public void Purge(DateTimeOffset now)
    {
        foreach (var (start, key) in held)
        {
            if (key.IsDue(now))
            {
                held.TryRemove(start, out _);
            }
        }

        matchKeys.RemoveWhere(key => key.Period.IsDue(now));
    }

    private DateTimeOffset DueAt(DateTimeOffset start) => start + period + options.MessageRetention;

    private DateTimeOffset StartOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % period.Ticks), TimeSpan.Zero);

    private MatchKey Of(HeldKey key, Guid matchId)
    {
        if (!matchKeys.TryGet((key.Id, matchId), out var derived) || derived.Period != key)
        {
            derived = new MatchKey(key, matchId);
            matchKeys.Set((key.Id, matchId), derived);
        }

        return derived;
    }
}
