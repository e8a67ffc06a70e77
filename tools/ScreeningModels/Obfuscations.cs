using System.Text;

namespace RandomChat.ScreeningModels;

/// <summary>How people write a word so that a filter does not read it, and a person does.</summary>
public static class Obfuscations
{
    private const string Latin = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>Every kind, by name. A word is in small letters; what is left to chance comes from the random numbers given.</summary>
    public static IReadOnlyList<(string Name, Func<string, Random, string> Write)> All { get; } =
    [
        ("zero-width", (word, chance) => Between(word, _ => Any(chance, "\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u00AD"))),
        ("combining marks", (word, chance) => Between(word, _ => Any(chance, "\u0301", "\u0308", "\u0336", "\u0332", "\u20E3", "\u0489"), afterLast: true)),
        ("Cyrillic look-alikes", (word, _) => Replace(word, "acehikmopstxybdgnr", "асеһікморѕтхуьԁɡпг")),
        ("Greek look-alikes", (word, _) => Replace(word, "aeikmnoptuvxyrbw", "αειкмnορтυνχγгβω")),
        ("full-width", (word, _) => Map(word, letter => char.IsAsciiLetter(letter) ? char.ToString((char)(letter + 0xFEE0)) : null)),
        ("mathematical", (word, chance) => Mathematical(word, chance)),
        ("spaced", (word, _) => Between(word, _ => " ")),
        ("dotted", (word, _) => Between(word, _ => ".")),
        ("hyphenated", (word, _) => Between(word, _ => "-")),
        ("leet", (word, chance) => Map(word, letter => letter switch { 'a' => Any(chance, "4", "@"), 'e' => "3", 'i' => Any(chance, "1", "!"), 'o' => "0", 's' => Any(chance, "5", "$"), 't' => "7", _ => null })),
        ("stretched", (word, chance) => Stretch(word, chance)),
        ("masked", (word, _) => Mask(word)),
        ("mixed case", (word, chance) => Map(word, letter => chance.Next(2) == 0 ? char.ToString(char.ToUpperInvariant(letter)) : null)),
        ("emoji between", (word, chance) => Between(word, _ => Any(chance, "😀", "❤️", "👍🏽", "🔥", "👨‍👩‍👧"))),
        ("split over two words", (word, chance) => Split(word, chance)),
        ("bidi controls", (word, chance) => Between(word, _ => Any(chance, "\u202A", "\u202C", "\u2066", "\u2069", "\u200E", "\u200F", "\u061C"))),
        ("right-to-left override", (word, _) => $"\u202E{new string([.. word.Reverse()])}\u202C"),
    ];

    private static string Any(Random chance, params ReadOnlySpan<string> choices) => choices[chance.Next(choices.Length)];

    private static string Between(string word, Func<int, string> what, bool afterLast = false)
    {
        var written = new StringBuilder();
        for (var at = 0; at < word.Length; at++)
        {
            written.Append(word[at]);
            if (afterLast || (at + 1 < word.Length && word[at] != ' ' && word[at + 1] != ' '))
            {
                written.Append(what(at));
            }
        }

        return written.ToString();
    }

    private static string Map(string word, Func<char, string?> of) => string.Concat(word.Select(letter => of(letter) ?? char.ToString(letter)));

    private static string Replace(string word, string letters, string others) =>
        Map(word, letter => letters.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at ? char.ToString(others[at]) : null);

    private static string Mathematical(string word, Random chance)
    {
        // Bold, bold italic, bold script, bold Fraktur, sans-serif, monospace.
        int[] alphabets = [0x1D41A, 0x1D482, 0x1D4EA, 0x1D586, 0x1D5BA, 0x1D68A];
        var alphabet = alphabets[chance.Next(alphabets.Length)];
        return Map(word, letter => Latin.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at ? char.ConvertFromUtf32(alphabet + at) : null);
    }

    private static string Stretch(string word, Random chance)
    {
        var at = LetterAt(word, chance, least: 0);
        return word[..at] + new string(word[at], chance.Next(3, 9)) + word[(at + 1)..];
    }

    /// <summary>An asterisk for the first vowel after the first letter, as newspapers do; else for a letter in the middle.</summary>
    private static string Mask(string word)
    {
        var at = word.IndexOfAny(['a', 'e', 'i', 'o', 'u'], 1);
        at = at > 0 && at < word.Length - 1 ? at : word.Length / 2;
        at = word[at] == ' ' ? at - 1 : at;
        return $"{word[..at]}*{word[(at + 1)..]}";
    }

    private static string Split(string word, Random chance)
    {
        var at = LetterAt(word, chance, least: 1);
        return word[at - 1] == ' ' ? word[..at] + word[at] + " " + word[(at + 1)..] : $"{word[..at]} {word[at..]}";
    }

    private static int LetterAt(string word, Random chance, int least)
    {
        int at;
        do
        {
            at = chance.Next(least, word.Length);
        }
        while (word[at] == ' ');

        return at;
    }
}
