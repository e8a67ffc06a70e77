using RandomChat.Domain.Matchmaking;
using RandomChat.Web.Input;

namespace RandomChat.Web.Realtime;

/// <summary>Reads what a visitor asks for, the same over REST and the hub.</summary>
public static class MatchRequests
{
    /// <summary>The request; only to be used where <see cref="Fields.Refusal"/> stays null.</summary>
    public static MatchRequest Read(Fields fields)
    {
        var mode = fields.OneOf("mode", "text", "video") == "video" ? ChatMode.Video : ChatMode.Text;
        var language = fields.OptionalString("language", InterestPolicy.MaximumLanguageLength);
        language = string.IsNullOrWhiteSpace(language) ? null : language.Trim();
        if (language is not null && !InterestPolicy.IsLanguageTag(language))
        {
            fields.Add("language", "A language is a BCP 47 tag such as en or pt-BR.");
        }

        var interests = fields.OptionalStrings("interests", InterestPolicy.MaximumCount, InterestPolicy.MaximumLength)
            .Select(InterestPolicy.Normalise)
            .OfType<string>()
            .Distinct()
            .ToArray();
        return new(mode, language?.ToLowerInvariant(), interests, fields.OptionalBool("acceptAny") ?? false);
    }
}
