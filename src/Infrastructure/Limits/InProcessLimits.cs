using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RandomChat.Application.Limits;

namespace RandomChat.Infrastructure.Limits;

/// <summary>
/// Limits counted in this process by the generic cell rate algorithm: one instant per key, the theoretical time at
/// which its bucket would be full again. A key whose instant has passed is forgotten, so memory is bounded by who was
/// active within a window, and by <see cref="MaximumKeys"/> above that.
/// </summary>
public sealed class InProcessLimits(IOptions<LimitOptions> options, TimeProvider time) : ILimits
{
    internal const int MaximumKeys = 200_000;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly IReadOnlyDictionary<string, LimitRule> rules = options.Value.ByName();
    private readonly bool enabled = options.Value.Enabled;
    private readonly ConcurrentDictionary<(string Limit, string Key), long> fullAtByKey = new();
    private long sweepAt = time.GetUtcNow().UtcTicks + SweepEvery.Ticks;

    /// <summary>How many keys are held now.</summary>
    public int Count => fullAtByKey.Count;

    public ValueTask<LimitDecision> Take(string limit, string key, CancellationToken ct)
    {
        if (!enabled || !rules.TryGetValue(limit, out var rule) || !rule.Enabled)
        {
            return new(LimitDecision.Yes);
        }

        var now = time.GetUtcNow().UtcTicks;
        Sweep(now);

        var interval = rule.Window.Ticks / rule.Permits;
        var tolerance = interval * rule.Burst;
        while (true)
        {
            var known = fullAtByKey.TryGetValue((limit, key), out var fullAt);
            var next = Math.Max(known ? fullAt : now, now) + interval;
            if (next - now > tolerance)
            {
                return new(LimitDecision.No(TimeSpan.FromTicks(next - now - tolerance)));
            }

            if (known ? fullAtByKey.TryUpdate((limit, key), next, fullAt) : fullAtByKey.TryAdd((limit, key), next))
            {
                return new(LimitDecision.Yes);
            }
        }
    }

    private void Sweep(long now)
    {
        var due = Interlocked.Read(ref sweepAt);
        var crowded = fullAtByKey.Count >= MaximumKeys;
        if ((now < due && !crowded)
            || Interlocked.CompareExchange(ref sweepAt, now + SweepEvery.Ticks, due) != due)
        {
            return;
        }

        foreach (var (key, fullAt) in fullAtByKey)
        {
            if (fullAt <= now)
            {
                fullAtByKey.TryRemove(new KeyValuePair<(string, string), long>(key, fullAt));
            }
        }

        // Under a flood of new keys forgetting some is better than running out of memory.
        foreach (var key in fullAtByKey.Keys.Take(Math.Max(0, fullAtByKey.Count - (MaximumKeys / 2))).Where(_ => crowded))
        {
            fullAtByKey.TryRemove(key, out _);
        }
    }
}
