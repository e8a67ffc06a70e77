using System.Globalization;

namespace RandomChat.Domain.Moderation;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream transparency-{id}; the id follows from the period. Their properties are the storage format: they are only
// ever added to.
// ---------------------------------------------------------------------------------------------------------------

/// <summary>What the public is told of moderation.</summary>
public abstract record TransparencyEvent
{
    private TransparencyEvent()
    {
    }

    /// <summary>The report of a period is public. It holds its numbers, so that they stay whatever is counted anew later.</summary>
    /// <param name="From">The first day, UTC.</param>
    /// <param name="Until">The last day, UTC.</param>
    /// <param name="Lines">The numbers, in the order of the file.</param>
    /// <param name="Hash">SHA-256 of the public file, in hexadecimal: whoever kept a copy sees that it is the same.</param>
    /// <param name="By">Who of the staff.</param>
    public sealed record Published(DateOnly From, DateOnly Until, IReadOnlyList<TransparencyLine> Lines, string Hash, Guid By, DateTimeOffset At)
        : TransparencyEvent
    {
        /// <summary>By value, the lines too.</summary>
        public bool Equals(Published? other) => other is not null
            && (From, Until, Hash, By, At) == (other.From, other.Until, other.Hash, other.By, other.At) && Lines.SequenceEqual(other.Lines);

        public override int GetHashCode() => HashCode.Combine(From, Until, Hash);
    }
}

/// <summary>One number of a report.</summary>
/// <param name="Measure">What was counted, see <see cref="TransparencyMeasures"/>.</param>
/// <param name="Policy">The code of the policy; null where it is about all.</param>
/// <param name="Value">How many, or seconds; null where there is nothing to tell.</param>
public sealed record TransparencyLine(string Measure, string? Policy, long? Value);

/// <summary>What is counted. The names are part of published files and never change.</summary>
public static class TransparencyMeasures
{
    public const string Reports = "reports";
    public const string Flags = "flags";
    public const string WarningsByPeople = "warnings-by-people";
    public const string WarningsAutomated = "warnings-automated";
    public const string BansByPeople = "bans-by-people";
    public const string BansAutomated = "bans-automated";
    public const string TakenBack = "sanctions-taken-back";
    public const string Appeals = "appeals";
    public const string AppealsUpheld = "appeals-upheld";
    public const string AppealsOverturned = "appeals-overturned";

    /// <summary>From a report to its first decision, in seconds.</summary>
    public const string MedianToAction = "median-seconds-to-action";

    /// <summary>From an appeal to its answer, in seconds.</summary>
    public const string MedianToAnswer = "median-seconds-to-answer";

    /// <summary>What is counted for each policy.</summary>
    public static IReadOnlyList<string> ByPolicy { get; } = [Reports, Flags, WarningsByPeople, WarningsAutomated, BansByPeople, BansAutomated];

    /// <summary>What is counted over all.</summary>
    public static IReadOnlyList<string> OverAll { get; } = [TakenBack, Appeals, AppealsUpheld, AppealsOverturned];

    /// <summary>Times.</summary>
    public static IReadOnlyList<string> Medians { get; } = [MedianToAction, MedianToAnswer];
}

/// <summary>The days of a report, both included, in UTC.</summary>
public readonly record struct TransparencyPeriod(DateOnly From, DateOnly Until)
{
    private const string Day = "yyyy-MM-dd";

    /// <summary>A year is the longest.</summary>
    public const int MostDays = 366;

    public static TransparencyPeriod Month(int year, int month) => new(
        new(year, month, 1), month == 12 ? new(year, 12, 31) : new DateOnly(year, month + 1, 1).AddDays(-1));

    public bool IsValid => From <= Until && Until.DayNumber - From.DayNumber < MostDays;

    /// <param name="text">As <see cref="ToString"/> writes it.</param>
    /// <returns>Null where it is no period.</returns>
    public static TransparencyPeriod? Parse(string? text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month))
        {
            return Month(month.Year, month.Month);
        }

        return text?.Split("..") is [var first, var last]
            && DateOnly.TryParseExact(first, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)
            && DateOnly.TryParseExact(last, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)
            && new TransparencyPeriod(from, until) is { IsValid: true } period ? period : null;
    }

    /// <summary><c>2026-10</c> for a month, else <c>2026-10-01..2026-11-15</c>.</summary>
    public override string ToString() => this == Month(From.Year, From.Month)
        ? From.ToString("yyyy-MM", CultureInfo.InvariantCulture)
        : $"{From.ToString(Day, CultureInfo.InvariantCulture)}..{Until.ToString(Day, CultureInfo.InvariantCulture)}";
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

/// <param name="Hash">Of the public file.</param>
public sealed record PublishTransparency(TransparencyPeriod Period, IReadOnlyList<TransparencyLine> Lines, string Hash, Guid By, DateTimeOffset At);

/// <param name="Published">Null before it is.</param>
public sealed record TransparencyState(TransparencyEvent.Published? Published);

/// <summary>The rules of what the public is told.</summary>
public static class Transparency
{
    /// <summary>A count under this, but none, could point at a person.</summary>
    public const int Least = 3;

    public static readonly Decider<PublishTransparency, TransparencyEvent, TransparencyState> Decider = new(
        "transparency", new(null), Decide, (_, happened) => new((TransparencyEvent.Published)happened));

    /// <summary>What the public may read of a number; null where there is nothing to tell.</summary>
    public static string? Shown(TransparencyLine line) => line.Value switch
    {
        null => null,
        > 0 and < Least when !TransparencyMeasures.Medians.Contains(line.Measure) => $"under {Least}",
        var value => value.Value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Where few were decided, a median is a person's: it is left out.</summary>
    /// <param name="of">How many it is the median of.</param>
    public static long? Median(double? seconds, int of) => of < Least || seconds is not { } known ? null : (long)Math.Round(known);

    private static DateOnly DayOf(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return new(utc.Year, utc.Month, utc.Day);
    }

    private static Decision<TransparencyEvent> Decide(PublishTransparency command, TransparencyState state) => (command, state.Published) switch
    {
        // What is public stays as it is, also where the numbers would be others today.
        (_, not null) => Decision<TransparencyEvent>.AlreadySo,
        ({ Period.IsValid: false }, _) => new Rejection("transparency.period", "A period ends after it begins, and lasts a year at most."),
        ({ At: var at, Period.Until: var until }, _) when DayOf(at) <= until =>
            new Rejection("transparency.not-over", "This period is not over yet."),
        _ => new TransparencyEvent.Published(command.Period.From, command.Period.Until, command.Lines, command.Hash, command.By, command.At),
    };
}
