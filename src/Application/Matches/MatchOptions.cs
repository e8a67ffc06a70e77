namespace RandomChat.Application.Matches;

/// <summary>Settings of live matches. Times are durations.</summary>
public sealed class MatchOptions
{
    /// <summary>How long a lost partner may come back.</summary>
    public TimeSpan ReconnectGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Message bodies are readable for this long; a match can be reported or blocked for as long after its end.</summary>
    public TimeSpan MessageRetention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>A typing indicator ends by itself after this.</summary>
    public TimeSpan TypingTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an ending waits for the log before both sides are let go; the event is written when the log is back.</summary>
    public TimeSpan EndPatience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether signals are relayed without the addresses of those who send them; see <see cref="RelayFilter"/>.</summary>
    public bool HidesAddresses { get; set; }

    /// <summary>The name of this node in events.</summary>
    public string NodeName { get; set; } = Environment.MachineName;
}
