using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using RandomChat.Application.Visitors;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Accounts;

/// <summary>
/// Reads the staff's token: programs send it as <c>Authorization: Bearer</c>, the desk's pages carry it in a cookie that goes
/// to them alone.
/// </summary>
internal sealed class StaffAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, StaffAccounts accounts)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Token() is { } token && await accounts.Find(token) is { } member
            ? AuthenticateResult.Success(new(member.ToPrincipal(), StaffIdentity.Scheme))
            : AuthenticateResult.NoResult();

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (!StaffCookie.IsDesk(Request))
        {
            return Problem.From(VisitorRefusals.NoSession).ExecuteAsync(Context);
        }

        // Only where somebody can come back to by a link.
        var back = HttpMethods.IsGet(Request.Method) ? $"?returnUrl={Uri.EscapeDataString(Request.Path + Request.QueryString)}" : string.Empty;
        Response.Redirect($"{StaffCookie.Path}/sign-in{back}");
        return Task.CompletedTask;
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        if (result.Principal?.HasClaim(claim => claim.Type == StaffIdentity.EnrolClaim) != true)
        {
            Response.StatusCode = StatusCodes.Status403Forbidden;
        }
        else if (StaffCookie.IsDesk(Request))
        {
            Response.Redirect($"{StaffCookie.Path}/second-factor");
        }
        else
        {
            await Problem.Of("two-factor-required", "Enrol a second factor first: sign in at /admin.").ExecuteAsync(Context);
        }
    }

    private string? Token()
    {
        var header = Request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim()
            : StaffCookie.IsDesk(Request) ? Request.Cookies[StaffCookie.Name]
            : null;
    }
}
