using Mediator;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Moderation;
using RandomChat.Application.Visitors;
using RandomChat.Web.Identity;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Accounts;

/// <summary>Signing in to a visitor's account: the same visitor goes on in this browser, and a ban goes with them.</summary>
public sealed class AccountSignIn(
    VisitorAccounts accounts, IdentityCookies cookies, VisitorTokens tokens, BanGate bans, AddressBans addressBans, ISender sender)
{
    /// <summary>To be tried within <see cref="SignInLimits"/>.</summary>
    public async Task<Outcome<SignedInVisitor>> Try(HttpContext context, string name, string password, CancellationToken ct) =>
        await accounts.CheckPassword(name, password) is { } visitorId ? await Admit(context, visitorId, ct) : AccountRefusals.BadCredentials;

    /// <summary>A session for whoever has shown whose account it is.</summary>
    public async Task<Outcome<SignedInVisitor>> Admit(HttpContext context, Guid visitorId, CancellationToken ct)
    {
        var deviceId = cookies.ReadDevice(context) ?? Guid.NewGuid();
        var banned = await bans.Refuse(visitorId, deviceId, ct);
        if (banned is null && addressBans.For(context) is { IsSevere: true, Until: var until })
        {
            return Refusal.Banned(new(null, until, null, null));
        }

        switch (await sender.Send(new ResumeSession(visitorId, deviceId), ct))
        {
            case Outcome<ResumedSession>.Refused { Refusal: var refusal }:
                return refusal;
            case Outcome<ResumedSession>.Done { Value: var resumed }:
                // Of older terms the token opens nothing but the gate, where those of today are accepted.
                var (text, token) = tokens.Issue(visitorId, deviceId, resumed.TermsVersion);
                return new SignedInVisitor(text, token, banned);
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }
}

/// <param name="Banned">
/// Why the visitor is kept out, null where they are not. They are signed in all the same: a token of theirs still opens their
/// own data, to take along and to have erased.
/// </param>
public sealed record SignedInVisitor(string Token, VisitorToken Session, Refusal? Banned);
