using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>This program's values as the wire has them, and back.</summary>
internal static class WireFormat
{
    public static Empty Empty { get; } = new();

    public static UUID ToWire(this Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return new()
        {
            Structured = new()
            {
                MostSignificantBits = BinaryPrimitives.ReadInt64BigEndian(bytes),
                LeastSignificantBits = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]),
            },
        };
    }

    public static Guid ToGuid(this UUID id)
    {
        if (id.ValueCase == UUID.ValueOneofCase.String)
        {
            return Guid.Parse(id.String);
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id.Structured.MostSignificantBits);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], id.Structured.LeastSignificantBits);
        return new(bytes, bigEndian: true);
    }

    public static StreamIdentifier ToWire(this StreamName stream) => new() { StreamName = ByteString.CopyFromUtf8(stream.Value) };

    /// <summary>Commit and prepare position are the same but for explicit transactions, which no client of this protocol makes.</summary>
    public static AllStreamPosition ToWire(this LogPosition position) =>
        new() { CommitPosition = (ulong)position.Value, PreparePosition = (ulong)position.Value };

    public static LogPosition ToPosition(this AllStreamPosition position) => new((long)position.CommitPosition);

    public static ProposedMessage ToWire(this NewEvent e) => new()
    {
        Id = e.Id.ToWire(),
        Metadata = { { "type", e.Type }, { "content-type", "application/json" } },

        // Nobody changes an event that is being appended, so its bytes are not copied.
        Data = UnsafeByteOperations.UnsafeWrap(e.Data),
        CustomMetadata = UnsafeByteOperations.UnsafeWrap(e.Metadata),
    };

    /// <summary>An event of another log that was copied here is given as it was recorded there, but for its place.</summary>
    public static RecordedEvent ToRecorded(this ReadResp.Types.Recorded e)
    {
        var isCopy = CopyMark.TryTake(e.CustomMetadata.Memory, out var mark, out var metadata);
        return new(
            new(e.StreamIdentifier.StreamName.ToStringUtf8()),
            (long)e.StreamRevision,
            new((long)e.CommitPosition),
            e.Id.ToGuid(),
            e.Metadata["type"],
            isCopy
                ? DateTimeOffset.FromUnixTimeMilliseconds(mark.At)
                : DateTimeOffset.UnixEpoch.AddTicks(long.Parse(e.Metadata["created"], CultureInfo.InvariantCulture)),
            e.Data.Memory,
            metadata)
        {
            CopiedFrom = isCopy ? new LogPosition(mark.Position) : null,
        };
    }

    /// <summary>Whether the event was copied here and its time is over, which began before the server knew it.</summary>
    public static bool HasExpired(this ReadResp.Types.Recorded e, DateTimeOffset now) =>
        CopyMark.TryTake(e.CustomMetadata.Memory, out var mark, out _) && mark.Until <= now.ToUnixTimeMilliseconds();
}
