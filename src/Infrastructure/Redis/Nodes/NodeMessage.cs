using System.Text.Json;
using System.Text.Json.Serialization;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>What one node tells another. Nodes of one release talk to each other; names on the wire are short and stay.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "k")]
[JsonDerivedType(typeof(Push), "push")]
[JsonDerivedType(typeof(PushTo), "push-to")]
[JsonDerivedType(typeof(Presence), "presence")]
[JsonDerivedType(typeof(Guest), "guest")]
[JsonDerivedType(typeof(Question), "question")]
[JsonDerivedType(typeof(Answer), "answer")]
[JsonDerivedType(typeof(Met), "met")]
[JsonDerivedType(typeof(Blocked), "blocked")]
[JsonDerivedType(typeof(Banned), "banned")]
[JsonDerivedType(typeof(Expel), "expel")]
[JsonDerivedType(typeof(AddressMarked), "address-marked")]
internal abstract record NodeMessage
{
    private NodeMessage()
    {
    }

    /// <summary>The node that sent it.</summary>
    public string From { get; init; } = string.Empty;

    /// <summary>An event for every connection of a visitor to the receiving node, but for one.</summary>
    public sealed record Push(Guid VisitorId, string Event, JsonElement Payload, string? Except) : NodeMessage;

    /// <summary>An event for one connection to the receiving node.</summary>
    public sealed record PushTo(string Connection, string Event, JsonElement Payload) : NodeMessage;

    /// <summary>The connections that a visitor has to the sending node now, oldest first.</summary>
    public sealed record Presence(Guid VisitorId, IReadOnlyList<string> Connections) : NodeMessage;

    /// <summary>The sending node owns the match of a visitor who is connected to the receiving node.</summary>
    public sealed record Guest(Guid VisitorId, Guid MatchId) : NodeMessage;

    public sealed record Question(Guid Id, string Request, JsonElement Body) : NodeMessage;

    /// <param name="Down">The dependency that did not answer there; null where it was none.</param>
    public sealed record Answer(Guid Id, JsonElement? Body, string? Down) : NodeMessage;

    public sealed record Met(Guid VisitorId, Guid DeviceId, Guid OtherVisitorId, Guid OtherDeviceId, DateTimeOffset At) : NodeMessage;

    public sealed record Blocked(Guid VisitorId, Guid DeviceId, Guid BlockedVisitorId, Guid BlockedDeviceId) : NodeMessage;

    public sealed record Banned(Guid VisitorId, IReadOnlyList<string> DeviceMarks) : NodeMessage;

    public sealed record Expel(Expulsion Expulsion) : NodeMessage;

    public sealed record AddressMarked(Guid SanctionId, string Address, AddressBan Ban) : NodeMessage;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, NodeJson.Options);

    /// <summary>Null where a node of another release said something unknown here.</summary>
    public static NodeMessage? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<NodeMessage>(bytes, NodeJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal static class NodeJson
{
    public static JsonSerializerOptions Options { get; } = new(EventCodec.Json) { Converters = { new OutcomeConverter() } };
}
