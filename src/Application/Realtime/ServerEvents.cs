using System.Text.Json;
using System.Text.Json.Serialization;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Realtime;

/// <summary>An event that the server sends to clients; its properties are its payload in camelCase.</summary>
public interface IServerEvent
{
    /// <summary>The name on the wire, e.g. <c>match_found</c>.</summary>
    string EventName { get; }
}

/// <param name="ShowVideo">Only in a video match.</param>
public sealed record MatchFound(
    Guid MatchId, ChatMode Mode, bool Initiator, Peer Peer, DateTimeOffset StartedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] VideoConsent? ShowVideo) : IServerEvent
{
    string IServerEvent.EventName => "match_found";
}

/// <summary>What a visitor learns about the partner. Never an id, an address or an account.</summary>
public sealed record Peer(string? DisplayName, string? Language, IReadOnlyList<string> SharedInterests, IReadOnlyList<string> Badges);

/// <summary>Which side agrees to clear pictures.</summary>
public sealed record VideoConsent(bool Me, bool Partner);

public sealed record MatchTimeout(int WaitedSeconds) : IServerEvent
{
    string IServerEvent.EventName => "match_timeout";
}

/// <param name="From"><c>partner</c> or <c>me</c>.</param>
public sealed record ChatMessage(Guid MatchId, Guid MessageId, int Sequence, string From, string Body, DateTimeOffset SentAt) : IServerEvent
{
    public const string Me = "me";
    public const string Partner = "partner";

    string IServerEvent.EventName => "chat_message";
}

public sealed record TypingChanged(Guid MatchId, bool IsTyping) : IServerEvent
{
    string IServerEvent.EventName => "typing";
}

public enum SignalType
{
    Offer,
    Answer,
    Ice,
}

public sealed record SignalRelayed(Guid MatchId, SignalType Type, JsonElement? Payload) : IServerEvent
{
    string IServerEvent.EventName => "signal";
}

public sealed record ShowVideoChanged(Guid MatchId, bool Show) : IServerEvent
{
    string IServerEvent.EventName => "show_video";
}

/// <param name="State"><c>lost</c> or <c>restored</c>.</param>
public sealed record PartnerConnection(Guid MatchId, string State, int GraceSeconds) : IServerEvent
{
    string IServerEvent.EventName => "partner_connection";
}

/// <param name="Reason">See <see cref="For"/>.</param>
public sealed record SessionEnded(Guid MatchId, string Reason) : IServerEvent
{
    string IServerEvent.EventName => "end_session";

    /// <summary>The reason as people see it: who reports or blocks is never given away.</summary>
    public static SessionEnded For(Guid matchId, MatchEndReason reason) => new(matchId, reason switch
    {
        MatchEndReason.Skipped => "skipped",
        MatchEndReason.Stopped or MatchEndReason.Reported or MatchEndReason.Blocked => "stopped",
        MatchEndReason.Disconnected => "disconnected",
        MatchEndReason.Banned => "banned",
        _ => "server",
    });
}

/// <param name="Severity"><c>info</c> or <c>warning</c>.</param>
/// <param name="AppealUrl">Of a warning: a path on this site where it is explained and appealed; left out of any other notice.</param>
public sealed record Notice(
    string Code, string Message, string Severity,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AppealUrl = null) : IServerEvent
{
    string IServerEvent.EventName => "notice";
}

/// <summary>The last thing that a banned visitor's connections are told.</summary>
/// <param name="Reason">The code of the policy that was broken.</param>
/// <param name="Until">Null for good.</param>
public sealed record Banned(string Reason, DateTimeOffset? Until, string Statement, string AppealUrl) : IServerEvent
{
    string IServerEvent.EventName => "banned";
}
