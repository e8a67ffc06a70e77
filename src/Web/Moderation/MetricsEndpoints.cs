using RandomChat.Web.Accounts;
using RandomChat.Web.Api;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Moderation;

/// <summary><c>GET /api/admin/metrics</c>: the numbers of the overview.</summary>
public static class MetricsEndpoints
{
    public static void MapMetrics(this IEndpointRouteBuilder endpoints) => endpoints
        .MapGet("/api/admin/metrics", async (DeskNumbers numbers, CancellationToken ct) => Results.Json(await numbers.WithPrecision(ct), WireJson.Options))
        .RequireAuthorization(StaffIdentity.Reads).Gives("The numbers of the overview", typeof(Numbers));
}
