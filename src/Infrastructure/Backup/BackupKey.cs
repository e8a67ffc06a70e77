using System.Security.Cryptography;
using System.Text;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Backup;

/// <summary>What the keys and accounts in a backup are encrypted under: 32 random bytes in a file that lies neither with the backups nor with the data.</summary>
public sealed class BackupKey
{
    private const int Size = 32;
    private const int FingerprintSize = 8;
    private readonly byte[] key;

    private BackupKey(byte[] key, string file) => (this.key, File) = (key, file);

    public string File { get; }

    /// <summary>Tells which key a backup was made with, without telling the key; lower-case hexadecimal digits.</summary>
    public string Fingerprint => Convert.ToHexStringLower(Derive("fingerprint", [], FingerprintSize));

    /// <exception cref="BackupException">There is none, or it is no key.</exception>
    public static BackupKey Read(string file)
    {
        try
        {
            var bytes = System.IO.File.ReadAllBytes(file);
            return bytes.Length == Size
                ? new(bytes, file)
                : throw new BackupException($"The key file {file} has {bytes.Length} bytes instead of {Size}: it is no key of backups.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BackupException($"There is no key file {file}. Make one with: backup-key --out {file}", e);
        }
    }

    /// <summary>Makes a new one, readable for its owner alone.</summary>
    /// <exception cref="BackupException">A file is there already: backups may need it.</exception>
    public static BackupKey Make(string file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            using var stream = new FileStream(file, MasterKey.OwnersOnly(FileMode.CreateNew));
            var bytes = RandomNumberGenerator.GetBytes(Size);
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
            return new(bytes, file);
        }
        catch (IOException e) when (System.IO.File.Exists(file))
        {
            throw new BackupException($"{file} is there already, and backups may need it: it was left as it is. Name another file.", e);
        }
    }

    /// <summary>Proves, to whoever has the key, that a text was written by somebody who has it.</summary>
    public byte[] Sign(byte[] text) => HMACSHA256.HashData(Derive("manifest", [], Size), text);

    /// <param name="salt">Random, and stored beside what is encrypted: the same key then encrypts any number of files.</param>
    internal byte[] Derive(string purpose, byte[] salt, int length = Size) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, length, salt, Encoding.UTF8.GetBytes($"randomchat.backup.{purpose}"));
}
