using System.Collections.Concurrent;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>What other nodes tell this one, in the order they told it. Nothing here waits.</summary>
internal sealed class NodeDesk(
    ILocalConnections local, NodeConnections connections, RedisMatchRegistry registry, NodeCalls calls, LiveMatches matches, SqlitePairingIndex index,
    LocalExpulsions expulsions)
{
    // The last message that this node passed on to a guest: what is missing after it was lost while Redis was away.
    private readonly ConcurrentDictionary<Guid, (Guid MatchId, int Sequence)> passedOn = [];

    public void Receive(NodeMessage message)
    {
        switch (message)
        {
            case NodeMessage.Push push when ServerEventTable.Parse(push.Event, push.Payload) is { } happened:
                NoteMatch(push.VisitorId, happened, push.From);
                local.Push(push.VisitorId, happened, push.Except);
                break;
            case NodeMessage.PushTo push when ServerEventTable.Parse(push.Event, push.Payload) is { } happened:
                local.PushTo(push.Connection, happened);
                break;
            case NodeMessage.Presence presence:
                connections.Note(presence.VisitorId, presence.From, presence.Connections);
                NoteConnection(presence.VisitorId);
                break;
            case NodeMessage.Guest guest when local.IsConnected(guest.VisitorId):
                registry.NoteGuest(guest.VisitorId, guest.MatchId, guest.From);
                break;
            case NodeMessage.Question question:
                calls.Receive(question);
                break;
            case NodeMessage.Answer answer:
                calls.Receive(answer);
                break;
            case NodeMessage.Met met:
                index.NoteMet(met.VisitorId, met.DeviceId, met.OtherVisitorId, met.OtherDeviceId, met.At);
                break;
            case NodeMessage.Blocked blocked:
                index.NoteBlocked(blocked.VisitorId, blocked.DeviceId, blocked.BlockedVisitorId, blocked.BlockedDeviceId);
                break;
            case NodeMessage.Banned banned:
                index.NoteBanned(banned.VisitorId, banned.DeviceMarks);
                break;
            case NodeMessage.Expel expel:
                expulsions.Expel(expel.Expulsion);
                break;
            case NodeMessage.AddressMarked marked:
                index.MarkAddress(marked.SanctionId, marked.Address, marked.Ban);
                break;
        }
    }

    /// <summary>The sequence of the last message that was passed on to a guest of this match; 0 where none was.</summary>
    public int LastPassedOn(Guid visitorId, Guid matchId) =>
        passedOn.TryGetValue(visitorId, out var last) && last.MatchId == matchId ? last.Sequence : 0;

    /// <summary>Forgets what was passed on to visitors who are not here any more.</summary>
    public void Sweep()
    {
        foreach (var visitorId in passedOn.Keys.Where(visitorId => !local.IsConnected(visitorId)))
        {
            passedOn.TryRemove(visitorId, out _);
        }
    }

    /// <summary>A visitor came to or went from a node: its match here takes notice.</summary>
    public void NoteConnection(Guid visitorId)
    {
        if (connections.IsConnected(visitorId))
        {
            matches.ConnectionRestored(visitorId);
        }
        else
        {
            matches.ConnectionLost(visitorId);
        }
    }

    private void NoteMatch(Guid visitorId, IServerEvent happened, string owner)
    {
        switch (happened)
        {
            case MatchFound found when local.IsConnected(visitorId):
                registry.NoteGuest(visitorId, found.MatchId, owner);
                passedOn[visitorId] = (found.MatchId, 0);
                break;
            case ChatMessage said:
                passedOn[visitorId] = (said.MatchId, said.Sequence);
                break;
            case SessionEnded ended:
                registry.DropGuest(visitorId, ended.MatchId);
                passedOn.TryRemove(visitorId, out _);
                break;
        }
    }
}
