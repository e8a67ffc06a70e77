using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Infrastructure.Backup;
using RandomChat.Projections.Backup;

namespace RandomChat.Projections.Commands;

/// <summary><c>restore</c>: puts a backup where the settings say that the data directory is.</summary>
internal static class RestoreCommand
{
    public static Command Create(IConfiguration settings)
    {
        var from = new Option<DirectoryInfo>("--from") { Description = "The backup's folder", Required = true };
        var keyFile = EmbeddedOnly.KeyFile();
        var tombstones = new Option<FileInfo?>("--tombstones")
        {
            Description = "The list of destroyed keys of the server that the backup is of, where it is not the one of the settings: what was destroyed since the backup stays destroyed",
        };
        var without = new Option<bool>("--without-tombstones") { Description = "The list is lost: what was destroyed since the backup comes back" };
        var masterKey = new Option<FileInfo?>("--master-key-file")
        {
            Description = "The master key, where it is neither in the backup nor in the place of the settings. If it is lost, nothing that was sealed can be read any more",
        };
        var replace = new Option<bool>("--replace") { Description = "Move a data directory that is there aside" };
        var json = Shared.Json();
        var command = new Command("restore", "Put a backup into the data directory of the settings; everything is checked before anything is touched")
        {
            from, keyFile, tombstones, without, masterKey, replace, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(tombstones) is not null && result.GetResult(without) is not null && result.GetValue(without))
            {
                result.AddError("Name the list of destroyed keys, or say --without-tombstones.");
            }
        });
        command.SetAction((parsed, ct) => Run(
            settings,
            new(
                parsed.GetRequiredValue(from).FullName, parsed.GetValue(tombstones)?.FullName, parsed.GetValue(without),
                parsed.GetValue(masterKey)?.FullName, parsed.GetValue(replace)),
            parsed.GetRequiredValue(keyFile).FullName, parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, RestoreOrder order, string keyFile, bool json, CancellationToken ct)
    {
        if (EmbeddedOnly.Why(settings) is { } why)
        {
            await Console.Error.WriteLineAsync(why);
            return ExitCodes.Usage;
        }

        var (data, key) = (DataFolder.Of(settings), BackupKey.Read(keyFile));
        var size = 2 * BackupManifest.Read(order.From, key).Bytes;
        var restored = await Progress.Show("restoring", size, passed => Task.Run(() => new RestoreBackup(data, key, TimeProvider.System).Run(order, passed, ct), ct));
        if (json)
        {
            Shared.PrintJson(new
            {
                folder = data.Path,
                restored.Backup.At,
                restored.Backup.Position,
                restored.KeysDestroyed,
                restored.AccountsDeleted,
                restored.Former,
                restored.AnchorsAside,
            });
            return ExitCodes.Success;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{data.Path}: as of {restored.Backup.At:u}, up to position {restored.Backup.Position:N0}. Destroyed again: {restored.KeysDestroyed:N0} keys, {restored.AccountsDeleted:N0} accounts."));
        if (restored.Former is { } former)
        {
            Console.WriteLine($"What was there is in {former}: it holds keys that are destroyed in time no more. Remove it.");
        }

        if (restored.AnchorsAside is { } aside)
        {
            Console.WriteLine($"Anchors later than this ledger are in {aside}.");
        }

        Console.WriteLine("Now run audit and verify.");
        return ExitCodes.Success;
    }
}
