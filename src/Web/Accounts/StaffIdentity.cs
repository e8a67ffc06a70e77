using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace RandomChat.Web.Accounts;

/// <summary>What somebody of the staff may do. An administrator may do all that the others may.</summary>
public static class StaffRoles
{
    public const string Administrator = "administrator";
    public const string Moderator = "moderator";
    public const string Analyst = "analyst";
}

/// <summary>Who of the staff calls.</summary>
/// <param name="MustEnrol">They have no second factor yet, and may do nothing but enrol one.</param>
public sealed record StaffIdentity(Guid StaffId, string Name, IReadOnlyList<string> Roles, bool MustEnrol)
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

    /// <summary>The policy of who handles what is severe: legal holds, and evidence that few may see. For now administrators.</summary>
    public const string HandlesSevere = "handles-severe";

    internal ClaimsPrincipal ToPrincipal() => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, StaffId.ToString("D")),
            new Claim(ClaimTypes.Name, Name),
            .. MustEnrol ? [new Claim(EnrolClaim, "")] : Roles.Select(role => new Claim(ClaimTypes.Role, role)),
        ],
        Scheme));
}

public static class StaffExtensions
{
    /// <summary>Who of the staff calls; only to be asked where a policy of the staff was met.</summary>
    public static Guid StaffId(this HttpContext context) => Guid.Parse(Staff(context).FindFirst(ClaimTypes.NameIdentifier)!.Value);

    /// <inheritdoc cref="StaffId"/>
    public static string StaffName(this HttpContext context) => Staff(context).FindFirst(ClaimTypes.Name)!.Value;

    /// <summary>Whether whoever of the staff calls meets <see cref="StaffIdentity.HandlesSevere"/>.</summary>
    public static async ValueTask<bool> HandlesSevere(this HttpContext context) => (await context.RequestServices
        .GetRequiredService<IAuthorizationService>().AuthorizeAsync(context.User, StaffIdentity.HandlesSevere)).Succeeded;

    private static ClaimsIdentity Staff(HttpContext context) =>
        context.User.Identities.First(identity => identity.AuthenticationType == StaffIdentity.Scheme);
}
