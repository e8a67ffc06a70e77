using RandomChat.Application.Realtime;

namespace RandomChat.Application.Moderation;

/// <summary>Puts out whoever is connected to this node.</summary>
public sealed class LocalExpulsions(ILocalConnections connections, IBanIndex bans) : IExpulsions
{
    public void Expel(Expulsion expulsion)
    {
        foreach (var address in connections.AddressesOf(expulsion.VisitorId))
        {
            bans.MarkAddress(address, new(expulsion.AddressUntil, expulsion.IsSevere));
        }

        connections.Close(expulsion.VisitorId, expulsion.Told);
    }
}
