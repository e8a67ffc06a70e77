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
    /// <summary>Before the first entry.</summary>
    public static ReadOnlySpan<byte> Beginning => new byte[SHA256.HashSizeInBytes];

    /// <summary>SHA-256 over an event as it lies in the log, its place there included.</summary>
    public static byte[] Leaf(RecordedEvent recorded)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.Add(recorded.Stream.Value);
        hash.Add(recorded.Revision);
        hash.Add(recorded.Position.Value);
        hash.Add(recorded.Id.ToByteArray(bigEndian: true));
        hash.Add(recorded.Type);
        hash.Add(recorded.At.UtcTicks);
        hash.Add(recorded.Data.Span);
        hash.Add(recorded.Metadata.Span);
        return hash.GetHashAndReset();
    }

    /// <summary>The chain with one entry more. What an entry says beside its leaf is covered too: when it may be absent above all.</summary>
    public static byte[] Next(ReadOnlySpan<byte> chain, LedgerEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.Add(chain);
        hash.Add(entry.Position);
        hash.Add(entry.Stream);
        hash.Add(entry.Revision);
        hash.Add(entry.ExpiresAt ?? -1);
        hash.Add(entry.Leaf);
        return hash.GetHashAndReset();
    }

    private static void Add(this IncrementalHash hash, string text) => hash.Add(Encoding.UTF8.GetBytes(text));

    private static void Add(this IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Add(this IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.Add(bytes.Length);
        hash.AppendData(bytes);
    }
}
