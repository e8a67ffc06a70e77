using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using RandomChat.Application.Realtime;

namespace RandomChat.Application.Matches;

/// <summary>
/// Takes out of a signal whatever tells its sender's address, but for that of a relay: a browser may gather more than it
/// was asked to, and other clients do as they like. Candidates are those of RFC 8839, descriptions those of RFC 8866.
/// </summary>
public static partial class RelayFilter
{
    private const string Nowhere = "IN IP4 0.0.0.0";

    private static readonly string[] CandidateMembers = ["candidate", "sdpMid", "sdpMLineIndex", "usernameFragment"];
    private static readonly string[] DescriptionMembers = ["type", "sdp"];

    /// <summary>What of a signal may be relayed; null where nothing may. <c>invalid</c> where a description is none.</summary>
    public static Outcome<SignalRelayed?> Apply(SignalRelayed signal)
    {
        switch (signal)
        {
            case { Type: SignalType.Ice, Payload: null }:
                return signal;
            case { Type: SignalType.Ice, Payload: { } payload }:
                return TextOf(payload, "candidate") is { } line && (line.Length == 0 ? line : Candidate(line)) is { } relay
                    ? signal with { Payload = Only(payload, CandidateMembers, "candidate", relay) }
                    : new Outcome<SignalRelayed?>.Done(null);
            case { Payload: { } payload } when TextOf(payload, "sdp") is { } sdp:
                return signal with { Payload = Only(payload, DescriptionMembers, "sdp", Description(sdp)) };
            default:
                return Refusal.Invalid("payload", "It needs a description in sdp.");
        }
    }

    private static string Description(string sdp) => LineAndEnd().Replace(sdp, match =>
        Line(match.Groups["line"].Value) is { } line ? line + match.Groups["end"].Value : string.Empty);

    /// <summary>A line without addresses; null where none of it may stay.</summary>
    private static string? Line(string line) => line switch
    {
        _ when Begins(line, "c=") => $"c={Nowhere}",
        _ when Begins(line, "o=") => $"o={(Origin().Match(line) is { Success: true } origin ? origin.Groups["kept"].Value : "- 0 0")} {Nowhere}",
        _ when Begins(line, "m=") => Media(line),
        _ when Begins(line, "a=candidate:") || Begins(line, "candidate:") => Candidate(line),
        _ when Begins(line, "a=rtcp:") => $"a=rtcp:9 {Nowhere}",
        _ when Begins(line, "a=remote-candidates") || Begins(line, "a=source-filter") || Begins(line, "a=alt") => null,
        _ => line,
    };

    /// <summary>A medium at the port that means none yet; one that is refused stays at 0.</summary>
    private static string Media(string line) =>
        line.Split(' ') is [var kind, not "0", .. var rest] ? string.Join(' ', [kind, "9", .. rest]) : line;

    /// <summary>A relay's candidate without the address that the relay saw; null for any other line.</summary>
    private static string? Candidate(string line)
    {
        // foundation component transport priority address port "typ" type, then pairs of a name and a value.
        var words = line.Split(' ');
        if (words.Length < 8 || words.Length % 2 != 0 || line.AsSpan().ContainsAny('\r', '\n')
            || !(Begins(words[0], "candidate:") || Begins(words[0], "a=candidate:"))
            || !IsNumber(words[1]) || !IsNumber(words[3]) || !IPAddress.TryParse(words[4], out _) || !IsNumber(words[5])
            || !Is(words[6], "typ") || !Is(words[7], "relay"))
        {
            return null;
        }

        for (var name = 8; name < words.Length; name += 2)
        {
            words[name + 1] = Is(words[name], "raddr") ? "0.0.0.0" : Is(words[name], "rport") ? "0" : words[name + 1];
        }

        return string.Join(' ', words);
    }

    /// <summary>The payload's plain values under some names, one of them changed.</summary>
    private static JsonElement Only(JsonElement payload, string[] members, string changed, string text) => JsonSerializer.SerializeToElement(
        members.Where(name => payload.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            .ToDictionary(name => name, name => name == changed ? JsonSerializer.SerializeToElement(text) : payload.GetProperty(name)));

    private static string? TextOf(JsonElement payload, string name) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // Names are written in small letters, but nobody who reads them has to insist on it.
    private static bool Begins(string text, string start) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase);

    private static bool Is(string word, string other) => word.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsNumber(string word) => uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex(@"(?<line>[^\r\n]+)(?<end>\r\n|\r|\n|\z)")]
    private static partial Regex LineAndEnd();

    [GeneratedRegex(@"^o=(?<kept>\S+ [0-9]+ [0-9]+) ", RegexOptions.IgnoreCase)]
    private static partial Regex Origin();
}
