using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using RandomChat.Application.Moderation;
using RandomChat.Infrastructure.Secrets;

namespace RandomChat.Web.Moderation;

/// <summary>Marks of browsers and links to decisions, from the secret that all nodes share.</summary>
public sealed class BanSecrets(ServerSecrets secrets) : IDeviceMarks, IAppealLinks
{
    private const int IdLength = 16;
    private const int SealLength = 32;

    private readonly PurposeKeys marks = secrets.For("device-marks");
    private readonly PurposeKeys appeals = secrets.For("appeals");

    public string Of(Guid deviceId) => Of(marks.Newest, deviceId);

    public IReadOnlyList<string> AllOf(Guid deviceId) => [.. marks.All.Select(key => Of(key, deviceId))];

    public string UrlFor(Guid visitorId, Guid sanctionId)
    {
        byte[] ids = [.. visitorId.ToByteArray(bigEndian: true), .. sanctionId.ToByteArray(bigEndian: true)];
        return $"/appeal?token={WebEncoders.Base64UrlEncode([.. ids, .. HMACSHA256.HashData(appeals.Newest, ids)])}";
    }

    public (Guid VisitorId, Guid SanctionId)? Read(string? token)
    {
        if (token is not { Length: > 0 and <= 256 } || Decode(token) is not { Length: (2 * IdLength) + SealLength } bytes)
        {
            return null;
        }

        var (ids, seal) = (bytes[..(2 * IdLength)], bytes[(2 * IdLength)..]);
        return appeals.All.Any(key => CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, ids), seal))
            ? (new(ids.AsSpan(0, IdLength), bigEndian: true), new(ids.AsSpan(IdLength), bigEndian: true))
            : null;
    }

    private static string Of(byte[] key, Guid deviceId) => WebEncoders.Base64UrlEncode(HMACSHA256.HashData(key, deviceId.ToByteArray(bigEndian: true)));

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
