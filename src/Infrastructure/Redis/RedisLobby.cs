using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis;

/// <summary>
/// The lobby that several nodes share. Every operation is one call of one script, so it is atomic; the rules are those of
/// <see cref="PairingPolicy"/>, as in the lobby of a single node. What time brings is handed to exactly one of the nodes
/// that call <see cref="Advance"/>. Every member throws <see cref="DependencyUnavailableException"/> while Redis is down.
/// </summary>
/// <param name="nodeId">
/// New at each start. While the key <c>node:{nodeId}</c> (below the connection's prefix) exists the node is alive; write
/// it before the first call, and again before it expires.
/// </param>
/// <param name="options">Not to be changed afterwards, and the same on every node.</param>
/// <param name="grace">How long a dead node's visitors may come back on another one.</param>
/// <param name="newId">Makes the ids of matches.</param>
public sealed class RedisLobby(
    RedisConnection redis, string nodeId, LobbyOptions options, TimeSpan grace, TimeProvider time, Func<Guid> newId,
    ILogger<RedisLobby> log) : ILobby, IDisposable
{
    private const int ClaimsPerCall = 32;

    private readonly LobbyNode node = new(redis, nodeId, options, time, log);
    private readonly SemaphoreSlim advancing = new(1, 1);

    /// <summary>Visitors whose joining or leaving may be incomplete, and the ticket that must not stay.</summary>
    private readonly ConcurrentDictionary<Guid, Guid> leftovers = [];

    private long newsRead;

    /// <inheritdoc/>
    public async ValueTask<JoinOutcome> Join(Ticket ticket, DateTimeOffset? parkedUntil, CancellationToken ct)
    {
        leftovers.TryRemove(ticket.VisitorId, out _);
        try
        {
            var (sequence, answer) = await node.Ask(
                "join", [LobbyTickets.Moment(parkedUntil), LobbyTickets.Id(newId()), .. LobbyTickets.Arguments(ticket)]).ConfigureAwait(false);
            return Outcome(answer, sequence)!;
        }
        catch (DependencyUnavailableException)
        {
            // The visitor is told that it does not wait: a ticket that came to be nevertheless is taken out again.
            leftovers[ticket.VisitorId] = ticket.TicketId;
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Ticket?> Leave(Guid visitorId, CancellationToken ct)
    {
        try
        {
            if (TicketOf(await node.Call("leave", LobbyTickets.Id(visitorId), "").ConfigureAwait(false)) is { } ticket)
            {
                return ticket;
            }

            // Redis may have lost it, and this node be about to put it back.
            LeaveLater(visitorId);
            return null;
        }
        catch (DependencyUnavailableException)
        {
            LeaveLater(visitorId);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask Park(Guid visitorId, DateTimeOffset until, CancellationToken ct) =>
        await node.Call("park", LobbyTickets.Id(visitorId), LobbyTickets.Moment(until)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<JoinOutcome?> Unpark(Guid visitorId, CancellationToken ct)
    {
        var (sequence, answer) = await node.Ask("unpark", [LobbyTickets.Id(visitorId), LobbyTickets.Id(newId())]).ConfigureAwait(false);
        return Outcome(answer, sequence);
    }

    /// <inheritdoc/>
    public async ValueTask<Ticket?> Find(Guid visitorId, CancellationToken ct) =>
        TicketOf(await node.Call("find", LobbyTickets.Id(visitorId)).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask Exclude(Guid visitorId, IReadOnlySet<Guid> excluded, CancellationToken ct) =>
        await node.Call("exclude", LobbyTickets.Id(visitorId), LobbyTickets.Ids(excluded)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Guid>> Confirm(Guid matchId, CancellationToken ct) =>
        await Settle(matchId, "confirm", LobbyTickets.Id(matchId)).ConfigureAwait(false) is { IsNull: false } left
            ? [.. ((string[])left!).Select(Guid.Parse)]
            : [];

    /// <inheritdoc/>
    /// <remarks>
    /// They can be claimed by others from now on and look for somebody themselves, one another included, in the next
    /// <see cref="Advance"/> of any node. Who left meanwhile stays out.
    /// </remarks>
    public async ValueTask Return(Guid matchId, IReadOnlyCollection<Guid> exceptVisitors, CancellationToken ct) =>
        await Settle(matchId, "return", LobbyTickets.Id(matchId), LobbyTickets.Ids(exceptVisitors)).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <remarks>
    /// A ticket may be in <c>TimedOut</c> and in one of <c>Claims</c>: it was told, and the last resort served at once.
    /// Tickets may be of visitors who are connected to other nodes.
    /// </remarks>
    public async ValueTask<LobbyTick> Advance(CancellationToken ct)
    {
        await advancing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await TakeOutLeftovers().ConfigureAwait(false);
            await node.CheckWhenDue().ConfigureAwait(false);
            foreach (var silent in await node.SilentNodes().ConfigureAwait(false))
            {
                await node.Adopt(silent, time.GetUtcNow() + grace).ConfigureAwait(false);
            }

            return await Tick().ConfigureAwait(false);
        }
        finally
        {
            advancing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<ChatMode, int>> Count(CancellationToken ct)
    {
        var counts = (int[])(await node.Call("count").ConfigureAwait(false))!;
        return new Dictionary<ChatMode, int> { [ChatMode.Text] = counts[0], [ChatMode.Video] = counts[1] };
    }

    public void Dispose()
    {
        node.Dispose();
        advancing.Dispose();
    }

    private async ValueTask<LobbyTick> Tick()
    {
        List<Claim> claims = [], expired = [];
        List<Ticket> timedOut = [], ended = [];
        var more = true;
        while (more)
        {
            var matches = Enumerable.Range(0, ClaimsPerCall).Select(_ => (RedisValue)LobbyTickets.Id(newId()));
            long sequence;
            RedisResult answer;
            try
            {
                (sequence, answer) = await node.Ask("tick", [newsRead, .. matches]).ConfigureAwait(false);
            }
            catch (DependencyUnavailableException) when (claims.Count + timedOut.Count + ended.Count + expired.Count > 0)
            {
                // What was handed out already is given to nobody else.
                break;
            }

            more = (int)answer[0] == 1;
            claims.AddRange(((RedisResult[])answer[1]!).Select(view => node.Remember(view, sequence)));
            timedOut.AddRange(((RedisResult[])answer[2]!).Select(view => LobbyTickets.Ticket(view).Ticket));
            ended.AddRange(((RedisResult[])answer[3]!).Select(view => LobbyTickets.Ticket(view).Ticket));
            expired.AddRange(((RedisResult[])answer[4]!).Select(view => node.Remember(view, sequence)));
            newsRead = Math.Max(newsRead, node.Read(answer[5]));
        }

        return new(claims, timedOut, ended, expired);
    }

    /// <summary>An unknown claim may be one that Redis lost; where this node still holds it, it is put back first.</summary>
    private async ValueTask<RedisResult> Settle(Guid matchId, string operation, params RedisValue[] arguments)
    {
        var answer = await node.Call(operation, arguments).ConfigureAwait(false);
        return answer.IsNull && await node.Check(matchId).ConfigureAwait(false)
            ? await node.Call(operation, arguments).ConfigureAwait(false)
            : answer;
    }

    private void LeaveLater(Guid visitorId)
    {
        if (node.Memory.Tickets.TryGet(visitorId, long.MaxValue, out var held) && held.Left == "0")
        {
            leftovers[visitorId] = held.Ticket.TicketId;
        }
    }

    private async ValueTask TakeOutLeftovers()
    {
        foreach (var (visitor, ticket) in leftovers)
        {
            await node.Call("leave", LobbyTickets.Id(visitor), LobbyTickets.Id(ticket)).ConfigureAwait(false);
            leftovers.TryRemove(new(visitor, ticket));
        }
    }

    private JoinOutcome? Outcome(RedisResult answer, long sequence) =>
        answer.IsNull ? null
        : (string)answer[0]! == "claimed" ? new JoinOutcome.Claimed(node.Remember(answer[1], sequence))
        : new JoinOutcome.Waiting(LobbyTickets.Ticket(answer[1]).Ticket);

    private static Ticket? TicketOf(RedisResult view) => view.IsNull ? null : LobbyTickets.Ticket(view).Ticket;
}
