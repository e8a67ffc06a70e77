using Microsoft.AspNetCore.Authentication;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Accounts;

/// <summary><c>POST /api/login</c> and <c>POST /api/logout</c>.</summary>
public static class LoginEndpoints
{
    public static void MapLogin(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/login", Login);
        endpoints.MapPost("/api/logout", Logout);
    }

    private static async Task<IResult> Login(HttpContext http, StaffSignIn signIn, CancellationToken ct)
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

        return (await signIn.Try(name, password, code, http.AddressKey(), BrowserWords.Of(http.Request), ct)).ToResult(
            signedIn => Results.Json(new { signedIn.Token, signedIn.Roles }, WireJson.Options));
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
