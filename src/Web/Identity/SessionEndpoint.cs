using System.Text.Json;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Visitors;
using RandomChat.Web.Api;
using RandomChat.Web.Captcha;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;
using RandomChat.Web.Security;

namespace RandomChat.Web.Identity;

/// <summary><c>POST /api/session</c>.</summary>
public static class SessionEndpoint
{
    public static void MapSession(this IEndpointRouteBuilder endpoints) => endpoints.MapPost("/api/session", Post)
        .Makes("Pass the gate: starts a session, or keeps the visitor of the cookie", typeof(SessionBody), typeof(Entrance), StatusCodes.Status201Created,
            "captcha-required", "captcha-invalid", "age-restricted", "banned", "forbidden", "terms-required", "rate-limited");

    private static async Task<IResult> Post(HttpContext context, Gate gate)
    {
        var ct = context.RequestAborted;
        var (json, unreadable) = await JsonBody.Read(context.Request, ct);
        if (unreadable is not null)
        {
            return unreadable;
        }

        if (json.ValueKind == JsonValueKind.Object && !OwnOrigin.Accepts(context.Request))
        {
            return Problem.OfStatus(StatusCodes.Status403Forbidden);
        }

        var fields = new Fields(json);
        if (fields.Refusal is { Code: "malformed" } malformed)
        {
            return Problem.From(malformed);
        }

        if (gate.Remembers(context))
        {
            return Problem.From(VisitorRefusals.AgeRestricted);
        }

        var birthYear = fields.Int("birthYear", AgePolicy.EarliestBirthYear, gate.Year);
        var acceptTerms = fields.OptionalBool("acceptTerms") ?? false;
        var displayName = DisplayName(fields);
        var solution = fields.OptionalString("captcha", ProofOfWork.LongestPayload);
        if (fields.Refusal is { } invalid)
        {
            return Problem.From(invalid);
        }

        var outcome = await gate.Enter(context, birthYear, acceptTerms, displayName, solution, ct);
        return outcome.ToResult(entrance => Results.Json(entrance, WireJson.Options, statusCode: StatusCodes.Status201Created));
    }

    private static string? DisplayName(Fields fields)
    {
        // Blanks around a name do not count, so the reader is given room for them.
        var name = fields.OptionalString("displayName", 1024)?.Trim();
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        if (Gate.ProblemOf(name) is { } problem)
        {
            fields.Add("displayName", problem);
        }

        return name;
    }
}
