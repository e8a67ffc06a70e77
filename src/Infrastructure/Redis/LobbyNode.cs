using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis;

/// <summary>
/// This node's part in the shared lobby: it calls the script, remembers what it is told about its own visitors, and puts
/// that back when Redis forgot it. A node that the lobby does not know (its first call, an emptied Redis, or others held
/// it for dead) makes itself known first.
/// </summary>
internal sealed class LobbyNode : IDisposable
{
    /// <summary>After Redis came back empty nobody is paired for this long: every node says first who is claimed.</summary>
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(5);

    private const int Batch = 100;
    private static readonly RedisScript Script = new(
        "lobby-1-tickets.lua", "lobby-2-rooms.lua", "lobby-3-claims.lua", "lobby-4-operations.lua", "lobby-5-recovery.lua");

    private readonly RedisConnection redis;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly RedisValue[] settings;
    private readonly RedisKey key;
    private readonly SemaphoreSlim registering = new(1, 1);
    private volatile string? token;
    private string lobby = "";
    private long lastCall;
    private DateTimeOffset checkAt;
    private volatile bool reconnected;

    public LobbyNode(RedisConnection redis, string nodeId, LobbyOptions options, TimeProvider time, ILogger log)
    {
        (this.redis, this.time, this.log) = (redis, time, log);
        Id = nodeId;
        Memory = new(time);
        redis.Restored += NoteReconnection;
        key = $"{redis.KeyPrefix}{{lobby}}";
        settings =
        [
            LobbyTickets.Duration(options.ClaimLease), LobbyTickets.Duration(options.Timeout),
            LobbyTickets.Duration(options.Rules.InterestPatience), LobbyTickets.Duration(options.Rules.RematchWindow),
            LobbyTickets.Duration(options.Rules.ShortestWindow),
        ];
    }

    public string Id { get; }

    public LobbyMemory Memory { get; }

    /// <summary>Runs an operation of the script.</summary>
    /// <exception cref="DependencyUnavailableException">Redis does not answer; whether it was done is not known.</exception>
    public async ValueTask<RedisResult> Call(string operation, params RedisValue[] arguments) =>
        (await Ask(operation, arguments).ConfigureAwait(false)).Answer;

    /// <summary>Other nodes that have been in the lobby and are not heard of any more.</summary>
    public async ValueTask<IReadOnlyList<string>> SilentNodes()
    {
        var nodes = await redis.Ask(db => db.HashKeysAsync($"{key}:nodes")).ConfigureAwait(false);
        var others = nodes.Select(node => (string)node!).Where(node => node != Id).ToArray();
        var alive = await redis.Ask(db => Task.WhenAll(others.Select(node => db.KeyExistsAsync($"{redis.KeyPrefix}node:{node}")))).ConfigureAwait(false);
        return [.. others.Where((_, i) => !alive[i])];
    }

    /// <summary>Takes over the tickets of a node that is not heard of any more: their visitors have no connection.</summary>
    public async ValueTask Adopt(string node, DateTimeOffset graceEnd)
    {
        var all = 0L;
        while ((long?)await Call("adopt", node, LobbyTickets.Moment(graceEnd), Batch).ConfigureAwait(false) is { } taken)
        {
            all += taken;
            if (taken == 0)
            {
                log.LobbyNodeAdopted(node, all);
                return;
            }
        }
    }

    /// <summary>Takes in what other nodes did to this one's tickets and claims; gives the number of the last call among them.</summary>
    public long Read(RedisResult news)
    {
        var last = 0L;
        foreach (var line in (string[])news!)
        {
            var parts = JsonSerializer.Deserialize<string[]>(line)!;
            last = long.Parse(parts[0], CultureInfo.InvariantCulture);
            Apply(parts[1..], last);
        }

        return last;
    }

    /// <summary>Remembers the claim, if it is this node that settles it.</summary>
    public Claim Remember(RedisResult view, long sequence)
    {
        var held = LobbyTickets.Claim(view);
        if (held.Node == Id)
        {
            Memory.Claims.Set(held.Claim.MatchId, sequence, held);
        }

        return held.Claim;
    }

    /// <summary>
    /// Every few seconds, and when the connection came back: puts back whatever this node remembers and Redis does not
    /// know any more. Behind a new connection may be a replica that missed the newest, ends of tickets too.
    /// </summary>
    public async ValueTask CheckWhenDue()
    {
        var now = time.GetUtcNow();
        if (now < checkAt && !reconnected)
        {
            return;
        }

        if (reconnected)
        {
            reconnected = false;
            foreach (var ends in Memory.RecentEnds().Chunk(Batch))
            {
                await Call("bury", Burying(ends)).ConfigureAwait(false);
            }
        }

        checkAt = now + CheckEvery;
        foreach (var visitors in Memory.Tickets.Ids().Chunk(Batch))
        {
            await Check(visitors, []).ConfigureAwait(false);
        }

        foreach (var matches in Memory.Claims.Ids().Chunk(Batch))
        {
            await Check([], matches).ConfigureAwait(false);
        }
    }

    /// <summary>The same for one claim; true where it is there, or was put back.</summary>
    public async ValueTask<bool> Check(Guid matchId) =>
        Memory.Claims.TryGet(matchId, long.MaxValue, out _) && await Check([], [matchId]).ConfigureAwait(false) > 0;

    public void Dispose()
    {
        redis.Restored -= NoteReconnection;
        registering.Dispose();
    }

    /// <summary>As <see cref="Call"/>, with the number of the call.</summary>
    public async ValueTask<(long Sequence, RedisResult Answer)> Ask(string operation, RedisValue[] arguments)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var current = token;
            if (current is not null && await Run(current, operation, arguments).ConfigureAwait(false) is { } reply)
            {
                return reply;
            }

            await Register(current).ConfigureAwait(false);
        }

        throw new DependencyUnavailableException(RedisConnection.Dependency);
    }

    private void NoteReconnection() => reconnected = true;

    private static RedisValue[] Burying((Guid Visitor, Guid Ticket)[] ends) =>
        [.. ends.SelectMany(end => new RedisValue[] { LobbyTickets.Id(end.Visitor), LobbyTickets.Id(end.Ticket) })];

    private async ValueTask<int> Check(Guid[] visitors, Guid[] matches)
    {
        var (sequence, answer) = await Ask("check", [visitors.Length, .. visitors.Concat(matches).Select(id => (RedisValue)LobbyTickets.Id(id))]).ConfigureAwait(false);

        // News first: what is missing may be over.
        Read(answer[1]);
        var there = visitors.Length + matches.Length;
        foreach (var id in ((string[])answer[0]!).Select(Guid.Parse))
        {
            if (visitors.Length > 0 && Memory.Tickets.TryGet(id, sequence, out var ticket))
            {
                await Call("restore", LobbyTickets.Restoring(ticket, lost: true)).ConfigureAwait(false);
            }
            else if (Memory.Claims.TryGet(id, sequence, out var claim))
            {
                there -= (await Call("restore-claim", LobbyTickets.Restoring(claim, lost: true)).ConfigureAwait(false)).IsNull ? 1 : 0;
            }
            else
            {
                there--;
            }
        }

        return there;
    }

    /// <summary>Null where the node is not known.</summary>
    private async ValueTask<(long Sequence, RedisResult Answer)?> Run(string current, string operation, RedisValue[] arguments)
    {
        var reply = await redis.Ask(db => Script.Run(
            db, key, [operation, Id, current, LobbyTickets.Moment(time.GetUtcNow()), .. settings, .. arguments])).ConfigureAwait(false);
        if ((string)reply[0]! == "unknown")
        {
            return null;
        }

        var sequence = (long)reply[1];
        for (var last = Interlocked.Read(ref lastCall); last < sequence;)
        {
            last = Interlocked.CompareExchange(ref lastCall, sequence, last);
        }

        foreach (var effect in (RedisResult[])reply[2]!)
        {
            var parts = (string[])effect!;
            if (parts[0] == "over")
            {
                Memory.NoteEnd(Guid.Parse(parts[1]), Guid.Parse(parts[2]));
            }

            Apply(parts, sequence);
        }

        return (sequence, reply[3]);
    }

    private void Apply(string[] effect, long sequence)
    {
        switch (effect[0])
        {
            case "ticket":
                Memory.Tickets.Set(Guid.Parse(effect[1]), sequence, LobbyTickets.Ticket(effect[1..]));
                break;
            case "over" or "moved":
                Memory.Tickets.Set(Guid.Parse(effect[1]), sequence, null);
                break;
            case "settled":
                Memory.Claims.Set(Guid.Parse(effect[1]), sequence, null);
                break;
        }
    }

    private async ValueTask Register(string? unknown)
    {
        await registering.WaitAsync().ConfigureAwait(false);
        try
        {
            if (token != unknown)
            {
                return;
            }

            var known = lobby;
            var fresh = Guid.NewGuid().ToString("N");
            var reply = await Run(fresh, "register", [known, Guid.NewGuid().ToString("N"), LobbyTickets.Duration(Settling), Interlocked.Read(ref lastCall)]).ConfigureAwait(false);
            var found = (string)reply!.Value.Answer!;
            if (known.Length == 0 || await PutBack(fresh, lost: found != known).ConfigureAwait(false))
            {
                lobby = found;
                token = fresh;
            }
        }
        finally
        {
            registering.Release();
        }
    }

    /// <summary>
    /// Who is over, then who is claimed, then who waits: nobody gets into the queue who does not belong there. False where
    /// the node was forgotten again meanwhile.
    /// </summary>
    private async ValueTask<bool> PutBack(string fresh, bool lost)
    {
        var tickets = Memory.Tickets.Values();
        var claims = Memory.Claims.Values();
        (string Operation, IEnumerable<RedisValue[]> All)[] steps =
        [
            ("bury", Memory.RecentEnds().Chunk(Batch).Select(Burying)),
            ("restore-claim", claims.Select(claim => LobbyTickets.Restoring(claim, lost))),
            ("restore", tickets.Select(ticket => LobbyTickets.Restoring(ticket, lost))),
        ];
        foreach (var (operation, all) in steps)
        {
            foreach (var batch in all.Chunk(Batch))
            {
                var replies = await Task.WhenAll(batch.Select(arguments => Run(fresh, operation, arguments).AsTask())).ConfigureAwait(false);
                if (replies.Any(reply => reply is null))
                {
                    return false;
                }
            }
        }

        log.LobbyPutBack(tickets.Count, claims.Count, lost);
        return true;
    }
}
