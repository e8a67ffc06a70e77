namespace RandomChat.Application.Settings;

/// <summary>How long things are kept (settings section <c>Retention</c>). Times are durations.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Message bodies are readable, and an ended match can be reported or blocked, for this long.</summary>
    public TimeSpan Messages { get; set; } = TimeSpan.FromDays(1);

    /// <summary>After the last visit the key of a visitor without an account is destroyed.</summary>
    public TimeSpan Visitors { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The evidence of a report is readable for this long.</summary>
    public TimeSpan Cases { get; set; } = TimeSpan.FromDays(180);

    /// <summary>The same of a severe case; no shorter.</summary>
    public TimeSpan SevereCases { get; set; } = TimeSpan.FromDays(365);
}
