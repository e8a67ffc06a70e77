using System.Text;

namespace RandomChat.Domain.Matchmaking;

/// <summary>How interests and languages are written so that equal ones compare equal.</summary>
public static class InterestPolicy
{
    public const int MaximumCount = 10;
    public const int MaximumLength = 32;
    public const int MaximumLanguageLength = 35;

    /// <summary>Trimmed, NFKC, lower case; null where nothing is left.</summary>
    public static string? Normalise(string interest)
    {
        var text = interest.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant().Trim();
        return text.Length == 0 ? null : text;
    }

    /// <summary>Whether the text is a well-formed BCP 47 tag of up to 35 characters.</summary>
    public static bool IsLanguageTag(string tag)
    {
        if (tag.Length is 0 or > MaximumLanguageLength)
        {
            return false;
        }

        var parts = tag.Split('-');
        if (parts[0].Length is < 2 or > 8 || !parts[0].All(char.IsAsciiLetter))
        {
            // Private use tags (x-…) and grandfathered ones (i-…) begin with a single letter.
            if (parts.Length < 2 || parts[0] is not ("x" or "X" or "i" or "I"))
            {
                return false;
            }
        }

        return parts.Skip(1).All(part => part.Length is >= 1 and <= 8 && part.All(char.IsAsciiLetterOrDigit))
            && parts[^1].Length > (parts.Length > 1 && !IsPrivate(parts) ? 1 : 0);
    }

    private static bool IsPrivate(string[] parts) => parts.Any(part => part is "x" or "X") && parts[^1] is not ("x" or "X");
}
