using System.Collections.Concurrent;
using System.Text.Json;
using RandomChat.Application.Matches;
using RandomChat.Domain.Matches;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>
/// Who owns which match, in Redis: a key a match with its owner, a key a visitor with the match, and a set a node with
/// what it owns, each with a lifetime that its owner renews. Nothing lives only here: owners put theirs back.
/// </summary>
internal sealed class RedisMatchRegistry(RedisConnection redis, NodeId node, NodeLife life) : IMatchRegistry
{
    private static readonly TimeSpan LiveKept = TimeSpan.FromHours(1);
    private static readonly TimeSpan EndedKept = TimeSpan.FromMinutes(10);

    private const string Live = "live:";
    private const string Ended = "ended:";

    // Whoever lost a match in the meantime changes nothing; after a FLUSHALL there is nothing to compare with.
    private const string SetIfMine =
        "local v = redis.call('GET', KEYS[1]) if not v or v == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0";

    private const string DeleteIf = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    // Visitors connected here whose match another node owns.
    private readonly ConcurrentDictionary<Guid, (Guid MatchId, string Node)> guests = [];

    public string Node => node.Value;

    public bool IsCertain => life.IsCertain;

    /// <summary>The visitors connected here whose match another node owns.</summary>
    public IEnumerable<KeyValuePair<Guid, (Guid MatchId, string Node)>> Guests => guests;

    public async ValueTask<bool> Claim(MatchEvent.Started match, CancellationToken ct)
    {
        var key = OwnerKey(match.MatchId);
        var owner = await redis.Ask(db => db.StringGetAsync(key));
        if (owner != node.Value)
        {
            if (owner.HasValue && await life.IsAlive(owner!))
            {
                return false;
            }

            var taken = owner.HasValue
                ? (int)await redis.Ask(db => db.ScriptEvaluateAsync(SetIfMine, [key], [owner, node.Value, (long)LiveKept.TotalMilliseconds])) == 1
                : await redis.Ask(db => db.StringSetAsync(key, node.Value, LiveKept, When.NotExists));
            if (!taken)
            {
                return false;
            }
        }

        return await Put(match);
    }

    public async ValueTask<bool> IsOwner(Guid matchId, CancellationToken ct)
    {
        var owner = await redis.Ask(db => db.StringGetAsync(OwnerKey(matchId)));
        return !owner.HasValue || owner == node.Value;
    }

    public async ValueTask<VisitorPlace?> Find(Guid visitorId, CancellationToken ct)
    {
        if (guests.TryGetValue(visitorId, out var guest))
        {
            return new VisitorPlace.InMatch(guest.MatchId, guest.Node, life.SeemsAlive(guest.Node) || await life.IsAlive(guest.Node));
        }

        var place = (string?)await redis.Ask(db => db.StringGetAsync(PlaceKey(visitorId)));
        if (place?.StartsWith(Ended, StringComparison.Ordinal) == true)
        {
            return JsonSerializer.Deserialize<EndedSeen>(place[Ended.Length..], NodeJson.Options) is { } seen ? new VisitorPlace.AfterMatch(seen) : null;
        }

        if (place?.StartsWith(Live, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var (matchId, owner) = (Guid.Parse(place.AsSpan(Live.Length, 36)), place[(Live.Length + 37)..]);
        return new VisitorPlace.InMatch(matchId, owner, await life.IsAlive(owner));
    }

    public void End(EndedMatch match)
    {
        foreach (var side in new[] { match.Match.First, match.Match.Second })
        {
            var ended = Ended + JsonSerializer.Serialize(match.SeenBy(side), NodeJson.Options);
            Send(db => db.ScriptEvaluateAsync(
                SetIfMine, [PlaceKey(side.VisitorId)], [LiveAt(match.Match.Id, node.Value), ended, (long)EndedKept.TotalMilliseconds], CommandFlags.FireAndForget));
        }

        Send(db => db.ScriptEvaluateAsync(DeleteIf, [OwnerKey(match.Match.Id)], [node.Value], CommandFlags.FireAndForget));
        Send(db => db.SetRemoveAsync(OwnedKey(node.Value), Member(match.Match.Id), CommandFlags.FireAndForget));
    }

    public async ValueTask Clear(MatchEvent.Started match)
    {
        try
        {
            // Nobody's any more where Redis came back empty, or its owner has just cleared it.
            var owner = await redis.Ask(db => db.StringGetAsync(OwnerKey(match.MatchId)));
            foreach (var visitorId in new[] { match.First.VisitorId, match.Second.VisitorId })
            {
                DropGuest(visitorId, match.MatchId);
                await redis.Ask(db => db.ScriptEvaluateAsync(DeleteIf, [PlaceKey(visitorId)], [LiveAt(match.MatchId, (string?)owner ?? node.Value)]));
            }

            if (owner.HasValue)
            {
                await redis.Ask(db => db.ScriptEvaluateAsync(DeleteIf, [OwnerKey(match.MatchId)], [owner]));
            }
        }
        catch (Application.Events.DependencyUnavailableException)
        {
            // It expires by itself.
        }
    }

    /// <summary>Says again, for another hour, that this node owns the match. False, and nothing said, where another one does.</summary>
    public async Task<bool> Put(MatchEvent.Started match)
    {
        if ((int)await redis.Ask(db => db.ScriptEvaluateAsync(
            SetIfMine, [OwnerKey(match.MatchId)], [node.Value, node.Value, (long)LiveKept.TotalMilliseconds])) == 0)
        {
            return false;
        }

        foreach (var visitorId in new[] { match.First.VisitorId, match.Second.VisitorId })
        {
            await redis.Ask(db => db.StringSetAsync(PlaceKey(visitorId), LiveAt(match.MatchId, node.Value), LiveKept));
        }

        await redis.Ask(db => db.SetAddAsync(OwnedKey(node.Value), Member(match.MatchId)));
        await redis.Ask(db => db.KeyExpireAsync(OwnedKey(node.Value), LiveKept));
        return true;
    }

    /// <summary>Takes some of what a dead node owned, each match for one node only; none are left where it gives none.</summary>
    public async Task<IReadOnlyList<Guid>> TakeOwnedBy(string dead, int most) =>
        [.. (await redis.Ask(db => db.SetPopAsync(OwnedKey(dead), most))).Select(id => Guid.Parse((string)id!))];

    public void NoteGuest(Guid visitorId, Guid matchId, string owner)
    {
        if (owner != node.Value)
        {
            guests[visitorId] = (matchId, owner);
        }
    }

    public void DropGuest(Guid visitorId, Guid? matchId = null)
    {
        if (guests.TryGetValue(visitorId, out var guest) && (matchId is null || guest.MatchId == matchId))
        {
            guests.TryRemove(new(visitorId, guest));
        }
    }

    private static string LiveAt(Guid matchId, string owner) => $"{Live}{matchId:D}@{owner}";

    private static string Member(Guid matchId) => matchId.ToString("D");

    private RedisKey OwnerKey(Guid matchId) => $"{redis.KeyPrefix}match:{matchId:D}";

    private RedisKey PlaceKey(Guid visitorId) => $"{redis.KeyPrefix}visitor:{visitorId:D}";

    private RedisKey OwnedKey(string owner) => $"{redis.KeyPrefix}owned:{owner}";

    private void Send(Func<IDatabase, Task> command)
    {
        try
        {
            _ = command(redis.Database);
        }
        catch (Exception e) when (RedisConnection.IsUnavailable(e))
        {
            // What stays behind expires; whoever joins asks the owner.
        }
    }
}
