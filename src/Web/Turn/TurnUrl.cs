using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace RandomChat.Web.Turn;

/// <summary>Where a TURN server listens (RFC 7065), e.g. <c>turn:turn.example:3478?transport=tcp</c>.</summary>
/// <param name="Host">A name or an address, the latter without brackets.</param>
public sealed partial record TurnUrl(string Host, int Port, TurnTransport Transport)
{
    /// <summary>Null where it is none, or one that no browser uses: TLS over UDP.</summary>
    public static TurnUrl? Parse(string url)
    {
        if (Pattern().Match(url) is not { Success: true } match)
        {
            return null;
        }

        var secure = match.Groups["secure"].Success;
        var port = match.Groups["port"] is { Success: true, Value: var given } ? int.Parse(given, CultureInfo.InvariantCulture) : secure ? 5349 : 3478;
        TurnTransport? transport = (secure, match.Groups["transport"].Value) switch
        {
            (false, "" or "udp") => TurnTransport.Udp,
            (false, _) => TurnTransport.Tcp,
            (true, "udp") => null,
            (true, _) => TurnTransport.Tls,
        };
        return transport is { } known && port is > 0 and <= IPEndPoint.MaxPort ? new(match.Groups["host"].Value.Trim('[', ']'), port, known) : null;
    }

    /// <summary>Host and port, as operators know them.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    [GeneratedRegex(@"^turn(?<secure>s)?:(?<host>\[[0-9a-fA-F:.]+\]|[^\s\[\]:/?#@]+)(:(?<port>[0-9]{1,5}))?(\?transport=(?<transport>udp|tcp))?$")]
    private static partial Regex Pattern();
}

public enum TurnTransport
{
    Udp,
    Tcp,

    /// <summary>Over TCP.</summary>
    Tls,
}
