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
    public const string MasterKey = MasterKeySource.DefaultName;
    public const string Read = "read";
    public static readonly IReadOnlyList<string> Accounts = ["accounts.db", "staff.db"];

    /// <summary>Where the master keys are if they are no file; null: they are one.</summary>
    public MasterKeySource? MasterKeySetting { get; init; }

    /// <summary>Where a server on these settings reads its master keys.</summary>
    public MasterKeySource MasterKeys => MasterKeySetting ?? MasterKeySource.OfFile(MasterKeyFile ?? File(MasterKey));

    public static DataFolder Of(IConfiguration settings)
    {
        var data = RandomChatSettings.DataDirectory(settings);
        var source = MasterKeySource.Of(settings, data);
        return new(
            data, LedgerOptions.FileOf(settings), Infrastructure.Sealing.TombstoneFile.PathOf(settings),
            source.File == System.IO.Path.Combine(data, MasterKey) ? null : source.File)
        {
            MasterKeySetting = source.File is null ? source : null,
        };
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);
}
