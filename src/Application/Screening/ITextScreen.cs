using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// The layers that look at a text where it is: normaliser, lexicon, contact details and links. Asked on the way of every
/// message, so it takes microseconds and never waits; safe for several threads.
/// </summary>
public interface ITextScreen
{
    /// <summary>What is found in a text, of any length and content.</summary>
    TextFindings Inspect(string text);
}

/// <summary>What the layers found in a text. The text itself is not kept.</summary>
/// <param name="Findings">Empty for most texts; milder ones included, which policies may pass over.</param>
/// <param name="Matches">For people who check a rule: the lexicon's entries that were found.</param>
/// <param name="Fingerprint">Of the normalised text: however it is written, the same text gives the same one.</param>
/// <param name="Letters">How many letters and digits the normalised text has.</param>
public sealed record TextFindings(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Matches, ulong Fingerprint, int Letters)
{
    /// <summary>Whether it leads somewhere else: a link, an address, a number, a handle.</summary>
    public bool LeadsAway => Findings.Any(finding => finding.Category is ScreeningCategory.Contact or ScreeningCategory.Link);
}
