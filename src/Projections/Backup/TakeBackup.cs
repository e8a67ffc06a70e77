using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using RandomChat.Infrastructure;
using RandomChat.Infrastructure.Backup;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Projections.Backup;

/// <summary>
/// Copies the embedded stores beside a server that writes them. Each copy is of one moment, and the moments follow each other
/// so that what is told by the log is never ahead of it, and what the log needs is never behind: anchors, ledger, read models,
/// accounts; then the log; then the keys and the list of destroyed ones. What is put back is what a kill between two of the
/// server's own steps could have left (docs/decisions/0022-backup.md).
/// </summary>
internal sealed class TakeBackup(DataFolder data, BackupKey key, TimeProvider time)
{
    private readonly List<BackedUpReadModel> readModels = [];
    private Action<long> report = _ => { };
    private long done;

    /// <summary>About how many bytes there are to copy and to read again.</summary>
    public long Size => 2 * (new[] { BackupManifest.Events, BackupManifest.Ledger, DataFolder.KeyStore }.Concat(DataFolder.Accounts).Select(data.File)
        .Concat(LiveFiles().Select(live => live.File)).SelectMany(file => new[] { file, file + "-wal" })
        .Select(file => new FileInfo(file)).Where(file => file.Exists).Sum(file => file.Length));

    /// <param name="to">A folder that is not there yet. It appears when it is whole.</param>
    /// <param name="withMasterKey">Whoever has the backup and its key then reads everything.</param>
    /// <param name="passed">Told how many bytes are done.</param>
    /// <exception cref="BackupException">It cannot be made there.</exception>
    public BackupManifest Run(string to, bool withMasterKey, Action<long> passed, CancellationToken ct)
    {
        to = Path.TrimEndingDirectorySeparator(Path.GetFullPath(to));
        if (Path.Exists(to))
        {
            throw new BackupException($"{to} is there already. Name a folder that is not: it appears when the backup is whole.");
        }

        var (partial, at) = (to + ".partial", time.GetUtcNow());
        report = passed;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        using var right = Alone(to, partial);
        Remove(partial);
        try
        {
            PrivateFolder.Make(partial);
            var manifest = Fill(partial, withMasterKey, at, ct);
            manifest.Write(partial, key);
            Directory.Move(partial, to);
            return manifest;
        }
        finally
        {
            Remove(partial);
        }
    }

    private BackupManifest Fill(string folder, bool withMasterKey, DateTimeOffset at, CancellationToken ct)
    {
        // An anchor is published before the ledger remembers it, so anchors that were there before are of entries that are copied.
        CopyLines(data.AnchorFile, Path.Combine(folder, BackupManifest.Anchors));
        var ledgerPosition = 0L;
        if (File.Exists(data.File(BackupManifest.Ledger)))
        {
            Copy(data.File(BackupManifest.Ledger), Path.Combine(folder, BackupManifest.Ledger), ct);
            ledgerPosition = DatabaseCopy.Number(Path.Combine(folder, BackupManifest.Ledger), "SELECT position FROM heads");
        }

        CopyReadModels(folder, ct);
        Seal(Path.Combine(folder, BackupManifest.Accounts), "accounts", add => DataFolder.Accounts.ToList().ForEach(name => AddDatabase(add, name)));
        Copy(data.File(BackupManifest.Events), Path.Combine(folder, BackupManifest.Events), ct);
        Seal(Path.Combine(folder, BackupManifest.Keys), "keys", add => AddKeys(add, withMasterKey));
        var tombstones = CopyTombstones(Path.Combine(folder, BackupManifest.TombstoneList));

        var end = DatabaseCopy.Number(Path.Combine(folder, BackupManifest.Events), "SELECT max(position) FROM events");
        if (readModels.Select(model => model.Position).Append(ledgerPosition).Max() is var ahead && ahead > end)
        {
            throw new BackupException(
                $"The ledger or a read model is at position {ahead}, and the log ends at {end}: an older copy of the log was put back without them. Run audit and rebuild --all first.");
        }

        return new(
            BackupManifest.CurrentFormat, at, end, ledgerPosition, readModels, tombstones, withMasterKey, key.Fingerprint, [.. Hashed(folder, ct)]);
    }

    /// <summary>A read model may be swapped for a new build while it is copied; the build that was live when it began will do.</summary>
    private void CopyReadModels(string folder, CancellationToken ct)
    {
        PrivateFolder.Make(Path.Combine(folder, BackupManifest.ReadModelFolder));
        foreach (var projection in LiveFiles().Select(live => live.Projection).ToList())
        {
            while (LiveFiles().FirstOrDefault(live => live.Projection == projection) is { File: { } file })
            {
                var copy = Path.Combine(folder, BackupManifest.ReadModelFolder, Path.GetFileName(file));
                try
                {
                    Copy(file, copy, ct);
                }
                catch (SqliteException) when (!LiveFiles().Any(live => live.File == file))
                {
                    File.Delete(copy);
                    continue;
                }

                File.WriteAllText(Path.Combine(folder, BackupManifest.ReadModelFolder, $"{projection}.live"), Path.GetFileName(file) + "\n");
                readModels.Add(new(projection, DatabaseCopy.Number(copy, "SELECT position FROM checkpoint")));
                break;
            }
        }
    }

    private IEnumerable<(string Projection, string File)> LiveFiles() => Directory.Exists(data.File(DataFolder.Read))
        ? Directory.EnumerateFiles(data.File(DataFolder.Read), "*.live").Order(StringComparer.Ordinal)
            .Select(live => (Path.GetFileNameWithoutExtension(live), Path.Combine(data.File(DataFolder.Read), File.ReadAllText(live).Trim())))
        : [];

    private void AddKeys(Action<string, byte[]> add, bool withMasterKey)
    {
        AddDatabase(add, DataFolder.KeyStore);
        if (Directory.Exists(data.File(DataFolder.Keys)))
        {
            foreach (var file in Directory.EnumerateFiles(data.File(DataFolder.Keys), "*", SearchOption.AllDirectories))
            {
                add(Path.GetRelativePath(data.Path, file).Replace(Path.DirectorySeparatorChar, '/'), File.ReadAllBytes(file));
            }
        }

        if (withMasterKey)
        {
            add(DataFolder.MasterKey, data.MasterKeys.Read().ToBytes());
        }
    }

    private void AddDatabase(Action<string, byte[]> add, string name)
    {
        if (File.Exists(data.File(name)))
        {
            var content = DatabaseCopy.ToMemory(data.File(name));
            add(name, content);
            report(done += content.Length);
        }
    }

    private BackedUpTombstones? CopyTombstones(string target)
    {
        var file = new TombstoneFile(data.TombstoneFile, time);
        if (file.Content() is not { } lines || file.Parse(lines) is not { } list)
        {
            return null;
        }

        Write(target, lines);
        return new(list.Id, list.Bytes, Convert.ToHexStringLower(SHA256.HashData(lines)));
    }

    private void Copy(string source, string target, CancellationToken ct)
    {
        var before = done;
        DatabaseCopy.ToFile(source, target, copied => report(done = before + copied), ct);
    }

    /// <summary>Whole lines: one more may be on its way.</summary>
    private static void CopyLines(string source, string target)
    {
        if (File.Exists(source))
        {
            var content = File.ReadAllBytes(source);
            Write(target, content[..(Array.LastIndexOf(content, (byte)'\n') + 1)]);
        }
    }

    private static void Write(string target, byte[] content)
    {
        using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private void Seal(string target, string purpose, Action<Action<string, byte[]>> add)
    {
        using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        SealedArchive.Write(file, key, purpose, add);
        file.Flush(flushToDisk: true);
    }

    private IEnumerable<BackedUpFile> Hashed(string folder, CancellationToken ct)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList())
        {
            ct.ThrowIfCancellationRequested();
            using var content = File.OpenRead(file);
            yield return new(Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'), content.Length, BackupManifest.HashOf(content));
            report(done += content.Length);
        }
    }

    private static FileStream Alone(string to, string partial)
    {
        try
        {
            return new(partial + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (File.Exists(partial + ".lock"))
        {
            throw new BackupException($"Another backup to {to} is being made.", e);
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
