using System.Security.Cryptography;
using System.Text;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>One of the keys that all stored keys are wrapped under: 32 bytes.</summary>
public sealed class MasterKey
{
    internal const int Size = 32;
    private const int FingerprintSize = 4;
    private readonly byte[] key;

    internal MasterKey(ReadOnlySpan<byte> bytes)
    {
        key = bytes.ToArray();
        Fingerprint = Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, FingerprintSize, info: "randomchat.master-key.fingerprint"u8.ToArray()));
    }

    /// <summary>Tells which key it is, without telling the key; eight lower-case hexadecimal digits.</summary>
    public string Fingerprint { get; }

    internal ReadOnlySpan<byte> Bytes => key;

    internal static MasterKey New() => new(RandomNumberGenerator.GetBytes(Size));

    internal bool Is(MasterKey other) => CryptographicOperations.FixedTimeEquals(key, other.key);

    /// <summary>A secret encrypted under this key, bound to its id.</summary>
    internal byte[] Wrap(string id, ReadOnlySpan<byte> plain)
    {
        var box = new byte[AesBox.Overhead + plain.Length];
        plain.CopyTo(box.AsSpan(AesBox.NonceSize));
        using var cipher = new AesGcm(key, AesBox.TagSize);
        AesBox.EncryptInPlace(cipher, box, Encoding.UTF8.GetBytes(id));
        return box;
    }

    /// <summary>Null where it was wrapped under another key or for another id, or is damaged.</summary>
    internal byte[]? TryUnwrap(string id, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < AesBox.Overhead)
        {
            return null;
        }

        var box = wrapped.ToArray();
        try
        {
            using var cipher = new AesGcm(key, AesBox.TagSize);
            return AesBox.DecryptInPlace(cipher, box, Encoding.UTF8.GetBytes(id)).ToArray();
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(box);
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
