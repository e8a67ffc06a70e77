using Mediator;
using RandomChat.Application.Visitors;
using RandomChat.Web.Api;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Identity;

/// <summary><c>/api/preferences</c>: what a visitor asks partners for, as long as the visitor's key lasts: with an account, in every browser.</summary>
public static class PreferencesEndpoints
{
    public static void MapPreferences(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/preferences").RequireAuthorization();
        group.MapGet("", async (HttpContext context, ISender sender) =>
            Answer(await sender.Send(new GetPreferences(context.Visitor()!.VisitorId), context.RequestAborted)))
            .Gives("What the visitor asks partners for", typeof(VisitorPreferences), "banned");
        group.MapPut("", Put)
            .Makes("Change what the visitor asks partners for", typeof(PreferencesBody), typeof(VisitorPreferences), StatusCodes.Status200OK, "banned");
    }

    private static async Task<IResult> Put(HttpContext context, ISender sender)
    {
        var (json, unreadable) = await JsonBody.Read(context.Request, context.RequestAborted);
        if (unreadable is not null)
        {
            return unreadable;
        }

        var fields = new Fields(json);
        var wanted = MatchRequests.Read(fields);
        if (fields.Refusal is { } refusal)
        {
            return Problem.From(refusal);
        }

        var preferences = new VisitorPreferences(wanted.Language, wanted.Interests, wanted.Mode);
        return (await sender.Send(new ChangePreferences(context.Visitor()!.VisitorId, preferences), context.RequestAborted))
            .ToResult(Answer);
    }

    private static IResult Answer(VisitorPreferences preferences) => Results.Json(preferences, WireJson.Options);
}
