using System.Collections.Concurrent;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>
/// The connections of visitors to all nodes. Those of this node are reached directly; where else a visitor of a match of
/// this node's is connected is followed in memory, so that a message to another node costs one publication.
/// </summary>
internal sealed class NodeConnections(
    ILocalConnections local, RedisConnection redis, NodeBus bus, NodeId node, NodeLife life, RedisMatchRegistry registry) : IVisitorConnections
{
    private static readonly TimeSpan PresenceKept = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, Elsewhere> followed = [];
    private readonly ConcurrentDictionary<string, string> nodeOfConnection = [];

    public int VisitorCount => local.VisitorCount + life.VisitorsElsewhere;

    public void Push(Guid visitorId, IServerEvent happened, string? exceptConnection = null)
    {
        local.Push(visitorId, happened, exceptConnection);
        if (!followed.TryGetValue(visitorId, out var elsewhere))
        {
            _ = PushUnfollowed(visitorId, happened, exceptConnection);
            return;
        }

        foreach (var there in elsewhere.Nodes)
        {
            bus.Post(there, Message(visitorId, happened, exceptConnection));
        }
    }

    public bool PushTo(string connectionId, IServerEvent happened)
    {
        if (local.PushTo(connectionId, happened))
        {
            return true;
        }

        if (!nodeOfConnection.TryGetValue(connectionId, out var there))
        {
            return false;
        }

        bus.Post(there, new NodeMessage.PushTo(connectionId, happened.EventName, Payload(happened)));
        return true;
    }

    public bool IsConnected(Guid visitorId) =>
        local.IsConnected(visitorId) || (followed.TryGetValue(visitorId, out var elsewhere) && elsewhere.Nodes.Count > 0);

    public async ValueTask<bool> IsConnectedAnywhere(Guid visitorId, CancellationToken ct)
    {
        if (IsConnected(visitorId))
        {
            return true;
        }

        try
        {
            foreach (var there in await redis.Ask(db => db.HashKeysAsync(PresenceKey(visitorId))))
            {
                if (there != node.Value && await Lives(there!))
                {
                    return true;
                }
            }
        }
        catch (DependencyUnavailableException)
        {
            // Whoever waits is looked for again when Redis is back: the lobby stands there too.
        }

        return IsConnected(visitorId);
    }

    public bool IsOpen(string connectionId) => local.IsOpen(connectionId) || nodeOfConnection.ContainsKey(connectionId);

    public string? FirstOf(Guid visitorId) =>
        local.FirstOf(visitorId) ?? (followed.TryGetValue(visitorId, out var elsewhere) ? elsewhere.First : null);

    public async ValueTask Announce(Guid visitorId, CancellationToken ct)
    {
        var mine = local.Of(visitorId);
        try
        {
            if (mine.Count == 0)
            {
                registry.DropGuest(visitorId);
                await redis.Ask(db => db.HashDeleteAsync(PresenceKey(visitorId), node.Value));
            }
            else
            {
                // First where the visitor is, then who has to know: an owner does it the other way round, so one sees the other.
                await redis.Ask(db => db.HashSetAsync(PresenceKey(visitorId), node.Value, JsonSerializer.Serialize(mine)));
                await redis.Ask(db => db.KeyExpireAsync(PresenceKey(visitorId), PresenceKept));
            }

            if (await registry.Find(visitorId, ct) is VisitorPlace.InMatch place && place.Node != node.Value)
            {
                if (mine.Count > 0)
                {
                    registry.NoteGuest(visitorId, place.MatchId, place.Node);
                }

                bus.Post(place.Node, new NodeMessage.Presence(visitorId, mine));
            }
        }
        catch (DependencyUnavailableException)
        {
            // Said again when Redis is back.
        }
    }

    public async ValueTask Follow(Guid visitorId, Guid matchId, CancellationToken ct)
    {
        var elsewhere = followed.GetOrAdd(visitorId, _ => new());
        registry.DropGuest(visitorId);
        foreach (var entry in await redis.Ask(db => db.HashGetAllAsync(PresenceKey(visitorId))))
        {
            var there = (string)entry.Name!;
            if (there != node.Value && await Lives(there))
            {
                Set(elsewhere, there, JsonSerializer.Deserialize<string[]>((string)entry.Value!) ?? []);
                bus.Post(there, new NodeMessage.Guest(visitorId, matchId));
            }
        }
    }

    public void Unfollow(Guid visitorId)
    {
        if (followed.TryRemove(visitorId, out var elsewhere))
        {
            foreach (var there in elsewhere.Nodes)
            {
                Set(elsewhere, there, []);
            }
        }
    }

    /// <summary>A visitor's connections to another node changed.</summary>
    public void Note(Guid visitorId, string there, IReadOnlyList<string> connections)
    {
        if (followed.TryGetValue(visitorId, out var elsewhere))
        {
            Set(elsewhere, there, connections);
        }
    }

    /// <summary>Forgets the connections to a dead node; gives the visitors who had some.</summary>
    public IReadOnlyList<Guid> Drop(string dead) => [.. followed.Where(visitor => Set(visitor.Value, dead, [])).Select(visitor => visitor.Key)];

    private static JsonElement Payload(IServerEvent happened) => JsonSerializer.SerializeToElement(happened, happened.GetType(), NodeJson.Options);

    private static NodeMessage.Push Message(Guid visitorId, IServerEvent happened, string? except) =>
        new(visitorId, happened.EventName, Payload(happened), except);

    /// <summary>To somebody who is in no match of this node's, e.g. who waits.</summary>
    private async Task PushUnfollowed(Guid visitorId, IServerEvent happened, string? except)
    {
        try
        {
            foreach (var there in await redis.Ask(db => db.HashKeysAsync(PresenceKey(visitorId))))
            {
                if (there != node.Value)
                {
                    bus.Post(there!, Message(visitorId, happened, except));
                }
            }
        }
        catch (DependencyUnavailableException)
        {
            // As lost as a connection that breaks: whoever comes back fetches where it stands.
        }
    }

    /// <summary>Whether the visitor had connections there before.</summary>
    private bool Set(Elsewhere elsewhere, string there, IReadOnlyList<string> connections)
    {
        var before = elsewhere.Set(there, connections);
        foreach (var gone in before.Except(connections))
        {
            nodeOfConnection.TryRemove(gone, out _);
        }

        foreach (var open in connections)
        {
            nodeOfConnection[open] = there;
        }

        return before.Count > 0;
    }

    /// <summary>A node that died leaves its visitors' presence behind.</summary>
    private async ValueTask<bool> Lives(string there) => life.SeemsAlive(there) || await life.IsAlive(there);

    private RedisKey PresenceKey(Guid visitorId) => $"{redis.KeyPrefix}presence:{visitorId:D}";

    /// <summary>A visitor's connections to other nodes.</summary>
    private sealed class Elsewhere
    {
        private readonly ConcurrentDictionary<string, IReadOnlyList<string>> byNode = [];

        public ICollection<string> Nodes => byNode.Keys;

        public string? First => byNode.Values.FirstOrDefault()?[0];

        /// <summary>Gives those that were known before.</summary>
        public IReadOnlyList<string> Set(string there, IReadOnlyList<string> connections)
        {
            byNode.TryGetValue(there, out var before);
            if (connections.Count == 0)
            {
                byNode.TryRemove(there, out _);
            }
            else
            {
                byNode[there] = connections;
            }

            return before ?? [];
        }
    }
}
