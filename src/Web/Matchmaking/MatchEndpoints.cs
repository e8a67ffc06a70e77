using Mediator;
using RandomChat.Application;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Web.Api;
using RandomChat.Web.Captcha;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Matchmaking;

/// <summary>Start and Stop over REST.</summary>
public static class MatchEndpoints
{
    public static void MapMatches(this IEndpointRouteBuilder endpoints)
    {
        var match = endpoints.MapGroup("/api/match").RequireAuthorization();
        match.MapPost("/start", Start).Describes(new(
            "Wait for a partner; over the hub comes who it is", typeof(StartBody), typeof(JoinResult), StatusCodes.Status202Accepted,
            ["captcha-required", "captcha-invalid", "banned", "conflict", "rate-limited"])
        { OtherStatus = StatusCodes.Status200OK });
        match.MapPost("/stop", Stop).Does("Leave the queue and the match");
    }

    private static async Task<IResult> Start(HttpContext http, ISender sender, CancellationToken ct)
    {
        var (json, problem) = await JsonBody.Read(http.Request, ct);
        if (problem is not null)
        {
            return problem;
        }

        var fields = new Fields(json);
        var wanted = MatchRequests.Read(fields);
        var captcha = fields.OptionalString("captcha", ProofOfWork.LongestPayload);
        if (fields.Refusal is { } refusal)
        {
            return Problem.From(refusal);
        }

        var me = http.Visitor()!;
        return await sender.Send(new JoinQueue(me.VisitorId, me.DeviceId, wanted, http.AddressKey(), Connection: null, captcha), ct) switch
        {
            Outcome<JoinAnswer>.Done { Value: JoinAnswer.Matched matched } => Results.Ok(JoinResult.From(matched)),
            Outcome<JoinAnswer>.Done { Value: var waiting } => Results.Json(JoinResult.From(waiting), statusCode: StatusCodes.Status202Accepted),
            Outcome<JoinAnswer>.Refused { Refusal: var refused } => Problem.From(refused),
            _ => throw new InvalidOperationException("No such answer."),
        };
    }

    /// <summary>Out of the queue and out of the match, whichever it is.</summary>
    private static async Task<IResult> Stop(HttpContext http, ISender sender, Matchmaker matchmaker)
    {
        var me = http.Visitor()!;
        await sender.Send(new LeaveQueue(me.VisitorId, me.DeviceId));
        if (await matchmaker.MatchOf(me.VisitorId, CancellationToken.None) is { } matchId)
        {
            await sender.Send(new EndMatch(me.VisitorId, matchId));
        }

        return Results.NoContent();
    }
}
