using System.Diagnostics;
using System.Diagnostics.Metrics;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// What screening does, on the meter <see cref="Meter"/>: <see cref="Verdicts"/> by <c>action</c>, <c>category</c> and
/// <c>rule</c>, and <see cref="Duration"/>, how long a message's screening kept it. Whose text it was is not in it.
/// </summary>
public sealed class ScreeningMeter
{
    public const string Meter = "RandomChat.Screening";
    public const string Verdicts = "randomchat.screening.verdicts";
    public const string Duration = "randomchat.screening.duration";

    private readonly Counter<long> verdicts;
    private readonly Histogram<double> duration;

    public ScreeningMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        verdicts = meter.CreateCounter<long>(Verdicts, "{text}", "Texts screened, by what was done.");
        duration = meter.CreateHistogram<double>(Duration, "s", "What the layers on a message's way took.");
    }

    /// <param name="verdict">Null: simply delivered.</param>
    public void Judged(Verdict? verdict) => verdicts.Add(
        1,
        new("action", Word(verdict?.Action ?? ScreeningAction.Deliver)),
        new("category", verdict is null ? "none" : Word(verdict.Category)),
        new("rule", verdict?.Rule ?? "none"));

    public void Took(long startedAt) => duration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
