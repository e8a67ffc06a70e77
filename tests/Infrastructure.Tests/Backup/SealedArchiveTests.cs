using System.Security.Cryptography;
using RandomChat.Infrastructure.Backup;

namespace RandomChat.Infrastructure.Tests.Backup;

/// <summary>Files that only the key of the backups opens, and only as they were written.</summary>
public sealed class SealedArchiveTests : IDisposable
{
    private const int Chunk = 64 << 10;
    private readonly string folder = Directory.CreateTempSubdirectory("sealed-").FullName;
    private readonly BackupKey key;

    public SealedArchiveTests() => key = BackupKey.Make(Path.Combine(folder, "key"));

    [Fact]
    public void What_was_sealed_comes_back_whatever_its_size()
    {
        var files = new[] { 0, 1, Chunk - 1_024, Chunk, Chunk + 1, 3 * Chunk }.ToDictionary(size => $"keys/{size}", RandomNumberGenerator.GetBytes);
        using var archive = Seal(files);

        var names = Open(archive.ToArray(), key, "keys", out var into);

        Assert.Equal(files.Keys, names);
        Assert.All(files, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(into, file.Key))));
    }

    [Fact]
    public void A_file_that_was_changed_moved_cut_off_or_is_another_does_not_open()
    {
        using var archive = Seal(new Dictionary<string, byte[]> { ["keys.db"] = RandomNumberGenerator.GetBytes(3 * Chunk) });
        var whole = archive.ToArray();
        var (header, box) = (36, Chunk + 16);
        var wrong = new List<byte[]>();
        foreach (var place in new[] { 0, 5, header, header + box, whole.Length - 1 })
        {
            var changed = whole.ToArray();
            changed[place] ^= 1;
            wrong.Add(changed);
        }

        // Cut off within and between chunks; two chunks exchanged; one repeated; something added.
        wrong.AddRange([whole[..10], whole[..(header + 8)], whole[..(header + box)], whole[..(header + (2 * box))], whole[..^1]]);
        wrong.Add([.. whole[..header], .. whole[(header + box)..(header + (2 * box))], .. whole[header..(header + box)], .. whole[(header + (2 * box))..]]);
        wrong.Add([.. whole[..(header + box)], .. whole[header..]]);
        wrong.Add([.. whole, 0]);
        Assert.All(wrong, bytes => Assert.Throws<BackupException>(() => Open(bytes, key, "keys", out _)));
        Assert.Throws<BackupException>(() => Open(whole, key, "accounts", out _));
        Assert.Throws<BackupException>(() => Open(whole, BackupKey.Make(Path.Combine(folder, "other")), "keys", out _));
    }

    [Fact]
    public void A_key_file_is_made_once_and_is_for_its_owner_alone()
    {
        Assert.Throws<BackupException>(() => BackupKey.Make(key.File));
        Assert.Equal(key.Fingerprint, BackupKey.Read(key.File).Fingerprint);
        Assert.Throws<BackupException>(() => BackupKey.Read(Path.Combine(folder, "none")));
        File.WriteAllBytes(Path.Combine(folder, "short"), new byte[31]);
        Assert.Throws<BackupException>(() => BackupKey.Read(Path.Combine(folder, "short")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key.File));
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private MemoryStream Seal(Dictionary<string, byte[]> files)
    {
        var archive = new MemoryStream();
        SealedArchive.Write(archive, key, "keys", add => files.ToList().ForEach(file => add(file.Key, file.Value)));
        return archive;
    }

    private IReadOnlyList<string> Open(byte[] archive, BackupKey with, string purpose, out string into)
    {
        into = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        using var source = new MemoryStream(archive);
        return SealedArchive.Extract(source, with, purpose, into);
    }
}
