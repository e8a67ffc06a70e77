using RandomChat.Web.Accounts;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Names of the staff on one page, each looked up once.</summary>
public sealed class StaffNames(StaffAccounts accounts)
{
    private readonly Dictionary<Guid, string> names = [];

    /// <param name="by">Null where it was automated.</param>
    public async Task<string> Of(Guid? by)
    {
        if (by is not { } staffId)
        {
            return "automatically";
        }

        if (!names.TryGetValue(staffId, out var name))
        {
            names.Add(staffId, name = await accounts.NameOf(staffId) ?? "somebody who left the staff");
        }

        return name;
    }

    /// <param name="actor">Who did something, as an event's metadata says it.</param>
    public async Task<string> OfActor(string actor) => actor.Split(':') switch
    {
        ["staff", var id] => Guid.TryParse(id, out var staffId) ? await Of(staffId) : await Of(Guid.Empty),
        ["visitor", var id] => $"visitor {(Guid.TryParse(id, out var visitorId) ? EventWords.Short(visitorId) : id)}",
        _ => "the system",
    };
}
