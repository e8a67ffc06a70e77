using Mediator;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Api;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Moderation;

/// <summary>Report and Block over REST.</summary>
public static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/report", Report).RequireAuthorization()
            .Makes("Report the partner of a match, which it ends", typeof(ReportBody), typeof(ReportReceipt), StatusCodes.Status201Created,
                "banned", "not-in-match", "conflict", "rate-limited");
        endpoints.MapPost("/api/block", Block).RequireAuthorization()
            .Does("Never meet the partner of a match again; ends it", typeof(BlockBody), "banned", "not-in-match", "rate-limited");
    }

    private static async Task<IResult> Report(HttpContext http, ISender sender, CancellationToken ct)
    {
        var (json, problem) = await JsonBody.Read(http.Request, ct);
        if (problem is not null)
        {
            return problem;
        }

        var fields = new Fields(json);
        var report = new ReportPartner(
            http.Visitor()!.VisitorId, fields.Guid("matchId"), fields.Enum<ReportReason>("reason"),
            fields.OptionalString("comment", Case.MaximumCommentLength), fields.OptionalBool("block") ?? false);
        if (fields.Refusal is { } refusal)
        {
            return Problem.From(refusal);
        }

        return await sender.Send(report, ct) switch
        {
            Outcome<ReportReceipt>.Done { Value: var receipt } => Results.Json(receipt, statusCode: StatusCodes.Status201Created),
            Outcome<ReportReceipt>.Refused { Refusal: var refused } => Problem.From(refused),
            _ => throw new InvalidOperationException("No such answer."),
        };
    }

    private static async Task<IResult> Block(HttpContext http, ISender sender, CancellationToken ct)
    {
        var (json, problem) = await JsonBody.Read(http.Request, ct);
        if (problem is not null)
        {
            return problem;
        }

        var fields = new Fields(json);
        var block = new BlockPartner(http.Visitor()!.VisitorId, fields.Guid("matchId"));
        if (fields.Refusal is { } refusal)
        {
            return Problem.From(refusal);
        }

        return await sender.Send(block, ct) switch
        {
            Outcome<Nothing>.Refused { Refusal: var refused } => Problem.From(refused),
            _ => Results.NoContent(),
        };
    }
}
