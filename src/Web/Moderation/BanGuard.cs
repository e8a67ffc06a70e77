using Htmx;
using RandomChat.Application.Moderation;
using RandomChat.Web.Identity;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Moderation;

public static class BanGuard
{
    /// <summary>What stays open to a banned visitor: their own data, leaving, the way to appeal, and what judges for itself.</summary>
    private static readonly PathString[] Open =
    [
        "/api/me", "/api/match/stop", "/api/appeals", "/api/session", "/api/captcha", "/api/login", "/api/logout", "/api/admin",
    ];

    /// <summary>Keeps banned visitors out of everything else below <c>/api</c> and <c>/hubs</c>, and shows them why instead of the chat.</summary>
    public static IApplicationBuilder UseBanGuard(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var path = context.Request.Path;
        var isChat = path.StartsWithSegments("/chat", StringComparison.OrdinalIgnoreCase);
        if (context.Visitor() is not { } visitor || (!isChat && !IsGuarded(path))
            || await context.RequestServices.GetRequiredService<BanGate>().Refuse(visitor.VisitorId, visitor.DeviceId, context.RequestAborted) is not { } refusal)
        {
            await next(context);
        }
        else if (!isChat)
        {
            await Problem.From(refusal).ExecuteAsync(context);
        }
        else if (context.Request.IsHtmx())
        {
            context.Response.Htmx(htmx => htmx.Redirect("/banned"));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            context.Response.Redirect("/banned");
        }
    });

    private static bool IsGuarded(PathString path) =>
        path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase)
        || (path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase, out var call) && call.HasValue
            && !Array.Exists(Open, open => path.StartsWithSegments(open, StringComparison.OrdinalIgnoreCase)));
}
