using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace RandomChat.Web.Accounts;

/// <summary>Issues and reads the tokens of the staff. They end with a working day, a sign-out, or a change of the password.</summary>
public sealed class StaffTokens(IDataProtectionProvider protection, TimeProvider clock)
{
    private const int LongestToken = 2048;
    private const int IdLength = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("RandomChat.StaffToken.v1").ToTimeLimitedDataProtector();

    /// <param name="stamp">The member's security stamp: the token ends when it changes.</param>
    public string Issue(Guid staffId, string stamp) => WebEncoders.Base64UrlEncode(
        protector.Protect([.. staffId.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(stamp)], clock.GetUtcNow() + Lifetime));

    /// <summary>Who it was issued to, and the stamp of then; null where it is not ours or has expired.</summary>
    public (Guid StaffId, string Stamp)? Read(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LongestToken)
        {
            return null;
        }

        try
        {
            var payload = protector.Unprotect(WebEncoders.Base64UrlDecode(text));
            return payload.Length > IdLength
                ? (new Guid(payload.AsSpan(0, IdLength), bigEndian: true), Encoding.UTF8.GetString(payload.AsSpan(IdLength)))
                : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
