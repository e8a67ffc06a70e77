using System.Diagnostics;
using System.Diagnostics.Metrics;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// What screening does, on the meter <see cref="Meter"/>: <see cref="Verdicts"/> by <c>action</c>, <c>category</c> and
/// <c>rule</c>, <see cref="Duration"/>, how long a message's screening kept it, and <see cref="Skipped"/> by <c>reason</c>. Whose text it was is not in it.
/// </summary>
public sealed class ScreeningMeter
{
    public const string Meter = "RandomChat.Screening";
    public const string Verdicts = "randomchat.screening.verdicts";
    public const string Duration = "randomchat.screening.duration";

    public const string Skipped = "randomchat.screening.skipped";

    /// <summary>Too many messages waited.</summary>
    public const string Full = "full";

    /// <summary>Its key is gone, or about to be: it waited too long.</summary>
    public const string Old = "old";

    /// <summary>The classifier at hand did not answer.</summary>
    public const string NoAnswer = "no-answer";

    /// <summary>The hosted classifier was asked about as many as it may be at once.</summary>
    public const string HostedBusy = "hosted-busy";

    /// <summary>The hosted classifier did not answer, or is left alone after failures.</summary>
    public const string HostedNoAnswer = "hosted-no-answer";

    private readonly Counter<long> verdicts;
    private readonly Counter<long> skipped;
    private readonly Histogram<double> duration;

    public ScreeningMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        verdicts = meter.CreateCounter<long>(Verdicts, "{text}", "Texts screened, by what was done.");
        skipped = meter.CreateCounter<long>(Skipped, "{text}", "Delivered texts that a classifier did not look at.");
        duration = meter.CreateHistogram<double>(Duration, "s", "What the layers on a message's way took.");
    }

    /// <param name="verdict">Null: simply delivered.</param>
    public void Judged(Verdict? verdict) => verdicts.Add(
        1,
        new("action", Word(verdict?.Action ?? ScreeningAction.Deliver)),
        new("category", verdict is null ? "none" : Word(verdict.Category)),
        new("rule", verdict?.Rule ?? "none"));

    /// <param name="count">0: nothing to count.</param>
    public void PassedOver(string reason, int count)
    {
        if (count > 0)
        {
            skipped.Add(count, new KeyValuePair<string, object?>("reason", reason));
        }
    }

    public void Took(long startedAt) => duration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
