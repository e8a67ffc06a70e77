using Microsoft.AspNetCore.Authentication;
using RandomChat.Application;
using RandomChat.Application.Limits;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Accounts;

/// <summary><c>POST /api/login</c> and <c>POST /api/logout</c>.</summary>
public static class LoginEndpoints
{
    private const int LongestName = 64;
    private const int LongestPassword = 256;
    private const int LongestCode = 16;

    public static void MapLogin(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/login", Login);
        endpoints.MapPost("/api/logout", Logout);
    }

    private static async Task<IResult> Login(HttpContext http, StaffAccounts accounts, ILimits limits, CancellationToken ct)
    {
        var (json, problem) = await JsonBody.Read(http.Request, ct);
        if (problem is not null)
        {
            return problem;
        }

        var fields = new Fields(json);
        var (name, password) = (fields.String("username", LongestName), fields.String("password", LongestPassword));
        fields.OptionalString("totp", LongestCode);
        if (fields.Refusal is { } invalid)
        {
            return Problem.From(invalid);
        }

        // By address first, so that one that fails again and again takes nothing more from the name: its owner signs in from
        // elsewhere. By name as well, since many addresses would otherwise try as many passwords as they like.
        foreach (var (rule, key) in new[] { (LimitNames.SignIns, http.AddressKey()), (LimitNames.SignInsByName, name.ToUpperInvariant()) })
        {
            var limit = await limits.Take(rule, key, ct);
            if (!limit.Allowed)
            {
                return Problem.From(Refusal.RateLimited(limit.RetryAfter));
            }
        }

        return await accounts.SignIn(name, password) is { } signedIn
            ? Results.Json(new { signedIn.Token, signedIn.Roles }, WireJson.Options)
            : Problem.Of("bad-credentials", "Name and password do not belong together.");
    }

    private static async Task<IResult> Logout(HttpContext http, StaffAccounts accounts)
    {
        if ((await http.AuthenticateAsync(StaffIdentity.Scheme)) is { Succeeded: true, Principal: var staff })
        {
            http.User = staff;
            await accounts.SignOut(http.StaffId());
        }

        return Results.NoContent();
    }
}
