using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using RandomChat.Application.Visitors;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Security;

/// <summary>What stands between an authenticated request and the endpoints of <c>/api</c>.</summary>
public static class CookieGuards
{
    public const string AntiforgeryHeader = "RequestVerificationToken";

    /// <summary>
    /// Closes the staff's paths and one's own data to whoever has no session, and the staff's to visitors, whether or
    /// not anything is there.
    /// </summary>
    public static IApplicationBuilder UseClosedPaths(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var path = context.Request.Path;
        var admin = path.StartsWithSegments("/api/admin", StringComparison.OrdinalIgnoreCase);
        if (!admin && !path.StartsWithSegments("/api/me", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
        }
        else if (admin && (await context.AuthenticateAsync(StaffIdentity.Scheme)).Succeeded)
        {
            await next(context);
        }
        else if (context.Visitor() is null)
        {
            await Problem.From(VisitorRefusals.NoSession).ExecuteAsync(context);
        }
        else if (admin)
        {
            await Problem.OfStatus(StatusCodes.Status403Forbidden).ExecuteAsync(context);
        }
        else
        {
            await next(context);
        }
    });

    /// <summary>
    /// Unsafe calls below <c>/api</c> that a browser authenticates by itself need the antiforgery token in a header;
    /// starting a session does not (it looks at the origin), and nor do bearer tokens, which no browser sends by itself.
    /// </summary>
    public static IApplicationBuilder UseAntiforgeryForCookies(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            && !request.Path.Equals("/api/session", StringComparison.OrdinalIgnoreCase)
            && !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            && context.Visitor() is { ByCookie: true }
            && !await HasToken(context))
        {
            await Problem.Of("forbidden", "The antiforgery token is missing or does not belong to this session.").ExecuteAsync(context);
            return;
        }

        await next(context);
    });

    private static async Task<bool> HasToken(HttpContext context)
    {
        // Only the header is looked at: no call below /api takes a form.
        if (!context.Request.Headers.ContainsKey(AntiforgeryHeader))
        {
            return false;
        }

        var antiforgery = context.RequestServices.GetRequiredService<IAntiforgery>();
        return await antiforgery.IsRequestValidAsync(context);
    }
}
