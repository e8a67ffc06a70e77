using Microsoft.Extensions.Configuration;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Settings;
using RandomChat.Projections.Ledger;

namespace RandomChat.Projections.Backup;

/// <summary>Where the embedded stores lie, and what lies outside their folder.</summary>
/// <param name="Path">The data directory's full path.</param>
/// <param name="AnchorFile">Where the ledger's anchors are published.</param>
/// <param name="TombstoneFile">The list of destroyed keys.</param>
/// <param name="MasterKeyFile">Null: in the data directory.</param>
internal sealed record DataFolder(string Path, string AnchorFile, string TombstoneFile, string? MasterKeyFile)
{
    public const string KeyStore = "keys.db";
    public const string Keys = "keys";
    public const string MasterKey = "master.key";
    public const string Read = "read";
    public static readonly IReadOnlyList<string> Accounts = ["accounts.db", "staff.db"];

    public static DataFolder Of(IConfiguration settings) => new(
        RandomChatSettings.DataDirectory(settings), LedgerOptions.FileOf(settings), Infrastructure.Sealing.TombstoneFile.PathOf(settings),
        settings["Sealing:MasterKeyFile"] is { } file && !string.IsNullOrWhiteSpace(file) ? System.IO.Path.GetFullPath(file) : null);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A new folder that its owner alone may look into.</summary>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
