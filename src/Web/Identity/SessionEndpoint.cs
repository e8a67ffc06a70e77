using Mediator;
using RandomChat.Application;
using RandomChat.Application.Limits;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Visitors;
using RandomChat.Web.Captcha;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Security;

namespace RandomChat.Web.Identity;

/// <summary>The gate: <c>POST /api/session</c>.</summary>
public static class SessionEndpoint
{
    public static void MapSession(this IEndpointRouteBuilder endpoints) => endpoints.MapPost("/api/session", Post);

    // In this order: first what costs nothing, then what is true whoever solves a captcha, then what costs us.
    private static async Task<IResult> Post(
        HttpContext context, ISender sender, AgeRefusals refusals, IdentityCookies cookies, VisitorTokens tokens,
        ILimits limits, ICaptcha captcha, TimeProvider clock)
    {
        var ct = context.RequestAborted;
        var (json, unreadable) = await JsonBody.Read(context.Request, ct);
        if (unreadable is not null)
        {
            return unreadable;
        }

        var fields = new Fields(json);
        if (fields.Refusal is { } malformed)
        {
            return Problem.From(malformed);
        }

        if (!OwnOrigin.Accepts(context.Request))
        {
            return Problem.OfStatus(StatusCodes.Status403Forbidden);
        }

        if (refusals.Remembers(context))
        {
            return Problem.From(VisitorRefusals.AgeRestricted);
        }

        var year = clock.GetUtcNow().Year;
        var birthYear = fields.Int("birthYear", AgePolicy.EarliestBirthYear, year);
        var acceptTerms = fields.OptionalBool("acceptTerms") ?? false;
        var displayName = DisplayName(fields);
        var solution = fields.OptionalString("captcha", JsonBody.MaximumBytes);
        if (fields.Refusal is { } invalid)
        {
            return Problem.From(invalid);
        }

        if (!AgePolicy.MayEnter(birthYear, year))
        {
            refusals.Remember(context);
            return Problem.From(VisitorRefusals.AgeRestricted);
        }

        if (!acceptTerms)
        {
            return Problem.From(VisitorRefusals.TermsRequired);
        }

        var limit = await limits.Take(LimitNames.Sessions, context.AddressKey(), ct);
        if (!limit.Allowed)
        {
            return Problem.From(Refusal.RateLimited(limit.RetryAfter));
        }

        if (captcha.Check(CaptchaStep.Session, suspected: false, solution).ToRefusal() is { } unsolved)
        {
            return Problem.From(unsolved);
        }

        var before = cookies.ReadSession(context);
        var deviceId = cookies.ReadDevice(context) ?? before?.DeviceId ?? Guid.NewGuid();
        var outcome = await sender.Send(new StartSession(before?.VisitorId, deviceId, birthYear, acceptTerms, displayName), ct);
        return outcome.ToResult(started =>
        {
            var (text, token) = tokens.Issue(started.VisitorId, deviceId, Terms.Version);
            cookies.WriteSession(context, text, token.ExpiresAt);
            cookies.WriteDevice(context, deviceId);
            return Results.Json(new SessionAnswer(started.VisitorId, text, token.ExpiresAt), statusCode: StatusCodes.Status201Created);
        });
    }

    private static string? DisplayName(Fields fields)
    {
        // Blanks around a name do not count, so the reader is given room for them.
        var name = fields.OptionalString("displayName", 1024)?.Trim();
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        if (name.Length > VisitorProfile.MaximumDisplayNameLength)
        {
            fields.Add("displayName", $"It has at most {VisitorProfile.MaximumDisplayNameLength} characters.");
        }
        else if (name.Any(c => char.IsControl(c) || IsDirectionOverride(c)))
        {
            fields.Add("displayName", "It holds a character that cannot be shown.");
        }

        return name;
    }

    // These would turn around what stands beside the name.
    private static bool IsDirectionOverride(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <param name="ExpiresAt">When the token ends.</param>
    private sealed record SessionAnswer(Guid VisitorId, string Token, DateTimeOffset ExpiresAt);
}
