using System.Security.Cryptography;
using System.Text;

namespace RandomChat.Application.Events;

/// <summary>
/// Ids that follow from what they name (version 8 UUIDs over SHA-256), so that doing something twice writes the same
/// event once.
/// </summary>
public static class DerivedId
{
    public static Guid From(string purpose, Guid scope, string name) => Hash($"{purpose}\n{scope:D}\n{name}");

    public static Guid From(string purpose, Guid scope, Guid actor, string name) => Hash($"{purpose}\n{scope:D}\n{actor:D}\n{name}");

    private static Guid Hash(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        var bytes = hash[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
