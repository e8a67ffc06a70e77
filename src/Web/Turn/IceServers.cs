using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using RandomChat.Web.Api;

namespace RandomChat.Web.Turn;

/// <summary>What a browser needs to call another: servers, and credentials that end soon.</summary>
public sealed class IceServers(IOptions<IceOptions> options, TimeProvider clock)
{
    public IceConfiguration Current()
    {
        var ice = options.Value;
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + ice.TurnTtl).ToUnixTimeSeconds());
        var servers = new List<IceServer>();
        if (ice.StunUrls.Count > 0)
        {
            servers.Add(new(ice.StunUrls, null, null));
        }

        if (ice.HasTurn)
        {
            // A random name, so that the TURN server's logs do not tell who called.
            var username = string.Create(
                CultureInfo.InvariantCulture, $"{expiresAt.ToUnixTimeSeconds()}:{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
            servers.Add(new(ice.TurnUrls, username, Credential(ice.TurnSecret!, username)));
        }

        return new(servers, ice.Policy, expiresAt);
    }

#pragma warning disable CA5350 // coturn's REST credentials are HMAC-SHA1 by definition.
    private static string Credential(string secret, string username) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username)));
#pragma warning restore CA5350
}

/// <param name="IceTransportPolicy"><c>relay</c> hides the two addresses from each other; else <c>all</c>.</param>
public sealed record IceConfiguration(
    [property: JsonPropertyName("iceServers")] IReadOnlyList<IceServer> Servers, string IceTransportPolicy, DateTimeOffset ExpiresAt);

public sealed record IceServer(
    IReadOnlyList<string> Urls,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Username = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Credential = null);

public static class TurnEndpoint
{
    public static IServiceCollection AddTurn(this IServiceCollection services) => services.AddSingleton<IceServers>();

    public static void MapTurn(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/turn", (IceServers servers) => Results.Ok(servers.Current()))
            .RequireAuthorization().Gives("ICE servers for a call, with credentials that end soon", typeof(IceConfiguration), "banned");
}
