using System.Text;

namespace RandomChat.Infrastructure.Screening;

/// <summary>Texts whose characters are shown in another order than they are written in.</summary>
internal static class BidiOverride
{
    private const char RightToLeft = '\u202E';
    private const char Pop = '\u202C';

    /// <summary>The text with what stands between an override and its end (or the end of the line) turned around.</summary>
    public static string AsShown(string text)
    {
        var shown = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != RightToLeft)
            {
                shown.Append(text[at]);
                continue;
            }

            var end = text.AsSpan(at + 1).IndexOfAny(Pop, RightToLeft, '\n') is >= 0 and var length ? at + 1 + length : text.Length;
            foreach (var rune in text[(at + 1)..end].EnumerateRunes().Reverse())
            {
                shown.Append(rune);
            }

            at = end - 1;
        }

        return shown.ToString();
    }
}
