using System.Globalization;
using System.Text.Json;
using RandomChat.Application;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Accounts;
using RandomChat.Web.Api;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Moderation;

/// <summary><c>GET /api/admin/visitors/{id}/events</c>: what happened to a visitor, event by event, as it was recorded.</summary>
public static class HistoryEndpoints
{
    private const int UsualPage = 50;
    private const int LongestPage = 200;

    public static void MapHistory(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/admin/visitors/{visitorId:guid}/events", Events).RequireAuthorization(StaffIdentity.Moderates)
            .Lists("What touches a visitor, oldest first, as it was recorded", typeof(PageOf<HistoryItem>));

    private static async Task<IResult> Events(Guid visitorId, HttpRequest request, VisitorHistoryQueries history, LookBook looks, CancellationToken ct)
    {
        if (!PageQuery.TryRead(request.Query["after"], long.MaxValue, out var after) || !PageQuery.TryRead(request.Query["limit"], LongestPage, out var limit))
        {
            return Problem.From(Refusal.Invalid("after", "It is the next of an earlier answer; limit is 1 to 200."));
        }

        var size = (int)(limit ?? UsualPage);
        var page = await history.Of(visitorId, after is { } from ? new LogPosition(from) : null, size, ct);
        if (page.Count > 0)
        {
            await looks.HistoryViewed(visitorId, request.HttpContext.StaffId(), ct);
        }

        return Results.Json(
            new
            {
                Items = page.Select(e => new { e.Position, e.Stream, e.Type, e.At, e.Actor, Data = JsonSerializer.Deserialize<JsonElement>(e.Data) }),
                Next = page.Count < size ? null : page[^1].Position.ToString(CultureInfo.InvariantCulture),
            },
            WireJson.Options);
    }
}
