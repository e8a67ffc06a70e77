using System.Globalization;
using System.Net;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>
/// Where EventStoreDB is and how to talk to it, from a connection string as its own clients take it:
/// <c>esdb://user:password@host:2113,host2?tls=true&amp;tlsCAFile=/etc/ca.crt</c>. The schemes <c>kurrentdb</c>,
/// <c>kurrent</c> and those with <c>+discover</c> mean the same: any node leads to the leader.
/// </summary>
public sealed record EventStoreDbSettings
{
    private const int DefaultPort = 2113;

    private const string Escapes = "a ?, @, : or / in user or password is written as %3F, %40, %3A, %2F";

    private static readonly string[] Schemes = ["esdb", "esdb+discover", "kurrentdb", "kurrentdb+discover", "kurrent", "kurrent+discover"];

    /// <summary>They tune what this client does not do (gossip, exceptions for wrong revisions), so they change nothing here.</summary>
    private static readonly string[] WithoutEffect = ["maxdiscoverattempts", "discoveryinterval", "gossiptimeout", "throwonappendfailure"];

    private EventStoreDbSettings(IReadOnlyList<DnsEndPoint> nodes) => Nodes = nodes;

    /// <summary>Nodes to begin with, at least one; the leader is found from any of them.</summary>
    public IReadOnlyList<DnsEndPoint> Nodes { get; }

    public bool Tls { get; private init; } = true;

    /// <summary>Whether the server's certificate has to be valid; without TLS it does not matter.</summary>
    public bool VerifyCertificate { get; private init; } = true;

    /// <summary>A PEM file of authorities that are trusted instead of the machine's; null: the machine's.</summary>
    public string? CaFile { get; private init; }

    /// <summary>Null where the server asks for none.</summary>
    public NetworkCredential? Credentials { get; private init; }

    /// <summary>After so much silence the server is asked whether it is still there; infinite: never.</summary>
    public TimeSpan KeepAliveInterval { get; private init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long that answer may take before the connection counts as broken.</summary>
    public TimeSpan KeepAliveTimeout { get; private init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an append, or a read without progress, may take; a broken subscription mends itself for as long.</summary>
    public TimeSpan Deadline { get; internal init; } = TimeSpan.FromSeconds(10);

    /// <summary>How the server's statistics name this client.</summary>
    public string ConnectionName { get; private init; } = "RandomChat";

    /// <exception cref="SettingsException">It cannot be understood; the message says which part, and never the password.</exception>
    public static EventStoreDbSettings Parse(string connectionString)
    {
        var text = connectionString.Trim();
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || !Schemes.Contains(text[..scheme], StringComparer.OrdinalIgnoreCase))
        {
            throw Wrong("it has to begin with esdb:// or kurrentdb://");
        }

        var (rest, query) = Split(text[(scheme + 3)..], '?');
        try
        {
            return Parse(rest.TrimEnd('/'), query ?? "");
        }
        catch (SettingsException) when (query?.Contains('@', StringComparison.Ordinal) == true)
        {
            // Likely the ? is one of the password, and whatever could be cited a part of it.
            throw Wrong($"there is an @ behind the first ? ({Escapes}; an @ behind the host as %40)");
        }
    }

    /// <summary>That of the setting <c>ConnectionStrings:EventStoreDb</c>.</summary>
    /// <exception cref="SettingsException">The same, and the message begins with the setting's name.</exception>
    public static EventStoreDbSettings OfSetting(string connectionString)
    {
        try
        {
            return Parse(connectionString);
        }
        catch (SettingsException wrong)
        {
            throw new SettingsException($"ConnectionStrings:EventStoreDb: {wrong.Message}");
        }
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => string.Join(',', Nodes.Select(node => $"{node.Host}:{node.Port}"));

    private static EventStoreDbSettings Parse(string rest, string query)
    {
        NetworkCredential? credentials = null;
        if (rest.LastIndexOf('@') is var at and >= 0)
        {
            credentials = ParseCredentials(rest[..at]);
            rest = rest[(at + 1)..];
        }

        var settings = new EventStoreDbSettings([.. rest.Split(',').Select(ParseNode)]) { Credentials = credentials };
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Split(parameter, '=');
            settings = settings.With(key, value is { Length: > 0 } ? Uri.UnescapeDataString(value) : throw Wrong($"{key} has no value"));
        }

        return settings;
    }

    private EventStoreDbSettings With(string key, string value)
    {
        switch (key.ToLowerInvariant())
        {
            case "tls":
                return this with { Tls = ParseSwitch(key, value) };
            case "tlsverifycert":
                return this with { VerifyCertificate = ParseSwitch(key, value) };
            case "tlscafile":
                return File.Exists(value) ? this with { CaFile = value } : throw Wrong($"tlsCAFile names {value}, which is not there");
            case "keepaliveinterval":
                return this with { KeepAliveInterval = ParseMilliseconds(key, value) };
            case "keepalivetimeout":
                return this with { KeepAliveTimeout = ParseMilliseconds(key, value) };
            case "defaultdeadline":
                return ParseMilliseconds(key, value) is { Ticks: > 0 } deadline ? this with { Deadline = deadline } : throw Wrong("defaultDeadline has to be more than 0");
            case "connectionname":
                return this with { ConnectionName = value };
            case "nodepreference" when value.Equals("leader", StringComparison.OrdinalIgnoreCase):
                return this;
            case "nodepreference":
                throw Wrong("nodePreference can only be leader: commands have to read what was just written");
            case var known when WithoutEffect.Contains(known):
                return this;
            default:
                throw Wrong($"{key} is not known; known are tls, tlsVerifyCert, tlsCAFile, keepAliveInterval, keepAliveTimeout, defaultDeadline and connectionName");
        }
    }

    private static NetworkCredential ParseCredentials(string text)
    {
        var (user, password) = Split(text, ':');
        return user.Length > 0 && password is not null
            ? new(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password))
            : throw Wrong($"what stands before the @ has to be user:password ({Escapes})");
    }

    private static DnsEndPoint ParseNode(string text)
    {
        // Only the part behind an IPv6 address's bracket can hold a port.
        var colon = text.LastIndexOf(':') is var last && last > text.LastIndexOf(']') ? last : -1;
        var host = colon < 0 ? text : text[..colon];
        var port = DefaultPort;
        if (host.Length == 0 || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw Wrong(text.Length == 0 ? "a host is missing" : $"{text} is no host");
        }

        if (colon >= 0 && (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65_535))
        {
            throw Wrong($"{text} has no port between 1 and 65535");
        }

        return new(host.Trim('[', ']'), port);
    }

    private static bool ParseSwitch(string key, string value) =>
        bool.TryParse(value, out var on) ? on : throw Wrong($"{key} has to be true or false");

    private static TimeSpan ParseMilliseconds(string key, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is -1 or > 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw Wrong($"{key} has to be milliseconds, or -1 for never");

    private static (string Before, string? After) Split(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is var index and >= 0 ? (text[..index], text[(index + 1)..]) : (text, null);

    private static SettingsException Wrong(string what) => new(
        $"The connection string of EventStoreDB is wrong: {what}. An example: esdb://user:password@host:2113?tls=true.");
}
