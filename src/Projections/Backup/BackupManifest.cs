using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Backup;

namespace RandomChat.Projections.Backup;

/// <param name="Name">Below the backup's folder, with slashes between folders.</param>
/// <param name="Sha256">In lower-case hexadecimal digits.</param>
internal sealed record BackedUpFile(string Name, long Bytes, string Sha256);

/// <param name="Position">How far it had come.</param>
internal sealed record BackedUpReadModel(string Name, long Position);

/// <summary>How far the list of destroyed keys went: whatever list is given when the backup is put back has to begin so.</summary>
internal sealed record BackedUpTombstones(Guid List, long Bytes, string Sha256);

/// <summary><c>manifest.json</c>: what a backup holds. It is written last, and signed.</summary>
/// <param name="At">When the backup began: whatever was answered before is in it.</param>
/// <param name="Position">Of the last event of the log.</param>
/// <param name="LedgerPosition">Of the last event in the ledger.</param>
/// <param name="Tombstones">Null where there was no list.</param>
/// <param name="HoldsMasterKey">Whether the master key is among the keys.</param>
/// <param name="Key">The fingerprint of the key that the sealed files and the signature were made with.</param>
internal sealed record BackupManifest(
    int Format, DateTimeOffset At, long Position, long LedgerPosition, IReadOnlyList<BackedUpReadModel> ReadModels,
    BackedUpTombstones? Tombstones, bool HoldsMasterKey, string Key, IReadOnlyList<BackedUpFile> Files)
{
    public const int CurrentFormat = 1;
    public const string Events = "events.db";
    public const string Ledger = "ledger.db";
    public const string Anchors = "anchors.ndjson";
    public const string TombstoneList = "tombstones.ndjson";
    public const string ReadModelFolder = "read";
    public const string Keys = "keys.sealed";
    public const string Accounts = "accounts.sealed";

    private const string FileName = "manifest.json";
    private const string SignatureName = "manifest.signature";
    private static readonly JsonSerializerOptions Indented = new(EventCodec.Json) { WriteIndented = true };

    public long Bytes => Files.Sum(file => file.Bytes);

    public static string HashOf(Stream content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Writes it and its signature, to disk.</summary>
    public void Write(string folder, BackupKey key)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(this, Indented);
        Write(Path.Combine(folder, SignatureName), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key.Sign(text))));
        Write(Path.Combine(folder, FileName), text);
    }

    /// <exception cref="BackupException">It is no backup that this program and this key know, or it was changed.</exception>
    public static BackupManifest Read(string folder, BackupKey key)
    {
        try
        {
            var text = File.ReadAllBytes(Path.Combine(folder, FileName));
            var manifest = JsonSerializer.Deserialize<BackupManifest>(text, EventCodec.Json)!;
            if (manifest.Format != CurrentFormat)
            {
                throw new BackupException($"The backup {folder} has format {manifest.Format}; this program knows {CurrentFormat}. Use the version that made it.");
            }

            if (manifest.Key != key.Fingerprint)
            {
                throw new BackupException($"The key file {key.File} is not the one that the backup {folder} was made with (it is {key.Fingerprint}, the backup needs {manifest.Key}).");
            }

            return CryptographicOperations.FixedTimeEquals(Convert.FromHexString(File.ReadAllText(Path.Combine(folder, SignatureName))), key.Sign(text))
                ? manifest
                : throw Changed(folder, null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BackupException($"{folder} is no whole backup: {Path.GetFileName((e as FileNotFoundException)?.FileName) ?? FileName} is missing.", e);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw Changed(folder, e);
        }
    }

    /// <summary>Reads every file and compares it with what was written.</summary>
    /// <param name="read">Told after each file how many bytes have been read.</param>
    /// <exception cref="BackupException">One is missing, was changed, or was added.</exception>
    public void Verify(string folder, Action<long> read, CancellationToken ct)
    {
        var names = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'));
        if (names.Except([.. Files.Select(file => file.Name), FileName, SignatureName]).FirstOrDefault() is { } added)
        {
            throw new BackupException($"{added} in the backup {folder} does not belong to it. Nothing was put back.");
        }

        var bytes = 0L;
        foreach (var file in Files)
        {
            ct.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, file.Name);
            if (!File.Exists(path))
            {
                throw new BackupException($"{file.Name} is missing in the backup {folder}. Nothing was put back.");
            }

            using var content = File.OpenRead(path);
            if (content.Length != file.Bytes || HashOf(content) != file.Sha256)
            {
                throw new BackupException($"{file.Name} in the backup {folder} was changed since it was made. Nothing was put back.");
            }

            read(bytes += file.Bytes);
        }
    }

    private static BackupException Changed(string folder, Exception? inner) =>
        new($"The manifest of the backup {folder} was changed since it was made. Nothing was put back.", inner);

    private static void Write(string path, byte[] content)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }
}
