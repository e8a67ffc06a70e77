using System.Text;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening.Models;

/// <summary>
/// A text as the trained heads read it, in training and in scoring alike: in lower case, without marks and what is not
/// seen, look-alikes as the Latin letters that they look like, emoji as words, and one word each for any link and for
/// anybody's handle, so that nothing is learned from who was spoken to. A word before it for what the lexicon found: a word
/// that the heads never saw, or that is written past a filter, counts as those of its kind that they did see.
/// </summary>
public static class HeadText
{
    private const string Link = "http";
    private const string Somebody = "@user";

    /// <param name="found">What the other layers found in it.</param>
    public static string Of(string text, IReadOnlyList<Finding> found)
    {
        var read = new StringBuilder(text.Length + 16);
        foreach (var finding in found)
        {
            if (finding.Layer == ScreeningLayer.Lexicon)
            {
                read.Append('<').Append(finding.Category).Append((int)finding.Severity).Append("> ");
            }
        }

        var left = VisibleText.MostRunes;
        foreach (var rune in (Ascii.IsValid(text) ? text : VisibleText.Of(text)).EnumerateRunes())
        {
            if (left-- == 0)
            {
                break;
            }

            Add(read, rune);
        }

        return WithoutNames(read);
    }

    private static void Add(StringBuilder read, Rune rune)
    {
        if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
        {
            AddGap(read);
        }
        else if (rune.IsAscii)
        {
            read.Append((char)(rune.Value is >= 'A' and <= 'Z' ? rune.Value | 0x20 : rune.Value));
        }
        else if (NormalisedText.LetterOf(rune) is { } letter)
        {
            read.Append(letter);
        }
        else if (Rune.IsLetterOrDigit(rune))
        {
            read.Append(Rune.ToLowerInvariant(rune));
        }
        else
        {
            AddGap(read);
            read.Append(rune).Append(' ');
        }
    }

    private static void AddGap(StringBuilder read)
    {
        if (read.Length > 0 && read[^1] != ' ')
        {
            read.Append(' ');
        }
    }

    private static string WithoutNames(StringBuilder read)
    {
        var text = read.ToString();
        if (!text.Contains('@') && !text.Contains("http", StringComparison.Ordinal) && !text.Contains("www.", StringComparison.Ordinal))
        {
            return text.TrimEnd();
        }

        return string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word =>
            word.StartsWith("http", StringComparison.Ordinal) || word.StartsWith("www.", StringComparison.Ordinal) ? Link
            : word.Length > 1 && word[0] == '@' && char.IsLetterOrDigit(word[1]) ? Somebody
            : word));
    }
}
