using System.Globalization;
using System.Security.Claims;

namespace RandomChat.Web.Identity;

/// <summary>Who calls.</summary>
/// <param name="DeviceId">The browser.</param>
/// <param name="Began">When the session did.</param>
/// <param name="ByCookie">Whether a browser sent the identity by itself, so that unsafe requests need the antiforgery token.</param>
public sealed record VisitorIdentity(Guid VisitorId, Guid DeviceId, DateTimeOffset Began, bool ByCookie)
{
    public const string Scheme = "Visitor";
    private const string DeviceClaim = "device";
    private const string BeganClaim = "began";
    private const string CarrierClaim = "carrier";

    internal ClaimsPrincipal ToPrincipal() => new(new ClaimsIdentity(
        [
            // Antiforgery tokens are bound to this claim.
            new Claim(ClaimTypes.NameIdentifier, VisitorId.ToString("D")),
            new Claim(DeviceClaim, DeviceId.ToString("D")),
            new Claim(BeganClaim, Began.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
            new Claim(CarrierClaim, ByCookie ? "cookie" : "bearer"),
        ],
        Scheme));

    internal static VisitorIdentity? From(ClaimsPrincipal principal) =>
        principal.Identities.FirstOrDefault(identity => identity.AuthenticationType == Scheme) is { } visitor
        && Guid.TryParse(visitor.FindFirst(ClaimTypes.NameIdentifier)?.Value, out var visitorId)
        && Guid.TryParse(visitor.FindFirst(DeviceClaim)?.Value, out var deviceId)
        && long.TryParse(visitor.FindFirst(BeganClaim)?.Value, CultureInfo.InvariantCulture, out var began)
            ? new(visitorId, deviceId, DateTimeOffset.FromUnixTimeMilliseconds(began), visitor.FindFirst(CarrierClaim)?.Value == "cookie")
            : null;
}

public static class VisitorExtensions
{
    /// <summary>The visitor, or null where the caller is anonymous.</summary>
    public static VisitorIdentity? Visitor(this ClaimsPrincipal principal) => VisitorIdentity.From(principal);

    /// <inheritdoc cref="Visitor(ClaimsPrincipal)"/>
    public static VisitorIdentity? Visitor(this HttpContext context) => VisitorIdentity.From(context.User);
}
