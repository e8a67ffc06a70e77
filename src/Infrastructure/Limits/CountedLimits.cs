using System.Diagnostics.Metrics;
using RandomChat.Application.Limits;

namespace RandomChat.Infrastructure.Limits;

/// <summary>
/// Other limits, with what they answered counted on the meter <see cref="Meter"/>: <see cref="Taken"/>, by the tags
/// <c>limit</c> (one of <see cref="LimitNames"/>) and <c>allowed</c>. Who was counted is not in it.
/// </summary>
public sealed class CountedLimits : ILimits
{
    public const string Meter = "RandomChat.Limits";
    public const string Taken = "randomchat.limits.taken";

    private readonly ILimits inner;
    private readonly Counter<long> taken;

    public CountedLimits(ILimits inner, IMeterFactory meters)
    {
        this.inner = inner;
        taken = meters.Create(Meter).CreateCounter<long>(Taken, "{permit}", "Permits asked of the rate limits, by limit and by whether there was one.");
    }

    /// <inheritdoc/>
    public async ValueTask<LimitDecision> Take(string limit, string key, CancellationToken ct)
    {
        var decision = await inner.Take(limit, key, ct).ConfigureAwait(false);
        taken.Add(1, new("limit", limit), new("allowed", decision.Allowed));
        return decision;
    }
}
