using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RandomChat.Projections.Engine;

/// <summary>
/// How far behind the log each projection is, on the meter <see cref="Meter"/>; <c>docs/metrics.md</c> lists it. Only the
/// node that follows the log, or should and cannot, says something.
/// </summary>
public sealed class ProjectionMeter
{
    public const string Meter = "RandomChat.Projections";

    private readonly ConcurrentDictionary<string, DateTimeOffset?> behindSince = [];
    private readonly Counter<long> events;
    private readonly TimeProvider time;

    public ProjectionMeter(IMeterFactory meters, TimeProvider time)
    {
        this.time = time;
        var meter = meters.Create(Meter);
        events = meter.CreateCounter<long>("randomchat.projection.events", "{event}", "Events that projections applied.");
        meter.CreateObservableGauge("randomchat.projection.lag", Lags, "s", "Age of what a projection has applied last, where there is more; 0 where there is not. It grows while one is stopped.");
    }

    /// <param name="upTo">When the last of them was recorded, where more is known to wait; null where it has caught up.</param>
    internal void Applied(string projection, int count, DateTimeOffset? upTo)
    {
        behindSince[projection] = upTo;
        if (count > 0)
        {
            events.Add(count, new KeyValuePair<string, object?>("projection", projection));
        }
    }

    /// <summary>It does not go on, or is being built.</summary>
    internal void Waits(string projection) => behindSince.AddOrUpdate(projection, _ => time.GetUtcNow(), (_, since) => since ?? time.GetUtcNow());

    /// <summary>Another node follows the log, or this one is going to.</summary>
    internal void Clear() => behindSince.Clear();

    private IEnumerable<Measurement<double>> Lags() => behindSince.Select(one => new Measurement<double>(
        one.Value is { } since ? Math.Max(0, (time.GetUtcNow() - since).TotalSeconds) : 0, new KeyValuePair<string, object?>("projection", one.Key)));
}
