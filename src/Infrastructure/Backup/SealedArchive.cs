using System.Formats.Tar;

namespace RandomChat.Infrastructure.Backup;

/// <summary>Several small files in one that only the backup's key opens.</summary>
public static class SealedArchive
{
    /// <summary>Begins an archive.</summary>
    /// <param name="purpose">What it holds; an archive of another purpose cannot stand in for it.</param>
    /// <param name="add">Adds entries: a name, with slashes between folders, and its content.</param>
    public static void Write(Stream target, BackupKey key, string purpose, Action<Action<string, byte[]>> add)
    {
        using var sealing = new SealingStream(target, key, purpose);
        using (var tar = new TarWriter(sealing, TarEntryFormat.Pax, leaveOpen: true))
        {
            add((name, content) =>
            {
                using var data = new MemoryStream(content, writable: false);
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
            });
        }

        sealing.Finish();
    }

    /// <summary>Writes an archive's entries into a folder, for their owner alone.</summary>
    /// <returns>The names of the entries.</returns>
    /// <exception cref="BackupException">It was changed, or holds what it cannot hold.</exception>
    public static IReadOnlyList<string> Extract(Stream source, BackupKey key, string purpose, string folder)
    {
        using var opening = new OpeningStream(source, key, purpose);
        var names = new List<string>();
        try
        {
            using var tar = new TarReader(opening);
            while (tar.GetNextEntry() is { } entry)
            {
                var file = Path.GetFullPath(entry.Name, folder);
                if (entry.EntryType != TarEntryType.RegularFile || !file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                {
                    throw new BackupException($"The backup holds {entry.Name}, which no backup does.");
                }

                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                using var stream = new FileStream(file, Sealing.MasterKey.OwnersOnly(FileMode.CreateNew));
                entry.DataStream?.CopyTo(stream);
                stream.Flush(flushToDisk: true);
                names.Add(entry.Name);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new BackupException("A sealed file of the backup holds no files.", e);
        }

        // Whatever comes after the last entry has to be as it was written, too.
        opening.CopyTo(Stream.Null);
        return names;
    }
}
