using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Ledger;

/// <summary>
/// The hashes of the ledger: a leaf covers everything of one event, and the chain covers every entry in log order. Every
/// part goes in with its length, so that no two different ones read the same.
/// </summary>
internal static class HashChain
{
    private const int InitialSize = 4 * 1024;
    private const int MostKept = 256 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? gathered;

    /// <summary>Before the first entry.</summary>
    public static ReadOnlySpan<byte> Beginning => new byte[SHA256.HashSizeInBytes];

    /// <summary>SHA-256 over an event as it lies in the log, its place there included.</summary>
    public static byte[] Leaf(RecordedEvent recorded)
    {
        var parts = Parts();
        parts.Add(recorded.Stream.Value);
        parts.Add(recorded.Revision);
        parts.Add(recorded.Position.Value);
        parts.Add(recorded.Id.ToByteArray(bigEndian: true));
        parts.Add(recorded.Type);
        parts.Add(recorded.At.UtcTicks);
        parts.Add(recorded.Data.Span);
        parts.Add(recorded.Metadata.Span);
        return SHA256.HashData(parts.WrittenSpan);
    }

    /// <summary>The chain with one entry more. What an entry says beside its leaf is covered too: when it may be absent above all.</summary>
    public static byte[] Next(ReadOnlySpan<byte> chain, LedgerEntry entry)
    {
        var parts = Parts();
        parts.Add(chain);
        parts.Add(entry.Position);
        parts.Add(entry.Stream);
        parts.Add(entry.Revision);
        parts.Add(entry.ExpiresAt ?? -1);
        parts.Add(entry.Leaf);
        return SHA256.HashData(parts.WrittenSpan);
    }

    /// <summary>Hashed at once they need no state of the cryptography library's, which would be made and thrown away for every event.</summary>
    private static ArrayBufferWriter<byte> Parts()
    {
        if (gathered is null || gathered.Capacity > MostKept)
        {
            gathered = new(InitialSize);
        }

        gathered.ResetWrittenCount();
        return gathered;
    }

    private static void Add(this ArrayBufferWriter<byte> parts, string text)
    {
        parts.Add((long)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, parts);
    }

    private static void Add(this ArrayBufferWriter<byte> parts, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(parts.GetSpan(sizeof(long)), number);
        parts.Advance(sizeof(long));
    }

    private static void Add(this ArrayBufferWriter<byte> parts, ReadOnlySpan<byte> bytes)
    {
        parts.Add((long)bytes.Length);
        parts.Write(bytes);
    }
}
