using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using RandomChat.Application.Moderation;
using RandomChat.Web.Hosting;

namespace RandomChat.Web.Moderation;

/// <summary>Marks of browsers and links to decisions, from the secret that all nodes share.</summary>
/// <param name="secrets">Asked at the first use: where the secret lies in Postgres it cannot be read before the engines are open.</param>
public sealed class BanSecrets(Func<ServerSecrets> secrets) : IDeviceMarks, IAppealLinks
{
    private const int IdLength = 16;
    private const int SealLength = 32;

    private readonly Lazy<byte[]> marks = new(() => secrets().Derive("device-marks"), LazyThreadSafetyMode.PublicationOnly);
    private readonly Lazy<byte[]> appeals = new(() => secrets().Derive("appeals"), LazyThreadSafetyMode.PublicationOnly);

    public string Of(Guid deviceId) => WebEncoders.Base64UrlEncode(HMACSHA256.HashData(marks.Value, deviceId.ToByteArray(bigEndian: true)));

    public string UrlFor(Guid visitorId, Guid sanctionId)
    {
        byte[] ids = [.. visitorId.ToByteArray(bigEndian: true), .. sanctionId.ToByteArray(bigEndian: true)];
        return $"/appeal?token={WebEncoders.Base64UrlEncode([.. ids, .. HMACSHA256.HashData(appeals.Value, ids)])}";
    }

    public (Guid VisitorId, Guid SanctionId)? Read(string? token)
    {
        if (token is not { Length: > 0 and <= 256 } || Decode(token) is not { Length: (2 * IdLength) + SealLength } bytes)
        {
            return null;
        }

        var ids = bytes.AsSpan(0, 2 * IdLength);
        return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(appeals.Value, ids), bytes.AsSpan(2 * IdLength))
            ? (new(ids[..IdLength], bigEndian: true), new(ids[IdLength..], bigEndian: true))
            : null;
    }

    private static byte[]? Decode(string token)
    {
        try
        {
            return WebEncoders.Base64UrlDecode(token);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
