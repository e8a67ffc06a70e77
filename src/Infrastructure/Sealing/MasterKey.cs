using System.Security.Cryptography;
using System.Text;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>The key that all stored keys are wrapped under: 32 bytes in a file that is kept away from the key store's backups.</summary>
public sealed class MasterKey
{
    private const int Size = 32;
    private readonly byte[] key;
    private readonly string file;

    private MasterKey(byte[] key, string file)
    {
        this.key = key;
        this.file = file;
    }

    /// <summary>Reads the file, or makes it (mode 0600) where there is none and no key is stored yet.</summary>
    /// <param name="proof">Any stored key: the master key has to unwrap it. Null where none is stored.</param>
    /// <exception cref="SealingException">The file is lost, damaged or another one; nothing was changed.</exception>
    public static MasterKey Open(string file, StoredKey? proof)
    {
        try
        {
            if (proof is null && !File.Exists(file))
            {
                Create(file);
            }

            var bytes = File.ReadAllBytes(file);
            if (bytes.Length != Size)
            {
                throw new SealingException($"The master key file {file} is damaged: it has {bytes.Length} bytes instead of {Size}. Put the right file back.");
            }

            var master = new MasterKey(bytes, file);
            if (proof is not null)
            {
                master.Unwrap(proof);
            }

            return master;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SealingException(
                $"The master key file {file} is missing, but keys are stored that only it can open. Put the file back; a new one would make them unreadable.", absent);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SealingException($"The master key file {file} cannot be read or made: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>A secret encrypted under this key, bound to its id.</summary>
    public byte[] Wrap(string id, ReadOnlySpan<byte> plain)
    {
        var box = new byte[AesBox.Overhead + plain.Length];
        plain.CopyTo(box.AsSpan(AesBox.NonceSize));
        using var cipher = new AesGcm(key, AesBox.TagSize);
        AesBox.EncryptInPlace(cipher, box, Encoding.UTF8.GetBytes(id));
        return box;
    }

    /// <exception cref="SealingException">It was wrapped under another master key, or is damaged.</exception>
    public byte[] Unwrap(StoredKey stored) => stored.Wrapped.Length == AesBox.Overhead + Size
        ? Unwrap(stored.Id, stored.Wrapped.Span)
        : throw Refused(stored.Id, null);

    /// <exception cref="SealingException">It was wrapped under another master key or for another id, or is damaged.</exception>
    public byte[] Unwrap(string id, ReadOnlySpan<byte> wrapped)
    {
        var box = wrapped.ToArray();
        try
        {
            using var cipher = new AesGcm(key, AesBox.TagSize);
            return box.Length >= AesBox.Overhead
                ? AesBox.DecryptInPlace(cipher, box, Encoding.UTF8.GetBytes(id)).ToArray()
                : throw Refused(id, null);
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw Refused(id, mismatch);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(box);
        }
    }

    private SealingException Refused(string keyId, Exception? inner) => new(
        $"The master key file {file} does not open the stored key {keyId}: it is another master key, or the key store is damaged. Put the right file back.", inner);

    private static void Create(string file)
    {
        var full = Path.GetFullPath(file);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var draft = $"{full}.{Guid.NewGuid():N}.new";
        try
        {
            using (var stream = new FileStream(draft, OwnersOnly(FileMode.CreateNew)))
            {
                stream.Write(RandomNumberGenerator.GetBytes(Size));
                stream.Flush(flushToDisk: true);
            }

            // A whole file or none, and never over one that another process made in between.
            File.Move(draft, full, overwrite: false);
        }
        catch (IOException) when (File.Exists(full))
        {
            // Another process was first: its key is the one.
        }
        finally
        {
            File.Delete(draft);
        }
    }

    internal static FileStreamOptions OwnersOnly(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
