using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using RandomChat.Web.Hosting;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Limits;

/// <summary>Addresses as limits count them: keyed, so that no address is kept in clear; IPv6 by its /64, which one household shares.</summary>
public sealed class AddressKeys(ServerSecrets secrets)
{
    private const int KeyLength = 16;
    private readonly byte[] pepper = secrets.Derive("addresses");

    /// <param name="also">Something else that must be the same, e.g. the user agent.</param>
    public string KeyOf(IPAddress? address, string also = "")
    {
        var bytes = Network(address);
        var text = Encoding.UTF8.GetBytes(also);
        return WebEncoders.Base64UrlEncode(HMACSHA256.HashData(pepper, (byte[])[.. bytes, .. text]), 0, KeyLength);
    }

    /// <summary>A public address as bans remember it; null for loopback and private ones, behind which anybody may be.</summary>
    public string? MarkOf(IPAddress? address) => address is not null && AgeRefusals.IsPublic(address) ? KeyOf(address, "ban") : null;

    private static byte[] Network(IPAddress? address)
    {
        if (address is null)
        {
            return [0];
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? [6, .. bytes[..8]] : [4, .. bytes];
    }
}
