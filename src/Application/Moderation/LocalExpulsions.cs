using RandomChat.Application.Realtime;

namespace RandomChat.Application.Moderation;

/// <summary>Puts out whoever is connected to this node.</summary>
public sealed class LocalExpulsions(ILocalConnections connections, IBanIndex bans) : IExpulsions
{
    public void Expel(Expulsion expulsion)
    {
        var addresses = connections.AddressesOf(expulsion.VisitorId);
        connections.Close(expulsion.VisitorId, expulsion.Told);
        foreach (var address in addresses)
        {
            bans.MarkAddress(expulsion.SanctionId, address, new(expulsion.AddressUntil, expulsion.IsSevere));
        }
    }
}
