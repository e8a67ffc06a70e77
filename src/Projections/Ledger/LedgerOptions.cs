using Microsoft.Extensions.Configuration;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Projections.Ledger;

/// <summary>Settings of the ledger.</summary>
public sealed class LedgerOptions
{
    public const string Section = "Ledger";

    /// <summary>
    /// Where anchors are published: a file outside the data directory, better on another machine. Null: beside the data
    /// directory, by its name with <c>.anchors.ndjson</c>.
    /// </summary>
    public string? AnchorFile { get; set; }

    /// <summary>How often, where there is something new; also when the server stops.</summary>
    public TimeSpan AnchorEvery { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The full path of the file of anchors.</summary>
    public static string FileOf(IConfiguration settings)
    {
        var data = RandomChatSettings.DataDirectory(settings);
        return settings[$"{Section}:{nameof(AnchorFile)}"] is { } file && !string.IsNullOrWhiteSpace(file)
            ? Path.GetFullPath(file, Path.GetDirectoryName(data) ?? data)
            : Path.TrimEndingDirectorySeparator(data) + ".anchors.ndjson";
    }
}
