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

    public static bool IsWorthANotice(string entry) => WorthANotice.Any(word => word.Text == entry);
}
