using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Matches;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>
/// This node among the others: shows life once a second, takes over from nodes that died, and says everything again
/// after it was given up itself or Redis came back empty.
/// </summary>
internal sealed class NodeRunner(
    NodeBus bus, NodeLife life, NodeDesk desk, NodeCalls calls, NodeConnections connections, ILocalConnections local, RedisMatchRegistry registry,
    RedisConnection redis, RedisLogMark mark, SqlitePairingIndex index, CommandExecutor executor, LiveMatches matches, MatchRestorer restorer, Matchmaker matchmaker,
    Conversation conversation, TimeProvider time, ILogger<NodeRunner> log) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenRenewals = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenSearches = TimeSpan.FromMinutes(1);
    private const int TakenAtOnce = 50;

    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private long renewedAt;
    private long searchedAt;

    /// <summary>Before anything is served: the others know this node before it owns anything.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        bus.Received += desk.Receive;
        await bus.Open();
        await life.Beat(0);
        await life.FindDead();
        renewedAt = searchedAt = time.GetTimestamp();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        redis.Restored += Repair;
        index.MatchClosed += NoteClosed;
        running = Task.WhenAll(
            Task.Run(() => Every(Step, _ => life.Beat(local.VisitorCount)), CancellationToken.None),
            Task.Run(() => Every(Step, Advance), CancellationToken.None));
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the last request: whoever comes back finds a node that takes over at once.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        redis.Restored -= Repair;
        index.MatchClosed -= NoteClosed;
        await stopping.CancelAsync();
        await running;
        try
        {
            await life.Leave();
        }
        catch (DependencyUnavailableException)
        {
            // The key expires.
        }
    }

    public void Dispose() => stopping.Dispose();

    /// <summary>The beat has a loop of its own: however much there is to take over, this node is not taken for dead by it.</summary>
    private async Task Every(TimeSpan period, Func<CancellationToken, Task> step)
    {
        var failing = false;
        using var timer = new PeriodicTimer(period, time);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await step(stopping.Token);
                failing = false;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (!failing)
                {
                    log.NodeStepFailed(e);
                }

                failing = true;
            }

            try
            {
                await timer.WaitForNextTickAsync(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Advance(CancellationToken ct)
    {
        if (life.HasLapsed)
        {
            await SayAgain(ct);
        }
        else if (time.GetElapsedTime(renewedAt) > BetweenRenewals)
        {
            await Renew(ct);
        }

        foreach (var dead in await life.FindDead())
        {
            await Bury(dead, ct);
        }

        foreach (var owner in registry.Guests.GroupBy(guest => guest.Value.Node).Where(owner => !life.SeemsAlive(owner.Key)).ToArray())
        {
            if (!await life.IsAlive(owner.Key))
            {
                await Inherit(owner.Select(guest => guest.Value.MatchId), ct);
            }
        }

        if (time.GetElapsedTime(searchedAt) > BetweenSearches)
        {
            searchedAt = time.GetTimestamp();
            desk.Sweep();
            await restorer.TakeOverOrphans(ct);
        }
    }

    /// <summary>Takes over what a dead node owned, as far as no other node was quicker.</summary>
    private async Task Bury(string dead, CancellationToken ct)
    {
        calls.GiveUp(dead);
        foreach (var visitorId in connections.Drop(dead))
        {
            desk.NoteConnection(visitorId);
        }

        while (await registry.TakeOwnedBy(dead, TakenAtOnce) is { Count: > 0 } orphans)
        {
            await Inherit(orphans, ct);
        }

        await life.Forget(dead);
    }

    private Task Inherit(IEnumerable<Guid> orphans, CancellationToken ct) =>
        Parallel.ForEachAsync(orphans.Distinct(), AFewAtOnce(ct), async (matchId, token) =>
        {
            if (await restorer.TakeOver(matchId, token))
            {
                log.MatchTakenOver(matchId);
            }
        });

    /// <summary>
    /// After this node was given up, or Redis came back empty: lets go of matches that others took over, and says again
    /// everything that the others know from this node.
    /// </summary>
    private async Task SayAgain(CancellationToken ct)
    {
        var lapses = life.Lapses;
        await mark.PutBack(ct);
        await Renew(ct);
        await Parallel.ForEachAsync(matches.All, AFewAtOnce(ct), async (match, token) =>
        {
            foreach (var side in new[] { match.First, match.Second })
            {
                var wasHere = connections.IsConnected(side.VisitorId);
                await connections.Follow(side.VisitorId, match.Id, token);
                if (!wasHere && connections.IsConnected(side.VisitorId))
                {
                    // It came to another node that could not know of its match: its page shows none.
                    matches.ConnectionRestored(side.VisitorId);
                    connections.Push(side.VisitorId, match.SeenBy(side));
                }
            }
        });
        await Parallel.ForEachAsync(local.Visitors, AFewAtOnce(ct), async (visitorId, token) => await matchmaker.ConnectionOpened(visitorId, token));
        life.Settle(lapses);
    }

    /// <summary>Prolongs what stands in Redis, for matches that are still this node's.</summary>
    private async Task Renew(CancellationToken ct)
    {
        renewedAt = time.GetTimestamp();
        await Parallel.ForEachAsync(matches.All, AFewAtOnce(ct), async (match, token) =>
        {
            if (!await registry.Put(match.Started))
            {
                matches.Abandon(match);
            }
        });
        await Parallel.ForEachAsync(local.Visitors, AFewAtOnce(ct), async (visitorId, token) => await connections.Announce(visitorId, token));
    }

    private static ParallelOptions AFewAtOnce(CancellationToken ct) => new() { MaxDegreeOfParallelism = 16, CancellationToken = ct };

    /// <summary>The log has an end of a match that goes on here: a former owner ended it while it was taken for dead.</summary>
    private async void NoteClosed(Guid matchId)
    {
        try
        {
            if (matches.IsLive(matchId)
                && await executor.Load(Match.Decider, matchId, stopping.Token) is MatchState.Over { End: var end })
            {
                matches.EndedElsewhere(matchId, end.Reason, end.EndedBy, end.At);
            }
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.NodeStepFailed(e);
        }
    }

    /// <summary>Redis was away: guests may have missed what their owners told them.</summary>
    private async void Repair()
    {
        try
        {
            foreach (var (visitorId, (matchId, _)) in registry.Guests.ToArray())
            {
                registry.DropGuest(visitorId, matchId);
                await connections.Announce(visitorId, stopping.Token);
                foreach (var missed in await conversation.Read(matchId, visitorId, desk.LastPassedOn(visitorId, matchId), int.MaxValue, stopping.Token))
                {
                    local.Push(visitorId, missed);
                }

                if (await registry.Find(visitorId, stopping.Token) is VisitorPlace.AfterMatch { Seen: var over } && over.Match.MatchId == matchId)
                {
                    local.Push(visitorId, SessionEnded.For(matchId, over.Reason));
                }
            }
        }
        catch (Exception e)
        {
            log.NodeStepFailed(e);
        }
    }
}
