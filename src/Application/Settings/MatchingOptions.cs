namespace RandomChat.Application.Settings;

/// <summary>How people are brought together (settings section <c>Matching</c>). Times are durations.</summary>
public sealed class MatchingOptions
{
    public const string Section = "Matching";

    /// <summary>Wait before <c>match_timeout</c>.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Who gave interests meets only someone who shares one during this time.</summary>
    public TimeSpan InterestPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a lost partner may come back.</summary>
    public TimeSpan ReconnectGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The same two are not paired again within this; zero switches it off.</summary>
    public TimeSpan RematchWindow { get; set; } = TimeSpan.FromMinutes(30);
}
