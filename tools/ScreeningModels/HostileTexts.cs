using System.Text;

namespace RandomChat.ScreeningModels;

/// <summary>Texts made to cost as much as they can.</summary>
public static class HostileTexts
{
    public static IReadOnlyList<(string Name, string Unit)> All { get; } =
    [
        ("ordinary words", "and then we went to the market "),
        ("one letter", "n"),
        ("one letter, spaced", "n "),
        ("asterisks", "*"),
        ("letters and asterisks", "n*"),
        ("asterisks and gaps", "n* "),
        ("digits and signs that are letters", "n!@$1"),
        ("beginnings of words", "nigge "),
        ("spaced words", "n i g g e "),
        ("gaps", " "),
        ("digits", "1"),
        ("digits and what parts numbers", "1 - "),
        ("addresses without an end", "a.b-"),
        ("handles", "@a"),
        ("combining marks", "\u0301\u0327\u0336"),
        ("ligatures that decompose into eighteen", "\uFDFA"),
        ("zero-width", "\u200B\u200D"),
        ("look-alikes", "пі"),
        ("right-to-left overrides", "\u202En"),
    ];

    public static string Of(string unit, int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
        {
            text.Append(unit);
        }

        return text.ToString(0, length);
    }
}
