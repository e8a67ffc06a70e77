using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Infrastructure.Backup;
using RandomChat.Projections.Backup;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Commands;

/// <summary><c>backup</c>: the embedded stores as one folder that fits together, beside a running server.</summary>
internal static class BackupCommand
{
    public static Command Create(IConfiguration settings)
    {
        var to = new Option<DirectoryInfo>("--to") { Description = "The folder to make; it appears when the backup is whole", Required = true };
        var keyFile = EmbeddedOnly.KeyFile();
        var withMasterKey = new Option<bool>("--with-master-key")
        {
            Description = "Put the master key into the sealed file of keys. Without it keep a copy of the master key elsewhere: if it is lost, nothing that was sealed can be read any more, by no backup. With it whoever has the backup and its key file reads everything",
        };
        var json = Shared.Json();
        var command = new Command("backup", "Copy log, ledger, read models, keys and accounts while the server runs; keys and accounts are encrypted under a key of their own")
        {
            to, keyFile, withMasterKey, json,
        };
        command.SetAction((parsed, ct) => Run(
            settings, parsed.GetRequiredValue(to).FullName, parsed.GetRequiredValue(keyFile).FullName, parsed.GetValue(withMasterKey), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, string to, string keyFile, bool withMasterKey, bool json, CancellationToken ct)
    {
        if (EmbeddedOnly.Why(settings) is { } why)
        {
            await Console.Error.WriteLineAsync(why);
            return ExitCodes.Usage;
        }

        // Says what is wrong where no log is, or another program's.
        await LogSource.Open(settings).DisposeAsync();
        var backup = new TakeBackup(DataFolder.Of(settings), BackupKey.Read(keyFile), TimeProvider.System);
        var manifest = await Progress.Show("backing up", backup.Size, passed => Task.Run(() => backup.Run(to, withMasterKey, passed, ct), ct));
        if (json)
        {
            Shared.PrintJson(new { folder = to, manifest.At, manifest.Position, manifest.LedgerPosition, manifest.ReadModels, manifest.HoldsMasterKey, manifest.Key, manifest.Bytes });
            return ExitCodes.Success;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{to}: everything that was answered before {manifest.At:u}, up to position {manifest.Position:N0}, {manifest.Bytes:N0} bytes, key {manifest.Key}"));
        Console.WriteLine(withMasterKey
            ? "The master key is in it: whoever has this folder and the key file reads everything that is not destroyed yet."
            : "The master key is not in it: keep a copy of it elsewhere. If it is lost, nothing that was sealed can be read any more.");
        return ExitCodes.Success;
    }
}

/// <summary><c>backup-key</c>: makes the key that backups are sealed with.</summary>
internal static class BackupKeyCommand
{
    public static Command Create()
    {
        var output = new Option<FileInfo>("--out") { Description = "The file to make: 32 random bytes. Keep it neither with the backups nor with the data; without it no backup can be put back", Required = true };
        var command = new Command("backup-key", "Make a key file for backups") { output };
        command.SetAction(parsed =>
        {
            var key = BackupKey.Make(parsed.GetRequiredValue(output).FullName);
            Console.WriteLine($"{key.File}: key {key.Fingerprint}. Keep it neither with the backups nor with the data; without it no backup can be put back.");
            return ExitCodes.Success;
        });
        return command;
    }
}

/// <summary>What both verbs about backups have in common.</summary>
internal static class EmbeddedOnly
{
    private static readonly string[] Engines = ["EventStoreDb", "Postgres"];

    public static Option<FileInfo> KeyFile() => new("--key-file") { Description = "The key of the backups, made by backup-key", Required = true };

    /// <summary>Why these settings are none for a backup of embedded stores; null where they are.</summary>
    public static string? Why(IConfiguration settings) =>
        Engines.FirstOrDefault(engine => settings.GetConnectionString(engine) is { Length: > 0 }) is { } engine
            ? $"ConnectionStrings:{engine} is set: only embedded stores are backed up and restored by this program. The runbook's Backup says how the engines are."
            : null;
}
