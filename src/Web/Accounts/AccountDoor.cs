using RandomChat.Application.Visitors;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Accounts;

/// <summary>Lets a visitor who has signed in go on in this browser.</summary>
public sealed class AccountDoor(IdentityCookies cookies)
{
    /// <summary>Sets the cookies, over those of before, so that nobody goes on with what somebody else put there.</summary>
    /// <returns>Where to go.</returns>
    public string Open(HttpContext context, SignedInVisitor visitor)
    {
        cookies.WriteSession(context, visitor.Token, visitor.Session.ExpiresAt);
        cookies.WriteDevice(context, visitor.Session.DeviceId);
        return visitor.Banned is not null ? "/banned"
            : visitor.Session.TermsVersion != Terms.Version ? "/"
            : "/chat";
    }
}
