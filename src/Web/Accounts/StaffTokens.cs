using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace RandomChat.Web.Accounts;

/// <summary>
/// Issues and reads the tokens of the staff. Each names a session and ends with it, with a working day, or when the member's
/// security stamp changes: with another password or second factor, and with signing out. Tokens of before there were sessions
/// are none of ours any more: their members sign in again.
/// </summary>
public sealed class StaffTokens(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>A session lasts no longer.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private const int LongestToken = 2048;
    private const int IdLength = 16;

    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("RandomChat.StaffToken.v2").ToTimeLimitedDataProtector();

    /// <param name="stamp">The member's security stamp: the token ends when it changes.</param>
    public string Issue(Guid staffId, Guid sessionId, string stamp) => WebEncoders.Base64UrlEncode(protector.Protect(
        [.. staffId.ToByteArray(bigEndian: true), .. sessionId.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(stamp)],
        clock.GetUtcNow() + Lifetime));

    /// <summary>Who it was issued to, for which session, and the stamp of then; null where it is not ours or has expired.</summary>
    public StaffToken? Read(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LongestToken)
        {
            return null;
        }

        try
        {
            var payload = protector.Unprotect(WebEncoders.Base64UrlDecode(text)).AsSpan();
            return payload.Length > 2 * IdLength
                ? new(
                    new Guid(payload[..IdLength], bigEndian: true), new Guid(payload[IdLength..(2 * IdLength)], bigEndian: true),
                    Encoding.UTF8.GetString(payload[(2 * IdLength)..]))
                : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }
}

/// <summary>What a token of the staff says.</summary>
public sealed record StaffToken(Guid StaffId, Guid SessionId, string Stamp);
