using System.Globalization;

namespace RandomChat.Domain.Moderation;

/// <summary>Who should look at something, and how soon.</summary>
public enum CaseLane
{
    Normal,

    /// <summary>What was said weighs as much as a high priority does, at once: somebody may be in danger.</summary>
    Urgent,

    /// <summary>It was decided without anybody having looked.</summary>
    Automated,

    /// <summary>Few may see it: a severe policy, or somebody handed it on to them.</summary>
    Severe,
}

/// <summary>How soon a case should be looked at.</summary>
public enum PriorityLevel
{
    Low,
    Medium,
    High,
}

/// <summary>What is known of what is open in a case.</summary>
/// <param name="Policy">The worst policy that is named.</param>
/// <param name="Reporters">Different browsers that reported it.</param>
/// <param name="Reliability">How much their reports count together (<see cref="ReporterRecord.Reliability"/>).</param>
/// <param name="IsFlagged">Whether something was flagged without a report.</param>
/// <param name="Worst">The worst verdict on what the reported one wrote in those chats, and its score, 0 to 1; null where there is none.</param>
/// <param name="OpenSince">When the oldest of it came.</param>
/// <param name="IsReferred">Whether somebody of the staff handed it on to whoever may see severe cases.</param>
public sealed record CaseSigns(
    Policy Policy, int Reporters, double Reliability, bool IsFlagged, (Severity Severity, double Score)? Worst, DateTimeOffset OpenSince,
    bool IsReferred = false)
{
    /// <summary>Whether few may see it.</summary>
    public bool IsForFew => Policy.IsSevere || IsReferred;
}

/// <param name="Reasons">What it comes from, in words for people, what weighs most first.</param>
public sealed record CasePriority(PriorityLevel Level, IReadOnlyList<string> Reasons);

/// <summary>
/// In which order cases are worked on. What a case weighs comes from the severity of its worst policy, times how much those
/// who raised it count together, times the worst verdict; every <see cref="PerPoint"/> of waiting adds a point, so that the
/// lightest is looked at some day. Since all cases age alike, their order does not change as time passes.
/// </summary>
public static class PriorityPolicy
{
    /// <summary>From so many points on the priority is medium.</summary>
    public const double Medium = 3;

    /// <summary>From so many on it is high; a severe policy always is.</summary>
    public const double High = 8;

    public static readonly TimeSpan PerPoint = TimeSpan.FromHours(6);

    public static CaseLane LaneOf(CaseSigns signs) =>
        signs.IsForFew ? CaseLane.Severe : WeightOf(signs) >= High ? CaseLane.Urgent : CaseLane.Normal;

    /// <summary>Points without those for waiting.</summary>
    public static double WeightOf(CaseSigns signs)
    {
        var weight = SeverityOf(signs.Policy) * (signs.Reliability + (signs.IsFlagged ? 1 : 0)) * (1 + VerdictOf(signs));
        return signs.IsForFew ? Math.Max(weight, High) : weight;
    }

    /// <summary>The place in the order: whoever has the earlier moment comes first. It is the same at any time.</summary>
    public static DateTimeOffset RankOf(CaseSigns signs) => signs.OpenSince - (WeightOf(signs) * PerPoint);

    public static CasePriority Judge(CaseSigns signs, DateTimeOffset now) => new(
        ((now - RankOf(signs)) / PerPoint) switch
        {
            >= High => PriorityLevel.High,
            >= Medium => PriorityLevel.Medium,
            _ => PriorityLevel.Low,
        },
        Reasons(signs, now - signs.OpenSince));

    private static double SeverityOf(Policy policy) => policy.Severity switch
    {
        PolicySeverity.Minor => 1,
        PolicySeverity.Serious => 2,
        PolicySeverity.Grave => 4,
        _ => 8,
    };

    /// <summary>0 to 1.</summary>
    private static double VerdictOf(CaseSigns signs) => signs.Worst is var (severity, score) ? score * (int)severity / (int)Severity.Severe : 0;

    private static List<string> Reasons(CaseSigns signs, TimeSpan age)
    {
        List<string> reasons = [.. signs.IsReferred ? ["escalated by a moderator"] : Array.Empty<string>(), $"{signs.Policy.Title} ({Word(signs.Policy.Severity)})"];
        if (signs.Reporters > 0)
        {
            reasons.Add(string.Create(
                CultureInfo.InvariantCulture, $"{(signs.Reporters == 1 ? "1 reporter" : $"{signs.Reporters} reporters")}, counting {signs.Reliability:0.#}"));
        }

        if (signs.IsFlagged)
        {
            reasons.Add("flagged without a report");
        }

        if (signs.Worst is var (severity, score))
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"screening: {Word(severity)}, {score:0.00}"));
        }

        if (age >= PerPoint)
        {
            reasons.Add($"waits {(age.TotalDays >= 2 ? $"{(int)age.TotalDays} days" : $"{(int)age.TotalHours} hours")}");
        }

        return reasons;
    }

    private static string Word(Enum value) => value.ToString().ToLowerInvariant();
}
