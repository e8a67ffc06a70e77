using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using RandomChat.Application.Visitors;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Identity;

/// <summary>
/// Reads the visitor's token from <c>Authorization: Bearer</c>, below <c>/hubs</c> also from <c>?access_token=</c>, else
/// from the cookie. Whoever sends a token that cannot be read, that accepted older terms, or whose visitor was erased or has signed out
/// since, is anonymous.
/// </summary>
internal sealed class VisitorAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, VisitorTokens tokens,
    VisitorProfiles profiles)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var sent = SentByClient();
        var token = tokens.Read(sent ?? Request.Cookies[IdentityCookies.Session]);
        if (token is null || token.TermsVersion != Terms.Version || await profiles.HasEnded(token.VisitorId, token.IssuedAt, Context.RequestAborted))
        {
            return AuthenticateResult.NoResult();
        }

        var visitor = new VisitorIdentity(token.VisitorId, token.DeviceId, token.IssuedAt, ByCookie: sent is null);
        return AuthenticateResult.Success(new(visitor.ToPrincipal(), VisitorIdentity.Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (ProblemMiddleware.IsForPeople(Request))
        {
            // The gate is on the landing page.
            Response.Redirect("/");
            return Task.CompletedTask;
        }

        return Problem.From(VisitorRefusals.NoSession).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private string? SentByClient()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return header[Bearer.Length..].Trim();
        }

        return Request.Path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase)
            && Request.Query["access_token"].ToString() is { Length: > 0 } token
                ? token
                : null;
    }
}
