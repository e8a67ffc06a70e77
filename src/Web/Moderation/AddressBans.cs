using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Identity;
using RandomChat.Web.Limits;

namespace RandomChat.Web.Moderation;

/// <summary>
/// What a ban means to others at the same address: hardly anything. A browser that we know is judged by itself; an unknown
/// one works harder, or waits where it was severe, since it may be the same person without cookies.
/// </summary>
public sealed class AddressBans(IBanIndex bans, IdentityCookies cookies, AddressKeys addresses)
{
    /// <summary>What holds for this caller by its address alone; null where nothing does.</summary>
    public AddressBan? For(HttpContext context) =>
        cookies.ReadDevice(context) is null && cookies.ReadSession(context) is null
            ? addresses.MarksOf(context.Connection.RemoteIpAddress).Select(bans.AtAddress).OfType<AddressBan>()
                .OrderByDescending(ban => ban.IsSevere).ThenByDescending(ban => ban.Until).FirstOrDefault()
            : null;

    /// <summary>The least suspicion that this caller meets.</summary>
    public SuspicionStep LeastFor(HttpContext context) => For(context) is null ? SuspicionStep.None : SuspicionStep.AskedAgain;
}
