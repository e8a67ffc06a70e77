using System.Diagnostics;
using System.Diagnostics.Metrics;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// What screening does, on the meter <c>RandomChat.Screening</c>: <c>screening.verdicts</c> by action, category and rule,
/// and <c>screening.duration</c>, seconds a text took on its sender's way.
/// </summary>
public sealed class ScreeningMeter : IDisposable
{
    public const string Name = "RandomChat.Screening";

    private readonly Meter meter = new(Name);
    private readonly Counter<long> verdicts;
    private readonly Histogram<double> duration;

    public ScreeningMeter()
    {
        verdicts = meter.CreateCounter<long>("screening.verdicts", description: "Texts screened, by what was done.");
        duration = meter.CreateHistogram<double>("screening.duration", "s", "What the layers on a message's way took.");
    }

    /// <param name="verdict">Null: simply delivered.</param>
    public void Judged(Verdict? verdict) => verdicts.Add(
        1,
        new("action", Word(verdict?.Action ?? ScreeningAction.Deliver)),
        new("category", verdict is null ? "none" : Word(verdict.Category)),
        new("rule", verdict?.Rule ?? "none"));

    public void Took(long startedAt) => duration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);

    public void Dispose() => meter.Dispose();

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
