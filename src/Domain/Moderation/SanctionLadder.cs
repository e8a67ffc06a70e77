namespace RandomChat.Domain.Moderation;

/// <summary>What can be done about somebody, each harder than the one before.</summary>
public enum SanctionStep
{
    Warning,
    Hour,
    Day,
    Week,
    Permanent,
}

/// <summary>From strikes to steps: a warning, an hour, a day, a week, for good.</summary>
public static class SanctionLadder
{
    /// <summary>So many strikes are the end, whatever was before.</summary>
    public const int Permanent = 10;

    /// <summary>The hardest step without anybody having looked, unless the policy is severe: what is more takes a person.</summary>
    public const SanctionStep LastAutomated = SanctionStep.Week;

    /// <summary>The step for so many strikes that count at this moment, those of the new breach included.</summary>
    public static SanctionStep StepFor(int strikes) => strikes switch
    {
        < 4 => SanctionStep.Warning,
        < 6 => SanctionStep.Hour,
        < 8 => SanctionStep.Day,
        < Permanent => SanctionStep.Week,
        _ => SanctionStep.Permanent,
    };

    /// <summary>How long a step keeps somebody out: zero for a warning, null for good.</summary>
    public static TimeSpan? LengthOf(SanctionStep step) => step switch
    {
        SanctionStep.Warning => TimeSpan.Zero,
        SanctionStep.Hour => TimeSpan.FromHours(1),
        SanctionStep.Day => TimeSpan.FromDays(1),
        SanctionStep.Week => TimeSpan.FromDays(7),
        _ => null,
    };

    /// <summary>A step in words, at the beginning of a sentence.</summary>
    public static string Named(SanctionStep step) => step switch
    {
        SanctionStep.Warning => "A warning",
        SanctionStep.Hour => "Out for an hour",
        SanctionStep.Day => "Out for a day",
        SanctionStep.Week => "Out for a week",
        _ => "Removal for good",
    };
}
