using System.Text.Json;
using System.Text.Json.Serialization;

namespace RandomChat.Web.Realtime;

/// <summary>How everything looks on the wire, over REST and over the hub: camelCase, ids and enums as strings, ISO 8601 times.</summary>
public static class WireJson
{
    public static JsonSerializerOptions Options { get; } = Apply(new(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        return options;
    }
}
