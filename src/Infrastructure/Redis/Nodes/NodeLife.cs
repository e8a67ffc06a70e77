using System.Collections.Immutable;
using System.Globalization;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>
/// Which nodes live: each renews a key of its own once a second, and whose key has expired is dead. A node that could
/// not renew its key in time knows that the others may have taken it for dead.
/// </summary>
internal sealed class NodeLife(RedisConnection redis, NodeId node, TimeProvider time)
{
    /// <summary>How long a node that shows no life is believed to live.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Earlier than the others give this node up, by more than a call to Redis takes.
    private static readonly TimeSpan Certainty = TimeSpan.FromSeconds(3);

    private long renewedAt;
    private int lapses;
    private int settled;
    private ImmutableDictionary<string, int> others = ImmutableDictionary<string, int>.Empty;

    /// <summary>
    /// Whether no other node can have given this one up. A paused process finds out by the clock, and stays in doubt until
    /// it has looked which of its matches are still its own.
    /// </summary>
    public bool IsCertain => renewedAt != 0 && time.GetElapsedTime(renewedAt) < Certainty && Volatile.Read(ref lapses) == Volatile.Read(ref settled);

    /// <summary>How often this node's key was gone when it showed life: it was given up, or Redis came back empty.</summary>
    public int Lapses => Volatile.Read(ref lapses);

    /// <summary>Whether what a lapse leaves to do is not done yet.</summary>
    public bool HasLapsed => Lapses != Volatile.Read(ref settled);

    /// <summary>How many visitors the other nodes have, as they said last.</summary>
    public int VisitorsElsewhere => others.Values.Sum();

    /// <summary>What so many lapses left to do is done.</summary>
    public void Settle(int after) => Volatile.Write(ref settled, after);

    /// <summary>Shows life.</summary>
    public async Task Beat(int visitors)
    {
        var before = time.GetTimestamp();
        var known = await redis.Ask(db => db.StringSetAndGetAsync(KeyOf(node.Value), visitors, Patience));
        await redis.Ask(db => db.SetAddAsync(All, node.Value));
        if (!known.HasValue && renewedAt != 0)
        {
            Interlocked.Increment(ref lapses);
        }

        renewedAt = before;
    }

    /// <summary>Looks who lives; gives those that died since they were last seen, each to every node that looks.</summary>
    public async Task<IReadOnlyList<string>> FindDead()
    {
        var names = (await redis.Ask(db => db.SetMembersAsync(All))).Select(name => (string)name!).Where(name => name != node.Value).ToArray();
        var alive = ImmutableDictionary.CreateBuilder<string, int>();
        var dead = new List<string>();
        foreach (var name in names)
        {
            var visitors = await redis.Ask(db => db.StringGetAsync(KeyOf(name)));
            if (visitors.HasValue)
            {
                alive[name] = int.Parse((string)visitors!, CultureInfo.InvariantCulture);
            }
            else
            {
                dead.Add(name);
            }
        }

        others = alive.ToImmutable();
        return dead;
    }

    /// <summary>Whether a node lives at this moment.</summary>
    public async ValueTask<bool> IsAlive(string name) => name == node.Value || await redis.Ask(db => db.KeyExistsAsync(KeyOf(name)));

    /// <summary>Whether a node was there when this one looked last; answers from memory.</summary>
    public bool SeemsAlive(string name) => name == node.Value || others.ContainsKey(name);

    /// <summary>Nothing is left that a dead node owned.</summary>
    public async Task Forget(string name) => await redis.Ask(db => db.SetRemoveAsync(All, name));

    /// <summary>The planned end: the others need not wait until the key expires.</summary>
    public async Task Leave()
    {
        renewedAt = 0;
        await redis.Ask(db => db.KeyDeleteAsync(KeyOf(node.Value)));
    }

    private RedisKey All => $"{redis.KeyPrefix}nodes";

    private RedisKey KeyOf(string name) => $"{redis.KeyPrefix}node:{name}";
}
