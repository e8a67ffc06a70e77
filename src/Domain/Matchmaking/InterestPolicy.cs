using System.Text;

namespace RandomChat.Domain.Matchmaking;

/// <summary>How interests and languages are written so that equal ones compare equal.</summary>
public static class InterestPolicy
{
    public const int MaximumCount = 10;

    /// <summary>UTF-16 units, after <see cref="Normalise"/>.</summary>
    public const int MaximumLength = 32;

    public const int MaximumLanguageLength = 35;

    /// <summary>Trimmed, NFKC, lower case; null where nothing is left or the text is not valid Unicode.</summary>
    public static string? Normalise(string interest)
    {
        try
        {
            // Lower case can undo the normal form, so that it is made once more.
            var text = interest.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormKC).Trim();
            return text.Length == 0 ? null : text;
        }
        catch (ArgumentException)
        {
            // An unpaired surrogate or a noncharacter: what a broken or hostile client can send.
            return null;
        }
    }

    /// <summary>
    /// Whether the text is a well-formed BCP 47 tag of up to 35 characters, in either case: a language of 2 to 8 letters
    /// and subtags of 1 to 8 letters and digits, or private use (<c>x-…</c>). A single character begins an extension and
    /// cannot end the tag. Which subtags are registered is not asked.
    /// </summary>
    public static bool IsLanguageTag(string tag)
    {
        if (tag.Length > MaximumLanguageLength)
        {
            return false;
        }

        var subtags = tag.Split('-');
        if (!subtags.All(subtag => subtag.Length is >= 1 and <= 8 && subtag.All(char.IsAsciiLetterOrDigit)))
        {
            return false;
        }

        var privateUse = Array.FindIndex(subtags, subtag => subtag is "x" or "X");
        if (privateUse >= 0)
        {
            // What follows is free, single characters too, but something must.
            return privateUse < subtags.Length - 1 && (privateUse == 0 || IsLanguage(subtags.AsSpan(..privateUse)));
        }

        return IsLanguage(subtags);
    }

    /// <summary>
    /// As much of a well-formed tag as may stand in an event in clear: language, script and region. Whatever else fits
    /// into a tag can be a sentence, and what people write is never stored in clear. <c>und</c> where nothing is left.
    /// </summary>
    public static string RecordedLanguage(string tag)
    {
        var subtags = tag.Split('-');
        if (subtags[0].Length is < 2 or > 3)
        {
            return "und";
        }

        var kept = 1;
        if (kept < subtags.Length && subtags[kept] is { Length: 4 } script && script.All(char.IsAsciiLetter))
        {
            kept++;
        }

        if (kept < subtags.Length && subtags[kept] is { Length: 2 or 3 } region && region.All(region.Length == 2 ? char.IsAsciiLetter : char.IsAsciiDigit))
        {
            kept++;
        }

        return string.Join('-', subtags[..kept]);
    }

    private static bool IsLanguage(ReadOnlySpan<string> subtags)
    {
        if (subtags[0].Length < 2 || !subtags[0].All(char.IsAsciiLetter) || subtags[^1].Length == 1)
        {
            return false;
        }

        for (var i = 1; i < subtags.Length; i++)
        {
            if (subtags[i].Length == 1 && subtags[i - 1].Length == 1)
            {
                return false;
            }
        }

        return true;
    }
}
