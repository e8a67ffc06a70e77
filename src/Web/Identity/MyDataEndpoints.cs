using Mediator;
using RandomChat.Application;
using RandomChat.Application.Limits;
using RandomChat.Application.Visitors;
using RandomChat.Web.Api;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Identity;

/// <summary><c>GET /api/me/export</c> and <c>DELETE /api/me</c>: what is kept on the caller, and the end of it.</summary>
public static class MyDataEndpoints
{
    public static void MapMyData(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/me/export", Export).RequireAuthorization()
            .Gives("Everything that is kept on the visitor", typeof(MyDataExport), "rate-limited");
        endpoints.MapDelete("/api/me", Erase).RequireAuthorization().Does("Forget the visitor: the account, the profile, the session");
    }

    private static async Task<IResult> Export(HttpContext context, MyData data, ILimits limits, CancellationToken ct)
    {
        var me = context.Visitor()!.VisitorId;
        var limit = await limits.Take(LimitNames.Exports, me.ToString("N"), ct);
        if (!limit.Allowed)
        {
            return Problem.From(Refusal.RateLimited(limit.RetryAfter));
        }

        if (await data.Export(me, ct) is not { } export)
        {
            return Problem.From(new Refusal("unavailable", "Not everything that is kept on you is at hand right now. Please try again in some minutes."));
        }

        context.Response.Headers.ContentDisposition = "attachment; filename=randomchat-my-data.json";
        return Results.Json(export, WireJson.Options);
    }

    private static async Task<IResult> Erase(HttpContext context, Erasure erasure)
    {
        await erasure.Erase(context, context.Visitor()!);
        return Results.NoContent();
    }
}

/// <summary>Forgets whoever calls: what is stored, the open connections, the cookie.</summary>
public sealed class Erasure(ISender sender)
{
    /// <exception cref="Application.Events.DependencyUnavailableException">It is not finished; doing it again finishes it.</exception>
    public async Task Erase(HttpContext context, VisitorIdentity visitor)
    {
        // Not cancelled with the caller: a half erasure helps nobody.
        await sender.Send(new EraseVisitor(visitor.VisitorId, visitor.DeviceId), CancellationToken.None);
        IdentityCookies.ForgetSession(context);
    }
}
