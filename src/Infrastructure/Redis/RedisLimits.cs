using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Limits;
using RandomChat.Infrastructure.Limits;

namespace RandomChat.Infrastructure.Redis;

/// <summary>
/// Limits counted for all nodes together where somebody could go from node to node: what addresses and visitors ask for
/// without a match. What happens within a match is counted by its owner, in process. While Redis does not answer
/// everything is counted in process: too generous by the number of nodes, but nobody waits for it or gets in uncounted.
/// </summary>
public sealed class RedisLimits(
    RedisConnection redis, InProcessLimits inProcess, IOptions<LimitOptions> options, TimeProvider time, ILogger<RedisLimits> log) : ILimits
{
    /// <summary>After a failure Redis is not asked for so long, so that one that hangs does not hold up every call.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private static readonly RedisScript Script = new("limits.lua");

    private readonly Dictionary<string, LimitRule> shared = options.Value.ByName()
        .Where(rule => rule.Key is not (LimitNames.Messages or LimitNames.Typing or LimitNames.Signals))
        .ToDictionary();

    private readonly bool enabled = options.Value.Enabled;
    private long askAgainAt;
    private int failing;

    /// <inheritdoc/>
    public async ValueTask<LimitDecision> Take(string limit, string key, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!enabled || !shared.TryGetValue(limit, out var rule) || !rule.Enabled || now.UtcTicks < Volatile.Read(ref askAgainAt))
        {
            return await inProcess.Take(limit, key, ct).ConfigureAwait(false);
        }

        try
        {
            var interval = (rule.Window / rule.Permits).Ticks / TimeSpan.TicksPerMicrosecond;
            var answer = await redis.Ask(db => Script.Run(
                db, $"{redis.KeyPrefix}limit:{limit}:{key}",
                [(now.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond, interval, interval * rule.Burst])).ConfigureAwait(false);
            if (Interlocked.Exchange(ref failing, 0) == 1)
            {
                log.SharedLimitsCount();
            }

            var wait = long.Parse((string)answer!, CultureInfo.InvariantCulture);
            return wait == 0 ? LimitDecision.Yes : LimitDecision.No(TimeSpan.FromTicks(wait * TimeSpan.TicksPerMicrosecond));
        }
        catch (DependencyUnavailableException e)
        {
            Volatile.Write(ref askAgainAt, (now + Pause).UtcTicks);
            if (Interlocked.Exchange(ref failing, 1) == 0)
            {
                log.SharedLimitsFail(e.InnerException);
            }

            return await inProcess.Take(limit, key, ct).ConfigureAwait(false);
        }
    }
}
