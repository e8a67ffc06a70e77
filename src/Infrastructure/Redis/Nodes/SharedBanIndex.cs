using RandomChat.Application.Moderation;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>This node's own index of bans, which follows the log, and tells the other nodes' at once what they would read there a moment later.</summary>
internal sealed class SharedBanIndex(SqlitePairingIndex own, NodeBus bus) : IBanIndex
{
    public event Action<Guid>? Sanctioned
    {
        add => own.Sanctioned += value;
        remove => own.Sanctioned -= value;
    }

    public bool HasUntoldWarning(Guid visitorId) => own.HasUntoldWarning(visitorId);

    public bool IsEscalated(Guid visitorId) => own.IsEscalated(visitorId);

    public IReadOnlyList<Guid> EscalationsDue() => own.EscalationsDue();

    public IReadOnlyList<PossibleEscalation> EscalationsPossible() => own.EscalationsPossible();

    public IReadOnlyList<Guid> BannedAmong(Guid? visitorId, IReadOnlyList<string> deviceMarks) => own.BannedAmong(visitorId, deviceMarks);

    public AddressBan? AtAddress(string address) => own.AtAddress(address);

    public void NoteBanned(Guid visitorId, IReadOnlyList<string> deviceMarks)
    {
        own.NoteBanned(visitorId, deviceMarks);
        bus.PostToAll(new NodeMessage.Banned(visitorId, deviceMarks));
    }

    /// <summary>A mark is in no event: a node that does not hear of it never will.</summary>
    public void MarkAddress(Guid sanctionId, string address, AddressBan ban)
    {
        own.MarkAddress(sanctionId, address, ban);
        bus.PostToAll(new NodeMessage.AddressMarked(sanctionId, address, ban));
    }
}

/// <summary>Puts banned visitors out on every node.</summary>
internal sealed class NodeExpulsions(LocalExpulsions local, NodeBus bus) : IExpulsions
{
    public void Expel(Expulsion expulsion)
    {
        local.Expel(expulsion);
        bus.PostToAll(new NodeMessage.Expel(expulsion));
    }
}
