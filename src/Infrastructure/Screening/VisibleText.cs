using System.Globalization;
using System.Text;

namespace RandomChat.Infrastructure.Screening;

/// <summary>
/// What is seen of a text, in its compatibility decomposition (full-width and mathematical letters as plain ones): without
/// marks, format and control characters. Every layer reads a text that is not ASCII alone by way of it.
/// </summary>
internal static class VisibleText
{
    /// <summary>What comes after is not read. One character can decompose into eighteen; nobody writes a message of those.</summary>
    public const int MostRunes = 8_192;

    // Marks go first: to put a thousand of them in their canonical order takes a long time.
    public static string Of(string text) => Seen(Seen(text).Normalize(NormalizationForm.FormKD));

    /// <summary>What is not seen: marks, joiners, bidi controls, fillers, and what is no character, which nothing decomposes.</summary>
    private static bool IsNothing(Rune rune) => rune.IsAscii
        ? rune.Value < ' ' && rune.Value is not ('\n' or '\t' or '\r')
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.Control
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0
        || rune.Value is (>= 0xFDD0 and <= 0xFDEF) || (rune.Value & 0xFFFE) == 0xFFFE;

    private static string Seen(string text)
    {
        var (seen, runes) = (new StringBuilder(Math.Min(text.Length, MostRunes)), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsNothing(rune))
            {
                continue;
            }

            if (runes++ == MostRunes)
            {
                break;
            }

            seen.Append(rune);
        }

        return seen.ToString();
    }
}
