using System.Text.Json;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>What a page and the hub said to each other.</summary>
internal static class HubTalk
{
    private const char EndOfMessage = '\u001e';

    /// <summary>The arguments of every message of a name that the page sent, in order.</summary>
    public static IReadOnlyList<JsonElement> Told(this Visitor visitor, string name) => visitor.Talk(name, isSent: true);

    /// <summary>The arguments of every message of a name that came to the page, in order.</summary>
    public static IReadOnlyList<JsonElement> Got(this Visitor visitor, string name) => visitor.Talk(name, isSent: false);

    private static List<JsonElement> Talk(this Visitor visitor, string name, bool isSent) =>
    [
        .. from frame in visitor.Frames
           where frame.IsSent == isSent
           from message in frame.Text.Split(EndOfMessage, StringSplitOptions.RemoveEmptyEntries)
           let parsed = JsonSerializer.Deserialize<JsonElement>(message)
           where parsed.TryGetProperty("target", out var target) && target.ValueEquals(name)
           select parsed.GetProperty("arguments")[0],
    ];
}
