using System.Globalization;
using RandomChat.Application;
using RandomChat.Projections.Ledger;
using RandomChat.Web.Accounts;
using RandomChat.Web.Api;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Moderation;

/// <summary>The published anchors of the ledger, for whoever keeps a copy elsewhere.</summary>
public static class LedgerEndpoints
{
    private const int UsualPage = 50;
    private const int LongestPage = 200;

    public static void MapLedger(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/admin/ledger/anchors", Anchors).RequireAuthorization(StaffIdentity.Moderates)
            .Lists("The published anchors of the ledger, oldest first", typeof(PageOf<AnchorItem>));

    private static async Task<IResult> Anchors(HttpRequest request, LedgerQueries ledger, CancellationToken ct)
    {
        if (!PageQuery.TryRead(request.Query["after"], long.MaxValue, out var after) || !PageQuery.TryRead(request.Query["limit"], LongestPage, out var limit))
        {
            return Problem.From(Refusal.Invalid("after", "It is the next of an earlier answer; limit is 1 to 200."));
        }

        var page = await ledger.Anchors(after, (int)(limit ?? UsualPage), ct);
        return Results.Json(
            new
            {
                Items = page.Select(anchor => new { anchor.Position, anchor.Events, anchor.Hash, anchor.At }),
                Next = page.Count < (limit ?? UsualPage) ? null : page[^1].Position.ToString(CultureInfo.InvariantCulture),
            },
            WireJson.Options);
    }
}
