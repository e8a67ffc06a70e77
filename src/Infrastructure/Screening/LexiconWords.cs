using RandomChat.Application.Screening;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening;

/// <summary>The lexicon's entries, for programs and tests that go through all of them.</summary>
public static class LexiconWords
{
    public static string Version => Lexicon.Default.Version;

    /// <summary>The words and phrases of severity 2 and 3.</summary>
    public static IReadOnlyList<(string Text, ScreeningCategory Category, Severity Severity)> WorthANotice { get; } =
    [
        .. Lexicon.Default.Entries.Where(entry => entry.Severity >= Severity.Strong).Select(entry => (entry.Text, entry.Category, entry.Severity)),
    ];

    /// <summary>Whether an entry was found in a text, or one of the same letters: <c>cock suck</c> and <c>cocksuck</c> are one.</summary>
    public static bool Holds(TextFindings found, string entry)
    {
        var (letters, _) = LexiconEntry.Split(entry);
        return found.Matches.Any(match => LexiconEntry.Split(match).Letters == letters);
    }

    public static bool IsWorthANotice(string entry) => WorthANotice.Any(word => word.Text == entry);
}
