using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace RandomChat.Web.Identity;

/// <summary>
/// The cookies that a browser carries for us: the session, the browser's own id, which survives sessions, and the
/// memory of a refusal at the gate.
/// </summary>
public sealed class IdentityCookies(IDataProtectionProvider protection, VisitorTokens tokens, TimeProvider clock)
{
    public const string Session = "rc_visitor";
    public const string Device = "rc_device";
    public const string Refusal = "rc_gate";

    private static readonly TimeSpan DeviceLife = TimeSpan.FromDays(400);
    /// <summary>Of the cookie of who was refused for the age.</summary>
    public static readonly TimeSpan RefusalLife = TimeSpan.FromDays(30);

    private readonly IDataProtector devices = protection.CreateProtector("RandomChat.Device.v1");
    private readonly IDataProtector refusals = protection.CreateProtector("RandomChat.AgeRefusal.v1");

    public void WriteSession(HttpContext context, string token, DateTimeOffset expiresAt) => Write(context, Session, token, expiresAt);

    /// <summary>The browser's own id stays: a ban and blocks of others follow it.</summary>
    public static void ForgetSession(HttpContext context) => context.Response.Cookies.Delete(Session, new CookieOptions { Path = "/" });

    /// <summary>The session in the cookie, whatever version of the terms it accepted; null where there is none.</summary>
    public VisitorToken? ReadSession(HttpContext context) => tokens.Read(context.Request.Cookies[Session]);

    public void WriteDevice(HttpContext context, Guid deviceId) =>
        Write(context, Device, WebEncoders.Base64UrlEncode(devices.Protect(deviceId.ToByteArray(bigEndian: true))), clock.GetUtcNow() + DeviceLife);

    public Guid? ReadDevice(HttpContext context) =>
        Open(devices, context.Request.Cookies[Device]) is { Length: 16 } payload ? new Guid(payload, bigEndian: true) : null;

    /// <summary>Remembers in the browser that its user is too young.</summary>
    public void WriteAgeRefusal(HttpContext context)
    {
        var until = clock.GetUtcNow() + RefusalLife;
        var payload = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(payload, until.ToUnixTimeSeconds());
        Write(context, Refusal, WebEncoders.Base64UrlEncode(refusals.Protect(payload)), until);
    }

    public bool RemembersAgeRefusal(HttpContext context) =>
        Open(refusals, context.Request.Cookies[Refusal]) is { Length: 8 } payload
        && BinaryPrimitives.ReadInt64BigEndian(payload) > clock.GetUtcNow().ToUnixTimeSeconds();

    private static byte[]? Open(IDataProtector protector, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        try
        {
            return protector.Unprotect(WebEncoders.Base64UrlDecode(text));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static void Write(HttpContext context, string name, string value, DateTimeOffset expires) =>
        context.Response.Cookies.Append(name, value, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            Path = "/",
            Expires = expires,
            IsEssential = true,
        });
}
