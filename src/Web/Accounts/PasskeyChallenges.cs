using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace RandomChat.Web.Accounts;

/// <summary>
/// What a passkey is asked to sign, between the question and the answer: sealed, in a cookie of the browser that asked, and good
/// for a few minutes. Nothing is kept here, so that any node takes the answer.
/// </summary>
public sealed class PasskeyChallenges(IDataProtectionProvider protection)
{
    public const string Name = "rc_passkey";

    /// <summary>As long as a browser waits for its owner.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("RandomChat.Passkey.v1").ToTimeLimitedDataProtector();

    /// <param name="purpose">What the answer is good for, and nothing else.</param>
    internal void Keep(HttpContext context, string purpose, string challenge) =>
        context.Response.Cookies.Append(Name, Of(purpose).Protect(challenge, Lifetime), Options(context, Lifetime));

    /// <summary>The challenge of this browser, which forgets it; null where there is none for the purpose, or it is too old.</summary>
    internal string? Take(HttpContext context, string purpose)
    {
        context.Response.Cookies.Delete(Name, Options(context, null));
        try
        {
            return context.Request.Cookies[Name] is { Length: > 0 } kept ? Of(purpose).Unprotect(kept) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ITimeLimitedDataProtector Of(string purpose) => protector.CreateProtector(purpose);

    private static CookieOptions Options(HttpContext context, TimeSpan? life) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = context.Request.Path,
        MaxAge = life,
        IsEssential = true,
    };
}
