using System.Text.Json;
using RandomChat.Application.Realtime;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>Reads events for clients that another node sent.</summary>
internal static class ServerEventTable
{
    private static readonly Dictionary<string, Func<JsonElement, IServerEvent?>> Readers = new()
    {
        ["match_found"] = Read<MatchFound>,
        ["match_timeout"] = Read<MatchTimeout>,
        ["chat_message"] = Read<ChatMessage>,
        ["typing"] = Read<TypingChanged>,
        ["signal"] = Read<SignalRelayed>,
        ["show_video"] = Read<ShowVideoChanged>,
        ["partner_connection"] = Read<PartnerConnection>,
        ["end_session"] = Read<SessionEnded>,
        ["notice"] = Read<Notice>,
        ["banned"] = Read<Banned>,
    };

    /// <summary>Null where this release knows no such event.</summary>
    public static IServerEvent? Parse(string name, JsonElement payload) => Readers.TryGetValue(name, out var read) ? read(payload) : null;

    private static T? Read<T>(JsonElement payload)
        where T : class => payload.Deserialize<T>(NodeJson.Options);
}
