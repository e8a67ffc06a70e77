using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>What somebody of the staff may do. An administrator may do all that the others may.</summary>
public static class StaffRoles
{
    public const string Administrator = "administrator";
    public const string Moderator = "moderator";
    public const string Analyst = "analyst";

    /// <summary>The type of the claim that is the right to see severe cases.</summary>
    internal const string Severe = "handles-severe";

    /// <summary>The right to see severe cases, beside a role.</summary>
    internal static Claim SevereClaim { get; } = new(Severe, string.Empty);

    internal static string NameOf(StaffRole role) => role switch
    {
        StaffRole.Administrator => Administrator,
        StaffRole.Moderator => Moderator,
        _ => Analyst,
    };

    internal static Claim Claim(StaffRole role) => new(ClaimTypes.Role, NameOf(role));

    /// <summary>The roles among somebody's claims.</summary>
    internal static IReadOnlyList<string> Among(IEnumerable<Claim> claims) =>
        [.. claims.Where(claim => claim.Type == ClaimTypes.Role).Select(claim => claim.Value).Order(StringComparer.Ordinal)];

    /// <summary>The one that may do most.</summary>
    internal static StaffRole Highest(IEnumerable<Claim> claims)
    {
        var roles = Among(claims);
        return Enum.GetValues<StaffRole>().OrderDescending().FirstOrDefault(role => roles.Contains(NameOf(role)));
    }

    internal static bool HandlesSevere(IEnumerable<Claim> claims) => claims.Any(claim => claim.Type == Severe);
}

/// <summary>Who of the staff calls.</summary>
/// <param name="SessionId">By which session.</param>
/// <param name="SeesSevere">They have the right to see severe cases.</param>
/// <param name="MustEnrol">They have no second factor yet, and may do nothing but enrol one.</param>
public sealed record StaffIdentity(Guid StaffId, Guid SessionId, string Name, IReadOnlyList<string> Roles, bool SeesSevere, bool MustEnrol)
{
    public const string Scheme = "Staff";

    /// <summary>In place of the roles of who must enrol.</summary>
    internal const string EnrolClaim = "must-enrol";

    /// <summary>The policy of what moderators and administrators may do.</summary>
    public const string Moderates = "moderates";

    /// <summary>The policy of what everybody of the staff may read.</summary>
    public const string Reads = "reads";

    /// <summary>The policy of whoever is signed in as staff, with a second factor or without.</summary>
    public const string Enrols = "enrols";

    /// <summary>The policy of who decides who is on the staff.</summary>
    public const string Administers = "administers";

    /// <summary>The policy of who handles what is severe: legal holds, and evidence that few may see. A right beside a role that moderates.</summary>
    public const string HandlesSevere = "handles-severe";

    internal const string SessionClaim = "session";

    internal ClaimsPrincipal ToPrincipal() => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, StaffId.ToString("D")),
            new Claim(ClaimTypes.Name, Name),
            new Claim(SessionClaim, SessionId.ToString("D")),
            .. MustEnrol ? [new Claim(EnrolClaim, "")] : Roles.Select(role => new Claim(ClaimTypes.Role, role)),
            .. SeesSevere && !MustEnrol ? [StaffRoles.SevereClaim] : Array.Empty<Claim>(),
        ],
        Scheme));
}

public static class StaffExtensions
{
    /// <summary>Who of the staff calls; only to be asked where a policy of the staff was met.</summary>
    public static Guid StaffId(this HttpContext context) => Guid.Parse(Staff(context).FindFirst(ClaimTypes.NameIdentifier)!.Value);

    /// <inheritdoc cref="StaffId"/>
    public static string StaffName(this HttpContext context) => Staff(context).FindFirst(ClaimTypes.Name)!.Value;

    /// <summary>By which session they call.</summary>
    /// <inheritdoc cref="StaffId"/>
    public static Guid StaffSessionId(this HttpContext context) => Guid.Parse(Staff(context).FindFirst(StaffIdentity.SessionClaim)!.Value);

    /// <summary>Whether whoever of the staff calls meets <see cref="StaffIdentity.HandlesSevere"/>.</summary>
    public static async ValueTask<bool> HandlesSevere(this HttpContext context) => (await context.RequestServices
        .GetRequiredService<IAuthorizationService>().AuthorizeAsync(context.User, StaffIdentity.HandlesSevere)).Succeeded;

    private static ClaimsIdentity Staff(HttpContext context) =>
        context.User.Identities.First(identity => identity.AuthenticationType == StaffIdentity.Scheme);
}
