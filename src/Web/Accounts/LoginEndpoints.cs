using Microsoft.AspNetCore.Authentication;
using RandomChat.Application;
using RandomChat.Web.Api;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Accounts;

/// <summary><c>POST /api/login</c> and <c>POST /api/logout</c>, of the staff and of visitors with an account.</summary>
public static class LoginEndpoints
{
    public static void MapLogin(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/login", Login)
            .Makes("Sign in, as one of the staff or to a visitor's account", typeof(LoginBody), typeof(LoginAnswer), StatusCodes.Status200OK,
                "bad-credentials", "banned", "forbidden", "no-session", "rate-limited");
        endpoints.MapPost("/api/logout", Logout).Does("Sign out: of the staff, or of every session of an account", null, "forbidden");
    }

    private static async Task<IResult> Login(HttpContext http, SignInLimits limits, StaffSignIn staff, AccountSignIn accounts, CancellationToken ct)
    {
        var (json, problem) = await JsonBody.Read(http.Request, ct);
        if (problem is not null)
        {
            return problem;
        }

        var fields = new Fields(json);
        var (name, password) = (fields.String("username", StaffSignIn.LongestName), fields.String("password", StaffSignIn.LongestPassword));
        var code = fields.OptionalString("totp", StaffSignIn.LongestCode);
        if (fields.Refusal is { } invalid)
        {
            return Problem.From(invalid);
        }

        if (await limits.Take(name, http.AddressKey(), ct) is { } limited)
        {
            return Problem.From(limited);
        }

        // Both are tried, so that neither answer is quicker; the same name may be somebody's of each.
        var asStaff = await staff.Try(name, password, new SecondProof.Code(code), BrowserWords.Of(http.Request), ct);
        return asStaff is Outcome<SignedIn>.Refused { Refusal.Code: "bad-credentials" }
            ? (await accounts.Try(http, name, password, ct)).ToResult(AsVisitor)
            : asStaff.ToResult(signedIn => Answer(signedIn.Token, signedIn.Roles));
    }

    private static IResult AsVisitor(SignedInVisitor visitor) => visitor.Banned is { } banned
        ? new Problem(banned) { Extensions = { ["token"] = visitor.Token } }
        : Answer(visitor.Token, []);

    private static IResult Answer(string token, IReadOnlyList<string> roles) => Results.Json(new { Token = token, Roles = roles }, WireJson.Options);

    private static async Task<IResult> Logout(HttpContext http, StaffAccounts accounts, VisitorAccounts visitors)
    {
        if ((await http.AuthenticateAsync(StaffIdentity.Scheme)) is { Succeeded: true, Principal: var staff })
        {
            http.User = staff;
            await accounts.SignOut(http.StaffId());
        }
        else if (http.Visitor() is { } visitor)
        {
            await visitors.SignOut(visitor.VisitorId);
            IdentityCookies.ForgetSession(http);
        }

        return Results.NoContent();
    }
}
