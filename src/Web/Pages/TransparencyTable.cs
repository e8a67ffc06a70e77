using System.Globalization;
using RandomChat.Domain.Moderation;

namespace RandomChat.Web.Pages;

/// <summary>The numbers of a transparency report as a page shows them.</summary>
/// <param name="IsPublic">Whether anybody may read it: small counts are withheld then.</param>
public sealed class TransparencyTable(IReadOnlyList<TransparencyLine> lines, bool isPublic)
{
    private readonly Dictionary<(string Measure, string? Policy), TransparencyLine> known = lines.ToDictionary(line => (line.Measure, line.Policy));

    /// <summary>A count; a dash where it was not counted.</summary>
    public string Of(string measure, string? policy = null) => known.TryGetValue((measure, policy), out var line) && line.Value is { } value
        ? isPublic ? Transparency.Shown(line)! : value.ToString("N0", CultureInfo.InvariantCulture)
        : "–";

    /// <summary>A time in words.</summary>
    public string Time(string measure) => known.TryGetValue((measure, null), out var line) && line.Value is { } seconds
        ? PageWords.Span(TimeSpan.FromSeconds(seconds))
        : "too few to tell";
}
