using RandomChat.Application;
using RandomChat.Application.Limits;
using RandomChat.Application.Visitors;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Accounts;

/// <summary>Making an account, from the page and over REST: limited, and with a session that nobody else knows.</summary>
public sealed class Registration(VisitorAccounts accounts, IdentityCookies cookies, VisitorTokens tokens, ILimits limits)
{
    public async Task<Outcome<Registered>> Try(HttpContext context, VisitorIdentity visitor, RegistrationForm form, CancellationToken ct)
    {
        var limit = await limits.Take(LimitNames.Registrations, context.AddressKey(), ct);
        if (!limit.Allowed)
        {
            return Refusal.RateLimited(limit.RetryAfter);
        }

        switch (await accounts.Register(visitor.VisitorId, form.Username, form.Password, form.Email, endSessions: visitor.ByCookie, ct))
        {
            case Outcome<Codes>.Refused { Refusal: var refusal }:
                return refusal;
            case Outcome<Codes>.Done { Value.Recovery: var recovery }:
                // Somebody else may have put the cookie there, so what it stood for has ended. No browser sends a token by itself.
                var (text, token) = tokens.Issue(visitor.VisitorId, visitor.DeviceId, Terms.Version);
                if (visitor.ByCookie)
                {
                    cookies.WriteSession(context, text, token.ExpiresAt);
                }

                return new Registered(visitor.VisitorId, text, recovery);
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }
}

/// <param name="Token">Of the visitor, from now on.</param>
/// <param name="Recovery">Recovery codes, to be shown once.</param>
public sealed record Registered(Guid VisitorId, string Token, IReadOnlyList<string> Recovery);
