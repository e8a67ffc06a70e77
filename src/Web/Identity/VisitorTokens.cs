using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using RandomChat.Application.Settings;

namespace RandomChat.Web.Identity;

/// <summary>What a token says.</summary>
public sealed record VisitorToken(Guid VisitorId, Guid DeviceId, string TermsVersion, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>Issues and reads the tokens that stand for a session. They stay readable over a restart.</summary>
public sealed class VisitorTokens(IDataProtectionProvider protection, IOptions<RetentionOptions> retention, TimeProvider clock)
{
    private const byte Format = 2;
    private const int FixedLength = 1 + 16 + 16 + 8 + 8;

    // Does not say when it was issued.
    private const byte FirstFormat = 1;
    private const int FirstFixedLength = FixedLength - 8;

    private const int LongestToken = 2048;
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(7);

    private readonly IDataProtector protector = protection.CreateProtector("RandomChat.VisitorToken.v1");

    /// <summary>How long a token is valid: a week, or less where the visitor's key does not live that long.</summary>
    public TimeSpan Lifetime { get; } = retention.Value.Visitors < LongestLife ? retention.Value.Visitors : LongestLife;

    public (string Text, VisitorToken Token) Issue(Guid visitorId, Guid deviceId, string termsVersion)
    {
        // Whole milliseconds, so that the answer and the token say the same instant.
        var issuedAt = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var expiresAt = DateTimeOffset.FromUnixTimeMilliseconds((issuedAt + Lifetime).ToUnixTimeMilliseconds());
        var terms = Encoding.UTF8.GetBytes(termsVersion);
        var payload = new byte[FixedLength + terms.Length];
        payload[0] = Format;
        visitorId.TryWriteBytes(payload.AsSpan(1), bigEndian: true, out _);
        deviceId.TryWriteBytes(payload.AsSpan(17), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(33), issuedAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(41), expiresAt.ToUnixTimeMilliseconds());
        terms.CopyTo(payload.AsSpan(FixedLength));
        return (WebEncoders.Base64UrlEncode(protector.Protect(payload)), new(visitorId, deviceId, termsVersion, issuedAt, expiresAt));
    }

    /// <summary>What the token says, or null where it is not ours or has expired. The terms' version is not judged here.</summary>
    public VisitorToken? Read(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LongestToken)
        {
            return null;
        }

        byte[] payload;
        try
        {
            payload = protector.Unprotect(WebEncoders.Base64UrlDecode(text));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }

        var token = payload switch
        {
            [Format, ..] when payload.Length >= FixedLength => Read(payload, FixedLength, Moment(payload, 33), Moment(payload, 41)),
            [FirstFormat, ..] when payload.Length >= FirstFixedLength => Read(payload, FirstFixedLength, DateTimeOffset.UnixEpoch, Moment(payload, 33)),
            _ => null,
        };
        return token?.ExpiresAt > clock.GetUtcNow() ? token : null;
    }

    private static VisitorToken Read(byte[] payload, int terms, DateTimeOffset issuedAt, DateTimeOffset expiresAt) => new(
        new Guid(payload.AsSpan(1, 16), bigEndian: true), new Guid(payload.AsSpan(17, 16), bigEndian: true),
        Encoding.UTF8.GetString(payload.AsSpan(terms)), issuedAt, expiresAt);

    private static DateTimeOffset Moment(byte[] payload, int at) =>
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(payload.AsSpan(at, 8)));
}
