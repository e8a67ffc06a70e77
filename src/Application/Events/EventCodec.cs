using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RandomChat.Application.Diagnostics;

namespace RandomChat.Application.Events;

/// <summary>Turns events into stored JSON and back, old versions included.</summary>
public sealed class EventCodec
{
    /// <summary>How events are written: camelCase, enums as camelCase strings, times as ISO 8601.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,

        // Never part of a page: base64 and names stay as they are, so that people can read the log.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly Dictionary<string, Type> types = [];
    private readonly Dictionary<Type, string> names = [];
    private readonly Dictionary<string, (string To, Func<JsonObject, JsonObject> Change)> upcasters = [];

    public EventCodec(params IReadOnlyList<EventTypeMap> maps)
    {
        foreach (var map in maps)
        {
            foreach (var (name, type) in map.Entries)
            {
                types.Add(name, type);
                names.Add(type, name);
            }

            foreach (var (from, step) in map.Upcasters)
            {
                upcasters.Add(from, step);
            }
        }

        foreach (var (from, (to, _)) in upcasters)
        {
            if (!types.ContainsKey(to) && !upcasters.ContainsKey(to))
            {
                throw new ArgumentException($"Events stored as '{from}' are to be read as '{to}', but no table has that name.", nameof(maps));
            }
        }
    }

    /// <summary>The codec of all events of this program.</summary>
    public static EventCodec Default { get; } = new(VisitorEventTypes.Map, AccountEventTypes.Map, MatchEventTypes.Map, ModerationEventTypes.Map, StaffEventTypes.Map, LookEventTypes.Map, TransparencyEventTypes.Map, LogEventTypes.Map);

    /// <summary>The stored names with what each stands for, in their order; names of old versions are left out.</summary>
    public IEnumerable<(string Name, Type Type)> Entries => types.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value));

    /// <summary>The event as it is stored, with the span of the moment where that is recorded.</summary>
    /// <exception cref="ArgumentException">The event's type has no stored name.</exception>
    public NewEvent Encode(Guid id, object happened, EventMetadata metadata)
    {
        if (Tracing.Parent is { } span)
        {
            metadata = metadata with { TraceParent = span };
        }

        var type = happened.GetType();
        return names.TryGetValue(type, out var name)
            ? new(id, name, JsonSerializer.SerializeToUtf8Bytes(happened, type, Json), JsonSerializer.SerializeToUtf8Bytes(metadata, Json))
            : throw new ArgumentException($"{type} has no stored name.", nameof(happened));
    }

    /// <exception cref="UnreadableEventException">The name is unknown or the JSON does not fit: the reader must stop.</exception>
    public object Decode(RecordedEvent recorded)
    {
        try
        {
            if (types.TryGetValue(recorded.Type, out var type))
            {
                return JsonSerializer.Deserialize(recorded.Data.Span, type, Json)
                    ?? throw new UnreadableEventException(recorded, "it is null");
            }

            if (!upcasters.ContainsKey(recorded.Type))
            {
                throw new UnreadableEventException(recorded, "no event of this program has that name");
            }

            var (name, json) = Upcast(recorded);
            return json.Deserialize(types[name], Json) ?? throw new UnreadableEventException(recorded, "it is null");
        }
        catch (JsonException e)
        {
            throw new UnreadableEventException(recorded, e.Message, e);
        }
    }

    /// <summary>The event's metadata; empty ids where it was written by another program.</summary>
    public static EventMetadata DecodeMetadata(RecordedEvent recorded) =>
        recorded.Metadata.IsEmpty
            ? new(Guid.Empty, Guid.Empty, "unknown")
            : JsonSerializer.Deserialize<EventMetadata>(recorded.Metadata.Span, Json) ?? new(Guid.Empty, Guid.Empty, "unknown");

    private (string Name, JsonObject Json) Upcast(RecordedEvent recorded)
    {
        var name = recorded.Type;
        var json = JsonNode.Parse(recorded.Data.Span) as JsonObject ?? throw new UnreadableEventException(recorded, "it is no object");
        while (upcasters.TryGetValue(name, out var step))
        {
            json = step.Change(json);
            name = step.To;
        }

        return (name, json);
    }
}

/// <summary>Where an event came from.</summary>
/// <param name="CorrelationId">The same for everything that one request led to.</param>
/// <param name="CausationId">The command or event that caused this one.</param>
/// <param name="Actor">Who did it: <c>visitor:{id}</c>, <c>staff:{id}</c> or <c>system</c>.</param>
public sealed record EventMetadata(Guid CorrelationId, Guid CausationId, string Actor)
{
    /// <summary>The span that it was written in, as W3C <c>traceparent</c>; null where that was not recorded, as of most events.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public const string System = "system";

    public static string Visitor(Guid visitorId) => $"visitor:{visitorId:D}";

    public static string Staff(Guid staffId) => $"staff:{staffId:D}";
}

/// <summary>A stored event that this program cannot read. Reading on would silently lose history.</summary>
public sealed class UnreadableEventException(RecordedEvent recorded, string why, Exception? inner = null)
    : Exception($"The event '{recorded.Type}' at position {recorded.Position.Value} (revision {recorded.Revision} of {recorded.Stream}) cannot be read: {why}.", inner)
{
    public LogPosition Position { get; } = recorded.Position;
}
