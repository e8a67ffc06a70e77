using Mediator;
using RandomChat.Application;
using RandomChat.Application.Bots;
using RandomChat.Application.Limits;
using RandomChat.Application.Moderation;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Identity;

/// <summary>The gate itself, the same for the API and the landing page: age, terms, limit, captcha, then a session.</summary>
public sealed class Gate(
    ISender sender, AgeRefusals refusals, IdentityCookies cookies, VisitorTokens tokens, ILimits limits, ICaptcha captcha, Suspicion suspicion,
    BanGate bans, AddressBans addressBans, VisitorProfiles profiles, TimeProvider clock)
{
    /// <summary>The current year, UTC: birth years are measured by it.</summary>
    public int Year => clock.GetUtcNow().Year;

    /// <summary>Whether this browser was refused for its user's age before.</summary>
    public bool Remembers(HttpContext context) => refusals.Remembers(context);

    /// <summary>What is wrong with a display name, or null.</summary>
    public static string? ProblemOf(string displayName) =>
        displayName.Length > VisitorProfile.MaximumDisplayNameLength ? $"It has at most {VisitorProfile.MaximumDisplayNameLength} characters."
        : displayName.Any(c => char.IsControl(c) || IsDirectionOverride(c)) ? "It holds a character that cannot be shown."
        : null;

    // These would turn around what stands beside the name.
    private static bool IsDirectionOverride(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>
    /// Lets a visitor in and sets the cookies. First comes what costs nothing, then what is true whoever solves a
    /// captcha (age, limit, ban), then what costs us.
    /// </summary>
    /// <param name="birthYear">A plausible year.</param>
    /// <param name="displayName">Trimmed and without problems, or null.</param>
    public async Task<Outcome<Entrance>> Enter(
        HttpContext context, int birthYear, bool acceptTerms, string? displayName, string? solution, CancellationToken ct)
    {
        if (Remembers(context))
        {
            return VisitorRefusals.AgeRestricted;
        }

        if (!AgePolicy.MayEnter(birthYear, Year))
        {
            refusals.Remember(context);
            return VisitorRefusals.AgeRestricted;
        }

        if (!acceptTerms)
        {
            return VisitorRefusals.TermsRequired;
        }

        var limit = await limits.Take(LimitNames.Sessions, context.AddressKey(), ct);
        if (!limit.Allowed)
        {
            return Refusal.RateLimited(limit.RetryAfter);
        }

        var before = cookies.ReadSession(context);
        if (await bans.Refuse(before?.VisitorId, cookies.ReadDevice(context) ?? before?.DeviceId, ct) is { } banned)
        {
            return banned;
        }

        if (addressBans.For(context) is { IsSevere: true, Until: var until })
        {
            return Refusal.Banned(new(null, until, null, null));
        }

        var suspected = (SuspicionStep)Math.Max(
            (int)suspicion.StepFor(cookies.ReadDevice(context), context.AddressKey()), (int)addressBans.LeastFor(context));
        if (captcha.Check(CaptchaStep.Session, suspected, solution).ToRefusal() is { } unsolved)
        {
            return unsolved;
        }

        var deviceId = cookies.ReadDevice(context) ?? before?.DeviceId ?? Guid.NewGuid();
        // Who signed out of an account comes back as somebody else, until they sign in.
        var known = before is not null && !await profiles.HasEnded(before.VisitorId, before.IssuedAt, ct) ? before.VisitorId : (Guid?)null;
        switch (await sender.Send(new StartSession(known, deviceId, birthYear, acceptTerms, displayName), ct))
        {
            case Outcome<StartedSession>.Refused { Refusal: var refusal }:
                return refusal;
            case Outcome<StartedSession>.Done { Value: var started }:
                var (text, token) = tokens.Issue(started.VisitorId, deviceId, Terms.Version);
                cookies.WriteSession(context, text, token.ExpiresAt);
                cookies.WriteDevice(context, deviceId);
                return new Entrance(started.VisitorId, text, token.ExpiresAt);
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }
}

/// <summary>A session that was let in.</summary>
/// <param name="ExpiresAt">When the token ends.</param>
public sealed record Entrance(Guid VisitorId, string Token, DateTimeOffset ExpiresAt);
