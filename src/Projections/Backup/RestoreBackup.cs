using System.Globalization;
using System.Security.Cryptography;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure;
using RandomChat.Infrastructure.Backup;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Projections.Ledger;

namespace RandomChat.Projections.Backup;

/// <param name="From">The backup's folder.</param>
/// <param name="Tombstones">The list of destroyed keys; null: that of the settings.</param>
/// <param name="WithoutTombstones">The list is lost: only what the backup itself holds of it is applied.</param>
/// <param name="MasterKeyFile">Null: that of the settings, or of the backup, or of the folder that is replaced.</param>
/// <param name="Replace">A data directory that holds something is moved aside.</param>
internal sealed record RestoreOrder(string From, string? Tombstones, bool WithoutTombstones, string? MasterKeyFile, bool Replace);

/// <param name="KeysDestroyed">Destroyed again, or due since the backup was made.</param>
/// <param name="AccountsDeleted">Of visitors who were erased since.</param>
/// <param name="Former">Where the folder lies that was there; null where there was none.</param>
/// <param name="AnchorsAside">Where anchors lie that are later than this ledger; null where there were none.</param>
internal sealed record Restored(BackupManifest Backup, int KeysDestroyed, int AccountsDeleted, string? Former, string? AnchorsAside);

/// <summary>
/// Puts a backup where the data directory is to be. Everything is checked before anything is touched; the folder is made
/// beside, whole and with what was destroyed since destroyed again, and then renamed.
/// </summary>
internal sealed class RestoreBackup(DataFolder data, BackupKey key, TimeProvider time)
{
    private const string LockFile = "server.lock";
    private Action<long> report = _ => { };
    private long done;

    private string Staging => data.Path + ".restoring";

    /// <param name="passed">Told how many bytes are done: the backup's own, twice.</param>
    /// <exception cref="BackupException">The backup, the list of destroyed keys or the place is not fit for it; nothing was changed.</exception>
    /// <exception cref="DataDirectoryException">A server uses the data directory.</exception>
    /// <exception cref="Application.Sealing.SealingException">The master key is another one; nothing was changed.</exception>
    public async Task<Restored> Run(RestoreOrder order, Action<long> passed, CancellationToken ct)
    {
        report = passed;
        if (data.TombstoneFile.StartsWith(data.Path + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new BackupException($"The list of destroyed keys {data.TombstoneFile} lies in the data directory, which is about to be exchanged. Move it out, and set Sealing:TombstoneFile.");
        }

        var from = Path.GetFullPath(order.From);
        var manifest = BackupManifest.Read(from, key);
        using var right = Claim(order.Replace);
        var list = ListOf(order, manifest);
        var anchors = Published();
        manifest.Verify(from, read => report(done = read), ct);
        Remove(Staging);
        try
        {
            PrivateFolder.Make(Staging);
            await Stage(from, manifest, ct);
            var masterKeys = await ProvedMasterKeys(order, ct);
            ct.ThrowIfCancellationRequested();

            // From here on it is not cancelled. The list first: whatever happens then, it is as long as the longest.
            var tombstones = KeepList(from, list);
            var keys = await DestroyKeys(tombstones);
            var accounts = File.Exists(Staged(DataFolder.Accounts[0])) ? ErasedAccounts.Delete(Staged(DataFolder.Accounts[0]), tombstones.ErasedVisitors) : 0;
            PlaceMasterKeys(masterKeys);
            var former = Swap(right);
            return new(manifest, keys, accounts, former, SetAnchors(from, anchors, manifest.LedgerPosition));
        }
        finally
        {
            Remove(Staging);
        }
    }

    /// <summary>Null where there is no folder yet, or an empty one.</summary>
    private DataDirectoryLock? Claim(bool replace)
    {
        if (!Directory.Exists(data.Path) || !Directory.EnumerateFileSystemEntries(data.Path).Any(entry => Path.GetFileName(entry) != LockFile))
        {
            return null;
        }

        var right = DataDirectoryLock.Take(data.Path);
        if (!replace)
        {
            right.Dispose();
            throw new BackupException($"The data directory {data.Path} is not empty. Name another by RandomChat:DataDirectory, or say --replace: then it is moved aside.");
        }

        return right;
    }

    /// <summary>The list that says what was destroyed since; null where it is said to be lost.</summary>
    private byte[]? ListOf(RestoreOrder order, BackupManifest manifest)
    {
        if (order.WithoutTombstones)
        {
            return null;
        }

        var file = new TombstoneFile(Path.GetFullPath(order.Tombstones ?? data.TombstoneFile), time);
        if (file.Content() is not { Length: > 0 } lines || file.Parse(lines) is null)
        {
            throw new BackupException(
                $"There is no list of destroyed keys {file.Path}: whoever was erased since the backup would come back. Name the list with --tombstones, or say --without-tombstones if it is lost.");
        }

        var known = manifest.Tombstones;
        return known is null || (lines.Length >= known.Bytes && Convert.ToHexStringLower(SHA256.HashData(lines.AsSpan(0, (int)known.Bytes))) == known.Sha256)
            ? lines
            : throw new BackupException(
                $"{file.Path} is not the list of destroyed keys that went on when the backup was made, or an older copy of it: whoever was erased since would come back. Name the right one with --tombstones, or say --without-tombstones if it is lost.");
    }

    private async Task Stage(string from, BackupManifest manifest, CancellationToken ct)
    {
        PrivateFolder.Make(Staged(DataFolder.Read));
        foreach (var file in manifest.Files)
        {
            if (file.Name is BackupManifest.Events or BackupManifest.Ledger || file.Name.StartsWith(BackupManifest.ReadModelFolder + "/", StringComparison.Ordinal))
            {
                await using var source = File.OpenRead(Path.Combine(from, file.Name));
                await using var target = new FileStream(Staged(file.Name), FileMode.CreateNew, FileAccess.Write);
                await source.CopyToAsync(target, ct);
                target.Flush(flushToDisk: true);
            }

            report(done += file.Bytes);
        }

        foreach (var (name, purpose) in ((string, string)[])[(BackupManifest.Keys, "keys"), (BackupManifest.Accounts, "accounts")])
        {
            ct.ThrowIfCancellationRequested();
            await using var source = File.OpenRead(Path.Combine(from, name));
            SealedArchive.Extract(source, key, purpose, Staging);
        }
    }

    /// <summary>
    /// The ring that is in use, with whatever else opens these keys at its end: they may be wrapped under one that was retired
    /// since. Null where no keys are stored.
    /// </summary>
    private async Task<MasterKeyRing?> ProvedMasterKeys(RestoreOrder order, CancellationToken ct)
    {
        if (!File.Exists(Staged(DataFolder.KeyStore)))
        {
            return null;
        }

        await using var store = new SqliteKeyStore(Staged(DataFolder.KeyStore));
        if (await store.Any(ct) is null)
        {
            return null;
        }

        var named = order.MasterKeyFile is { } file ? MasterKeySource.OfFile(file).Read() : null;
        var inUse = data.MasterKeys.IsThere ? data.MasterKeys.Read() : null;
        var inBackup = MasterKeySource.OfFile(Staged(DataFolder.MasterKey)) is { IsThere: true } staged ? staged.Read() : null;
        MasterKeyRing[] rings = [.. new[] { inUse, named, inBackup }.OfType<MasterKeyRing>()];
        if (rings is not [var first, .. var others])
        {
            throw new BackupException("The master key is neither in this backup nor where the settings say. Name its file with --master-key-file: without it nothing that was sealed can be read any more.");
        }

        var all = first.With(others.SelectMany(ring => ring.Keys));
        var census = await RingCensus.Take(all, [store, new SecretFiles(Staged(DataFolder.Keys), () => new LocalMasterKeys(data.MasterKeys))], _ => { }, ct);
        if (census.UnopenedCount > 0)
        {
            throw new SealingException(
                $"{(order.MasterKeyFile is { } other ? $"The master key file {other}" : data.MasterKeys.Name)} does not open the key {census.Unopened[0]} of this backup. Name the one that was in use when it was made with --master-key-file.");
        }

        var ring = all.Without([.. all.Keys.Except(first.Keys).Where(key => census.OpenedBy(key) == 0)]);
        return data.MasterKeySetting is { } setting && !ring.IsSame(setting.Read())
            ? throw new BackupException($"{setting.Name} lacks a master key that this backup needs. Put the file that was in use when it was made behind it, base64 of both together, and try again.")
            : ring;
    }

    private void PlaceMasterKeys(MasterKeyRing? ring)
    {
        File.Delete(Staged(DataFolder.MasterKey));
        if (ring is not null && data.MasterKeySetting is null)
        {
            MasterKeySource.Write(data.MasterKeyFile ?? Staged(DataFolder.MasterKey), ring, overwrite: true);
        }
    }

    /// <summary>Makes the list of the settings hold what that of the backup and the one that was named say, too.</summary>
    private Tombstones KeepList(string from, byte[]? named)
    {
        var kept = new TombstoneFile(data.TombstoneFile, time);
        var copy = new TombstoneFile(Path.Combine(from, BackupManifest.TombstoneList), time);
        if (!kept.Exists && (named ?? copy.Content()) is { } whole)
        {
            // With its name, so that backups of before know it again.
            Directory.CreateDirectory(Path.GetDirectoryName(kept.Path)!);
            File.WriteAllBytes(kept.Path, whole);
        }

        kept.Open();
        foreach (var lines in new[] { copy.Content(), named }.OfType<byte[]>())
        {
            // In the order in which they were written, one after the other where they speak of the same key.
            kept.Add([.. kept.Parse(lines)!.Lines.GroupBy(line => line.Key).Select(line => line.Last())]);
        }

        return kept.Known;
    }

    private async Task<int> DestroyKeys(Tombstones tombstones)
    {
        if (!File.Exists(Staged(DataFolder.KeyStore)))
        {
            return 0;
        }

        await using var store = new SqliteKeyStore(Staged(DataFolder.KeyStore));
        var again = await tombstones.DestroyAgain(store, CancellationToken.None);
        var due = await store.DestroyDue(time.GetUtcNow(), CancellationToken.None);
        return due.Gone
            ? again.Count + due.Ids.Count
            : throw new BackupException("Destroyed keys could not be cleared from the files of the key store. Nothing was put back.");
    }

    private string? Swap(DataDirectoryLock? right)
    {
        string? former = null;
        if (Directory.Exists(data.Path))
        {
            if (right is null)
            {
                Directory.Delete(data.Path, recursive: true);
            }
            else
            {
                former = $"{data.Path}.before-{Stamp()}";
                if (OperatingSystem.IsWindows())
                {
                    // An open file keeps its folder where it is there.
                    right.Dispose();
                }

                Directory.Move(data.Path, former);
            }
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(data.Path)!);
            Directory.Move(Staging, data.Path);
            return former;
        }
        catch when (former is not null)
        {
            Directory.Move(former, data.Path);
            throw;
        }
    }

    /// <summary>What was published of the ledger so far; null where nothing was.</summary>
    private IReadOnlyList<LedgerAnchor>? Published() => new AnchorFile(data.AnchorFile) is { Exists: true } file ? file.Read() : null;

    /// <summary>Anchors later than the ledger that is there now do not fit it, which is true and no attack: they are kept beside.</summary>
    private string? SetAnchors(string from, IReadOnlyList<LedgerAnchor>? published, long ledgerPosition)
    {
        var mine = Path.Combine(from, BackupManifest.Anchors);
        if (!File.Exists(data.AnchorFile) && File.Exists(mine))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(data.AnchorFile)!);
            File.Copy(mine, data.AnchorFile);
        }

        if (published is null || published.All(anchor => anchor.Position <= ledgerPosition) || !File.Exists(data.AnchorFile))
        {
            return null;
        }

        var aside = $"{data.AnchorFile}.before-{Stamp()}";
        File.Move(data.AnchorFile, aside);
        var file = new AnchorFile(data.AnchorFile);
        foreach (var anchor in published.Where(anchor => anchor.Position <= ledgerPosition))
        {
            file.Add(anchor);
        }

        return aside;
    }

    private string Stamp() => time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private string Staged(string name) => Path.Combine(Staging, name);

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
