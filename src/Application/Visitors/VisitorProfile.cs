using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Visitors;

/// <summary>What a visitor says about themselves at the gate; stored sealed in the session's event.</summary>
/// <param name="DisplayName">Up to 24 characters, or null: none given.</param>
public sealed record VisitorProfile(int BirthYear, string? DisplayName, string TermsVersion)
{
    public const int MaximumDisplayNameLength = 24;

    public string ToJson() => JsonSerializer.Serialize(this, EventCodec.Json);

    public static VisitorProfile? Parse(string json) => JsonSerializer.Deserialize<VisitorProfile>(json, EventCodec.Json);
}

/// <summary>What a visitor asks partners for; stored sealed on the visitor's stream.</summary>
/// <param name="Language">A BCP 47 tag in lower case, or null: not given.</param>
/// <param name="Interests">Normalised, without repeats.</param>
public sealed record VisitorPreferences(string? Language, IReadOnlyList<string> Interests, ChatMode Mode)
{
    public static VisitorPreferences None { get; } = new(null, [], ChatMode.Text);

    public string ToJson() => JsonSerializer.Serialize(this, EventCodec.Json);

    public static VisitorPreferences? Parse(string json) => JsonSerializer.Deserialize<VisitorPreferences>(json, EventCodec.Json);
}
