using System.Security.Cryptography;
using System.Text;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>The format <c>rc1:{keyId}:{base64(nonce | ciphertext | tag)}</c>, AES-256-GCM with a fresh nonce for every text.</summary>
internal readonly record struct SealedText(string KeyId, byte[] Payload)
{
    private const string Version = "rc1";

    public static string Seal(AesGcm cipher, string keyId, ReadOnlySpan<byte> context, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var payload = new byte[AesBox.Overhead + length];
        Encoding.UTF8.GetBytes(text, payload.AsSpan(AesBox.NonceSize, length));
        AesBox.EncryptInPlace(cipher, payload, context);
        return $"{Version}:{keyId}:{Convert.ToBase64String(payload)}";
    }

    /// <exception cref="SealingException">This is no sealed text.</exception>
    public static SealedText Parse(string sealedText)
    {
        var first = sealedText.IndexOf(':', StringComparison.Ordinal);
        var last = sealedText.LastIndexOf(':');
        if (first < 0 || last <= first || !sealedText.AsSpan(0, first).SequenceEqual(Version))
        {
            throw NotSealed();
        }

        var payload = new byte[sealedText.Length - last];
        return Convert.TryFromBase64Chars(sealedText.AsSpan(last + 1), payload, out var length) && length >= AesBox.Overhead
            ? new SealedText(sealedText[(first + 1)..last], payload[..length])
            : throw NotSealed();
    }

    /// <exception cref="SealingException">The text was changed, or sealed for another context.</exception>
    public string Open(AesGcm cipher, ReadOnlySpan<byte> context)
    {
        try
        {
            return Encoding.UTF8.GetString(AesBox.DecryptInPlace(cipher, Payload, context));
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw OtherContext(mismatch);
        }
    }

    public static SealingException OtherContext(Exception? inner = null) => new("The text was sealed for another context, or has been changed.", inner);

    private static SealingException NotSealed() => new("This is not a sealed text of a known version.");
}

/// <summary>A byte array that holds nonce, content and tag of AES-GCM, one after the other.</summary>
internal static class AesBox
{
    public const int NonceSize = 12;
    public const int TagSize = 16;
    public const int Overhead = NonceSize + TagSize;

    public static void EncryptInPlace(AesGcm cipher, Span<byte> box, ReadOnlySpan<byte> context)
    {
        RandomNumberGenerator.Fill(box[..NonceSize]);
        cipher.Encrypt(box[..NonceSize], Content(box), Content(box), box[^TagSize..], context);
    }

    public static ReadOnlySpan<byte> DecryptInPlace(AesGcm cipher, Span<byte> box, ReadOnlySpan<byte> context)
    {
        cipher.Decrypt(box[..NonceSize], Content(box), box[^TagSize..], Content(box), context);
        return Content(box);
    }

    private static Span<byte> Content(Span<byte> box) => box[NonceSize..^TagSize];
}
