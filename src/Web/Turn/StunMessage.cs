using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RandomChat.Web.Turn;

/// <summary>A STUN message, as much of RFC 8489 and RFC 8656 as asking for an allocation takes.</summary>
internal sealed class StunMessage
{
    public const int HeaderLength = 20;
    private const uint Cookie = 0x2112A442;
    private const int TransactionLength = 12;
    private const int IntegrityLength = 20;

    private readonly Dictionary<StunAttribute, byte[]> attributes = [];
    private readonly int type;
    private readonly byte[] transaction;

    private StunMessage(int type, byte[] transaction) => (this.type, this.transaction) = (type, transaction);

    public bool IsSuccess => (type & 0x0110) == 0x0100;

    /// <summary>The code of an error response, e.g. 401; null where there is none.</summary>
    public int? Error => this[StunAttribute.ErrorCode] is [_, _, var hundreds, var rest, ..] ? ((hundreds & 7) * 100) + rest : null;

    /// <summary>An attribute's value, the first of its kind; null where there is none.</summary>
    public byte[]? this[StunAttribute attribute] => attributes.GetValueOrDefault(attribute);

    /// <summary>What tells one request from another; its answer repeats it.</summary>
    public static byte[] NewTransaction() => RandomNumberGenerator.GetBytes(TransactionLength);

    /// <summary>A request, signed where there is a key (long-term credentials, RFC 8489 section 9.2).</summary>
    public static byte[] Request(StunMethod method, byte[] transaction, byte[]? key, params ReadOnlySpan<(StunAttribute Type, byte[] Value)> attributes)
    {
        var length = key is null ? 0 : 4 + IntegrityLength;
        foreach (var (_, value) in attributes)
        {
            length += 4 + Padded(value.Length);
        }

        var message = new byte[HeaderLength + length];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)method);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)length);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), Cookie);
        transaction.CopyTo(message, HeaderLength - TransactionLength);
        var at = HeaderLength;
        foreach (var (type, value) in attributes)
        {
            at = Put(message, at, type, value);
        }

        if (key is not null)
        {
#pragma warning disable CA5350 // MESSAGE-INTEGRITY is HMAC-SHA1 by definition.
            Put(message, at, StunAttribute.MessageIntegrity, HMACSHA1.HashData(key, message.AsSpan(0, at)));
#pragma warning restore CA5350
        }

        return message;
    }

    /// <summary>Null where the bytes are no whole STUN message.</summary>
    public static StunMessage? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || (bytes[0] & 0xC0) != 0 || BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) != Cookie
            || LengthIn(bytes) != bytes.Length - HeaderLength)
        {
            return null;
        }

        var message = new StunMessage(BinaryPrimitives.ReadUInt16BigEndian(bytes), TransactionIn(bytes).ToArray());
        for (var rest = bytes[HeaderLength..]; !rest.IsEmpty;)
        {
            if (rest.Length < 4 || LengthIn(rest) is var length && rest.Length < 4 + Padded(length))
            {
                return null;
            }

            message.attributes.TryAdd((StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(rest), rest.Slice(4, length).ToArray());
            rest = rest[(4 + Padded(length))..];
        }

        return message;
    }

    /// <summary>The length of what follows a header, a message's or an attribute's: both hold it in the same place.</summary>
    public static int LengthIn(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header[2..]);

    public bool Answers(ReadOnlySpan<byte> request) => TransactionIn(request).SequenceEqual(transaction);

    private static ReadOnlySpan<byte> TransactionIn(ReadOnlySpan<byte> header) => header[(HeaderLength - TransactionLength)..HeaderLength];

    private static int Put(byte[] message, int at, StunAttribute type, byte[] value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 2), (ushort)value.Length);
        value.CopyTo(message, at + 4);
        return at + 4 + Padded(value.Length);
    }

    private static int Padded(int length) => (length + 3) & ~3;
}

internal enum StunMethod : ushort
{
    Allocate = 0x0003,
    Refresh = 0x0004,
}

internal enum StunAttribute : ushort
{
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    Lifetime = 0x000D,
    Realm = 0x0014,
    Nonce = 0x0015,
    RequestedTransport = 0x0019,
}
