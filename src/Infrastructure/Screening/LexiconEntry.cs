using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening;

/// <summary>A word or phrase of the lexicon.</summary>
/// <param name="Gaps">After which of its letters a word ends, a bit each from the first letter.</param>
internal sealed record LexiconEntry(string Text, ScreeningCategory Category, Severity Severity, string Letters, ulong Gaps)
{
    /// <summary>The longest entry there may be: its gaps have to fit into a number.</summary>
    public const int MostLetters = 63;

    public static LexiconEntry Of(string text, ScreeningCategory category, Severity severity)
    {
        var (letters, gaps) = Split(text);
        return letters.Length is > 1 and <= MostLetters && !text.Any(char.IsAsciiDigit)
            ? new(text, category, severity, letters, gaps)
            : throw new InvalidOperationException($"'{text}' is too short or too long for the lexicon, or holds digits.");
    }

    /// <summary>The letters of a text, and after which of them a word ends.</summary>
    public static (string Letters, ulong Gaps) Split(string text)
    {
        var letters = new List<char>(text.Length);
        var gaps = 0ul;
        foreach (var letter in text)
        {
            if (letter is >= 'a' and <= 'z')
            {
                letters.Add(letter);
            }
            else
            {
                gaps |= 1ul << (letters.Count - 1);
            }
        }

        return (new([.. letters]), gaps);
    }
}
