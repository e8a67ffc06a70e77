namespace RandomChat.Web.Turn;

/// <summary>The servers that help two browsers reach each other: settings sections <c>Stun</c>, <c>Turn</c> and <c>Ice</c>.</summary>
public sealed class IceOptions
{
    public IReadOnlyList<string> StunUrls { get; set; } = [];

    public IReadOnlyList<string> TurnUrls { get; set; } = [];

    /// <summary>The secret shared with coturn (<c>static-auth-secret</c>).</summary>
    public string? TurnSecret { get; set; }

    /// <summary>How long credentials are valid.</summary>
    public TimeSpan TurnTtl { get; set; } = TimeSpan.FromHours(1);

    /// <summary><c>relay</c> or <c>all</c>.</summary>
    public string Policy { get; set; } = "all";

    public bool HasTurn => TurnUrls.Count > 0;
}
