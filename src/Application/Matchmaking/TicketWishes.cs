using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>What a visitor wrote into a ticket, as it is sealed in <see cref="TicketRecord.Wishes"/>. Part of the storage format.</summary>
/// <param name="Language">The whole tag, where more of it was given than may stand in clear; else null.</param>
public sealed record TicketWishes(string? Language, IReadOnlyList<string> Interests)
{
    /// <summary>What has to be sealed of a request; null where there is nothing.</summary>
    public static TicketWishes? Of(MatchRequest request)
    {
        var language = request.Language is { } tag && tag != InterestPolicy.RecordedLanguage(tag) ? tag : null;
        return language is null && request.Interests.Count == 0 ? null : new(language, request.Interests);
    }

    public string ToJson() => JsonSerializer.Serialize(this, EventCodec.Json);

    public static TicketWishes? Parse(string json) => JsonSerializer.Deserialize<TicketWishes>(json, EventCodec.Json);
}
