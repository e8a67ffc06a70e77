using System.Diagnostics;
using System.Diagnostics.Metrics;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Diagnostics;

/// <summary>What the event log takes, on the meter <see cref="Meter"/>; <c>docs/metrics.md</c> lists it.</summary>
public sealed class LogMeter
{
    public const string Meter = "RandomChat.Log";

    private static readonly InstrumentAdvice<double> Durations = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] };
    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_000] };

    private readonly Histogram<double> append;
    private readonly Counter<long> events;
    private readonly Histogram<int> group;

    public LogMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        append = meter.CreateHistogram("randomchat.log.append.duration", "s", "From an append to its answer, by outcome.", advice: Durations);
        events = meter.CreateCounter<long>("randomchat.log.events", "{event}", "Events appended, by their stored name.");
        group = meter.CreateHistogram("randomchat.log.group.size", "{append}", "Appends that reached the disk, or the server's socket, together.", advice: Sizes);
    }

    public void Appended(IReadOnlyList<NewEvent> appended, long startedAt)
    {
        Answered("appended", startedAt);
        foreach (var one in appended)
        {
            events.Add(1, new KeyValuePair<string, object?>("type", one.Type));
        }
    }

    /// <param name="outcome"><c>appended</c>, <c>conflict</c>, <c>unavailable</c>, <c>unknown</c> or <c>failed</c>.</param>
    public void Answered(string outcome, long startedAt) =>
        append.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void Grouped(int appends) => group.Record(appends);
}
