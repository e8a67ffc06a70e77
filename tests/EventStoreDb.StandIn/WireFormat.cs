using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.StandIn;

/// <summary>The wire as the server sees it; written apart from the adapter's, so that a mistake in one is no mistake in both.</summary>
internal static class WireFormat
{
    public static readonly Empty Empty = new();

    public static string Name(this StreamIdentifier stream) => stream.StreamName.ToStringUtf8();

    public static StreamIdentifier ToWire(this StreamName stream) => new() { StreamName = ByteString.CopyFromUtf8(stream.Value) };

    public static AllStreamPosition ToWire(this LogPosition position) =>
        new() { CommitPosition = (ulong)position.Value, PreparePosition = (ulong)position.Value };

    public static UUID ToWire(this Guid id, bool structured)
    {
        if (!structured)
        {
            return new() { String = id.ToString() };
        }

        var bytes = id.ToByteArray(bigEndian: true);
        return new()
        {
            Structured = new()
            {
                MostSignificantBits = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(0, 8)),
                LeastSignificantBits = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(8, 8)),
            },
        };
    }

    public static Guid ToGuid(this UUID id)
    {
        if (id.ValueCase != UUID.ValueOneofCase.Structured)
        {
            return Guid.Parse(id.String);
        }

        var bytes = new byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(0, 8), id.Structured.MostSignificantBits);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8, 8), id.Structured.LeastSignificantBits);
        return new(bytes, bigEndian: true);
    }

    public static ReadResp ToWire(this RecordedEvent e, bool structured) => new()
    {
        Event = new()
        {
            CommitPosition = (ulong)e.Position.Value,
            Event = new()
            {
                Id = e.Id.ToWire(structured),
                StreamIdentifier = e.Stream.ToWire(),
                StreamRevision = (ulong)e.Revision,
                CommitPosition = (ulong)e.Position.Value,
                PreparePosition = (ulong)e.Position.Value,
                Data = UnsafeByteOperations.UnsafeWrap(e.Data),
                CustomMetadata = UnsafeByteOperations.UnsafeWrap(e.Metadata),
                Metadata =
                {
                    { "type", e.Type },
                    { "content-type", "application/json" },
                    { "created", (e.At - DateTimeOffset.UnixEpoch).Ticks.ToString(CultureInfo.InvariantCulture) },
                },
            },
        },
    };

    /// <exception cref="RpcException">Something that every event needs is missing.</exception>
    public static NewEvent ToEvent(this ProposedMessage message)
    {
        foreach (var needed in new[] { "type", "content-type" })
        {
            if (!message.Metadata.ContainsKey(needed))
            {
                throw new RpcException(new(StatusCode.InvalidArgument, $"Required Metadata Property '{needed}' is missing"), new Metadata
                {
                    { "exception", "missing-required-metadata-property" },
                });
            }
        }

        return new(message.Id.ToGuid(), message.Metadata["type"], message.Data.Memory, message.CustomMetadata.Memory);
    }
}
