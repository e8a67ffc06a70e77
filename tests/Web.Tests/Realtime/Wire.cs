using System.Text.Json;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>The hub's two protocols.</summary>
public enum Wire
{
    Json,
    MessagePack,
}

/// <summary>What came over either protocol, in one form: so that one assertion holds for both.</summary>
internal static class WireForm
{
    public static JsonElement Of(object? received) =>
        received is JsonElement json ? json : JsonSerializer.SerializeToElement(Plain(received));

    public static string[] Keys(this JsonElement map) => [.. map.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];

    public static string Text(this JsonElement map, string key) => map.GetProperty(key).GetString()!;

    public static int Number(this JsonElement map, string key) => map.GetProperty(key).GetInt32();

    private static object? Plain(object? value) => value switch
    {
        IDictionary<object, object> map => map.ToDictionary(entry => (string)entry.Key, entry => Plain(entry.Value)),
        object[] list => list.Select(Plain).ToArray(),
        JsonElement json => json,
        _ => value,
    };
}
