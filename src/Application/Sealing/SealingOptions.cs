namespace RandomChat.Application.Sealing;

/// <summary>How long keys live and how many are held ahead.</summary>
public sealed record SealingOptions
{
    /// <summary><c>Retention:Messages</c>: a message opens for at least this long, and for less than one <see cref="KeyPeriod"/> more.</summary>
    public TimeSpan MessageRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary><c>Retention:Cases</c>, counted from the moment a case takes its key.</summary>
    public TimeSpan CaseRetention { get; init; } = TimeSpan.FromDays(180);

    /// <summary><c>Retention:Visitors</c>, counted from the last visit.</summary>
    public TimeSpan VisitorRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long messages can be sealed while the key store is down.</summary>
    public TimeSpan KeysAhead { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How many reports each node can take while the key store is down.</summary>
    public int CasePool { get; init; } = 1_000;

    /// <summary><c>Sealing:TombstoneFile</c>; null means beside the data directory. Never inside it: what is put back must not take it back.</summary>
    public string? TombstoneFile { get; init; }

    /// <summary>The span that shares one message key per match: an hour, or the retention itself where that is shorter, but 10 s at least. Whole seconds.</summary>
    public TimeSpan KeyPeriod => TimeSpan.FromSeconds(Math.Clamp(Math.Floor(MessageRetention.TotalSeconds), 10, 3_600));
}
