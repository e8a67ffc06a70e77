using RandomChat.Application.Matchmaking;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>
/// This node's own pairing index, which follows the log, and tells the other nodes' at once what they would read there a
/// moment later: that moment is enough for two to meet again.
/// </summary>
internal sealed class SharedPairingIndex(SqlitePairingIndex own, NodeBus bus) : IPairingIndex
{
    public Task CatchUp(CancellationToken ct) => own.CatchUp(ct);

    public ValueTask<IReadOnlyList<Guid>> OpenMatches(CancellationToken ct) => own.OpenMatches(ct);

    public ValueTask<IReadOnlySet<Guid>> ExcludedFor(Guid visitorId, Guid deviceId, CancellationToken ct) => own.ExcludedFor(visitorId, deviceId, ct);

    public ValueTask<IReadOnlyDictionary<Guid, DateTimeOffset>> MetBy(Guid visitorId, Guid deviceId, DateTimeOffset since, CancellationToken ct) =>
        own.MetBy(visitorId, deviceId, since, ct);

    public void NoteBlocked(Guid visitorId, Guid deviceId, Guid blockedVisitorId, Guid blockedDeviceId)
    {
        own.NoteBlocked(visitorId, deviceId, blockedVisitorId, blockedDeviceId);
        bus.PostToAll(new NodeMessage.Blocked(visitorId, deviceId, blockedVisitorId, blockedDeviceId));
    }

    public void NoteMet(Guid visitorId, Guid deviceId, Guid otherVisitorId, Guid otherDeviceId, DateTimeOffset endedAt)
    {
        own.NoteMet(visitorId, deviceId, otherVisitorId, otherDeviceId, endedAt);
        bus.PostToAll(new NodeMessage.Met(visitorId, deviceId, otherVisitorId, otherDeviceId, endedAt));
    }
}
