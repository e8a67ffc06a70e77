using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Limits;

/// <summary>Addresses as limits count them: keyed, so that no address is kept in clear; IPv6 by its /64, which one household shares.</summary>
public sealed class AddressKeys(ServerSecrets secrets)
{
    private const int KeyLength = 16;
    private const string Banned = "ban";
    private readonly PurposeKeys peppers = secrets.For("addresses");

    /// <param name="also">Something else that must be the same, e.g. the user agent.</param>
    public string KeyOf(IPAddress? address, string also = "") => KeyOf(peppers.Newest, address, also);

    /// <summary>The same as every generation of the pepper makes it: what is remembered may have been keyed by an older one.</summary>
    public IEnumerable<string> KeysOf(IPAddress? address, string also = "") => peppers.All.Select(pepper => KeyOf(pepper, address, also));

    /// <summary>A public address as bans remember it; null for loopback and private ones, behind which anybody may be.</summary>
    public string? MarkOf(IPAddress? address) => address is not null && AgeRefusals.IsPublic(address) ? KeyOf(address, Banned) : null;

    /// <summary>As what bans may have remembered this address.</summary>
    public IEnumerable<string> MarksOf(IPAddress? address) => address is not null && AgeRefusals.IsPublic(address) ? KeysOf(address, Banned) : [];

    private static string KeyOf(byte[] pepper, IPAddress? address, string also) =>
        WebEncoders.Base64UrlEncode(HMACSHA256.HashData(pepper, (byte[])[.. Network(address), .. Encoding.UTF8.GetBytes(also)]), 0, KeyLength);

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
