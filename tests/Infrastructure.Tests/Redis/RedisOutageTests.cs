using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using RandomChat.Engines;

namespace RandomChat.Infrastructure.Tests.Redis;

/// <summary>A Redis that is emptied, stopped, paused or fails over: nobody in the lobby gets lost.</summary>
public sealed class RedisOutageTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task After_a_flush_everybody_waits_again_at_the_old_place()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        time.Advance(TimeSpan.FromSeconds(1));
        var bob = await lobby.Waits(1, lobby.Someone(ann.VisitorId));
        var carl = await lobby.Waits(1, lobby.Someone(ann.VisitorId, bob.VisitorId));
        await lobby.Nodes[1].Park(carl.VisitorId, time.GetUtcNow() + TimeSpan.FromSeconds(5), None);

        await Flush(server, lobby);

        Assert.Equal(3, (await lobby.Nodes[0].Count(None))[ChatMode.Text]);
        Assert.Equal(carl, await lobby.Nodes[0].Find(carl.VisitorId, None));
        Assert.Equal(ann, (await lobby.Claims(1, lobby.Someone())).First);
        Assert.Equal(bob, (await lobby.Claims(0, lobby.Someone())).First);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(carl, Assert.Single((await lobby.Advance()).Ended));
    }

    [Fact]
    public async Task After_a_flush_a_claim_is_still_held_and_its_people_are_claimed_by_nobody_else()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        var bob = lobby.Someone();
        var claim = await lobby.Claims(1, bob);
        await lobby.Waits(0, lobby.Someone());

        await Flush(server, lobby);

        Assert.Empty((await lobby.Advance()).Claims);
        Assert.Equal(claim.MatchId, (await lobby.Claims(0, ann)).MatchId);
        await lobby.Nodes[1].Return(claim.MatchId, [bob.VisitorId], None);
        Assert.Equal(ann.VisitorId, Assert.Single((await lobby.Advance()).Claims).First.VisitorId);
        Assert.Null(await lobby.Nodes[0].Find(bob.VisitorId, None));
    }

    [Fact]
    public async Task After_a_flush_a_visitor_belongs_to_the_own_node_whoever_put_the_claim_back()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        var bob = lobby.Someone();
        var claim = await lobby.Claims(1, bob);
        await server.FlushAll();
        await lobby.Beat();
        await lobby.Advance(1, 0);
        time.Advance(TimeSpan.FromSeconds(11));

        await lobby.Silence(1);
        await lobby.Advance(0);
        await lobby.Nodes[0].Return(claim.MatchId, [bob.VisitorId], None);
        Assert.Equal(ann.VisitorId, (await lobby.Claims(0, lobby.Someone())).First.VisitorId);
    }

    [Fact]
    public async Task After_a_flush_who_left_or_was_matched_does_not_wait_again()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        await lobby.Nodes[1].Leave(ann.VisitorId, None);
        var bob = await lobby.Waits(0, lobby.Someone());
        await lobby.Nodes[1].Confirm((await lobby.Claims(1, lobby.Someone())).MatchId, None);
        var carl = await lobby.Waits(0, lobby.Someone());

        // Node 0 has read no news of these when Redis is emptied; and Carl leaves before he is put back.
        await server.FlushAll();
        await lobby.Beat();
        await lobby.Nodes[1].Leave(carl.VisitorId, None);
        await lobby.Advance();
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Empty((await lobby.Advance()).Claims);
        Assert.Null(await lobby.Nodes[0].Find(bob.VisitorId, None));
        Assert.Equal(0, (await lobby.Nodes[0].Count(None))[ChatMode.Text]);
    }

    [Fact]
    public async Task After_a_flush_who_was_matched_before_the_own_node_noticed_does_not_wait_again()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());

        // A node that has just started knows of no lobby that was there before, and pairs at once.
        await server.FlushAll();
        await lobby.Add(server);
        time.Advance(TimeSpan.FromMilliseconds(100));
        await lobby.Waits(2, ann with { TicketId = Guid.NewGuid(), AskedAt = time.GetUtcNow() });
        await lobby.Nodes[2].Confirm((await lobby.Claims(2, lobby.Someone())).MatchId, None);

        await lobby.Advance();
        Assert.Equal(0, (await lobby.Nodes[0].Count(None))[ChatMode.Text]);
    }

    [Fact]
    public async Task After_a_flush_a_block_made_while_waiting_still_counts()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        var bob = lobby.Someone();
        await lobby.Nodes[1].Exclude(ann.VisitorId, new HashSet<Guid> { bob.VisitorId }, None);
        await lobby.Advance();

        await Flush(server, lobby);

        await lobby.Waits(1, bob);
        Assert.Empty((await lobby.Advance()).Claims);
    }

    [Fact]
    public async Task After_a_flush_the_timeout_is_not_said_again()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Single((await lobby.Advance(1)).TimedOut);
        await lobby.Advance(0);

        await Flush(server, lobby);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty((await lobby.Advance()).TimedOut);
        Assert.True((await lobby.Nodes[1].Find(ann.VisitorId, None))!.TimedOut);
    }

    [Fact]
    public async Task Flushed_in_mid_traffic_nobody_is_stranded_and_nobody_is_in_two_matches()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 3, TimeProvider.System);
        var people = Enumerable.Range(0, 600).Select(_ => lobby.Someone()).ToArray();
        var matches = new ConcurrentDictionary<Guid, Guid>();
        var twice = new ConcurrentBag<Guid>();
        using var done = new CancellationTokenSource();
        var ticking = lobby.Nodes.Select(node => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var tick = await node.Advance(None);
                foreach (var claim in tick.Claims.Concat(tick.Expired))
                {
                    await Record(node, claim);
                }

                await Task.Delay(20);
            }
        })).ToArray();
        var flushing = Task.Run(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Delay(300);
                await server.FlushAll();
                await lobby.Beat();
            }
        });

        await Task.WhenAll(people.Select((person, i) => Task.Run(async () =>
        {
            await Task.Delay(i * 2);
            var node = lobby.Nodes[i % 3];
            if (await node.Join(person, null, None) is JoinOutcome.Claimed { Claim: var claim })
            {
                await Record(node, claim);
            }
        })));
        await flushing;
        for (var deadline = DateTime.UtcNow.AddMinutes(1); matches.Count < people.Length && DateTime.UtcNow < deadline;)
        {
            await Task.Delay(50);
        }

        await done.CancelAsync();
        await Task.WhenAll(ticking);
        Assert.Empty(twice);
        Assert.Equal(people.Length, matches.Count);

        async Task Record(ILobby node, Claim claim)
        {
            foreach (var visitor in new[] { claim.First.VisitorId, claim.Second.VisitorId })
            {
                if (matches.GetOrAdd(visitor, claim.MatchId) != claim.MatchId)
                {
                    twice.Add(visitor);
                }
            }

            await node.Confirm(claim.MatchId, None);
        }
    }

    [Fact]
    public async Task What_a_failover_lost_is_put_back()
    {
        await using var lobby = await SharedLobby.Start(await RedisServer.Shared(), 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        var takeOver = await lobby.Replica();
        var claim = await lobby.Claims(1, lobby.Someone());
        var carl = await lobby.Waits(1, lobby.Someone(ann.VisitorId));

        await takeOver();
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty((await lobby.Advance()).Claims);

        Assert.Equal(carl, await lobby.Nodes[0].Find(carl.VisitorId, None));
        Assert.Equal(claim.MatchId, (await lobby.Claims(0, ann)).MatchId);
        Assert.Empty(await lobby.Nodes[1].Confirm(claim.MatchId, None));
        Assert.Equal(1, (await lobby.Nodes[0].Count(None))[ChatMode.Text]);
    }

    [Fact]
    public async Task Whom_a_failover_brought_back_is_taken_out_again()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        var bob = await lobby.Waits(0, lobby.Someone(ann.VisitorId));
        var takeOver = await lobby.Replica();
        await lobby.Nodes[0].Confirm((await lobby.Claims(0, lobby.Someone())).MatchId, None);
        await lobby.Nodes[1].Leave(bob.VisitorId, None);

        await takeOver();
        Assert.Equal(2, (await lobby.Nodes[0].Count(None))[ChatMode.Text]);
        await Record.ExceptionAsync(() => lobby.Redis.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"));
        for (var since = Stopwatch.StartNew(); (await Waiting()) > 0 && since.Elapsed < TimeSpan.FromSeconds(20);)
        {
            await Task.Delay(20);
        }

        Assert.Equal(0, await Waiting());

        async Task<int> Waiting()
        {
            await Answers(lobby);
            await lobby.Advance();
            return (await lobby.Nodes[0].Count(None))[ChatMode.Text];
        }
    }

    [Fact]
    public async Task Stopped_it_is_named_at_once_and_started_again_everybody_is_back()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 2, time);
        var ann = await lobby.Waits(0, lobby.Someone());
        var refused = lobby.Someone();
        var node = lobby.Nodes[0];

        server.Stop();
        await Unavailable(async () => await node.Join(refused, null, None));
        await Unavailable(async () => await node.Leave(Guid.NewGuid(), None));
        await Unavailable(async () => await node.Park(ann.VisitorId, time.GetUtcNow(), None));
        await Unavailable(async () => await node.Unpark(ann.VisitorId, None));
        await Unavailable(async () => await node.Find(ann.VisitorId, None));
        await Unavailable(async () => await node.Exclude(ann.VisitorId, new HashSet<Guid>(), None));
        await Unavailable(async () => await node.Confirm(Guid.NewGuid(), None));
        await Unavailable(async () => await node.Return(Guid.NewGuid(), [], None));
        await Unavailable(async () => await node.Advance(None));
        await Unavailable(async () => await node.Count(None));

        await server.Start();
        await Answers(lobby);
        await lobby.Beat();
        await lobby.Advance();
        time.Advance(TimeSpan.FromSeconds(3));
        await lobby.Advance();
        Assert.Null(await node.Find(refused.VisitorId, None));
        Assert.Equal(ann, (await lobby.Claims(1, lobby.Someone())).First);
    }

    [Fact]
    public async Task Who_was_told_that_joining_failed_does_not_wait_although_Redis_did_it_late()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 1, time);
        var node = lobby.Nodes[0];
        var late = lobby.Someone();
        var waits = await lobby.Waits(0, lobby.Someone(late.VisitorId));

        await lobby.Redis.ExecuteAsync("CLIENT", "PAUSE", "5000", "ALL");
        await Task.WhenAll(
            Unavailable(async () => await node.Join(late, null, None)),
            Unavailable(async () => await node.Join(waits with { TicketId = Guid.NewGuid() }, null, None)));
        await Answers(lobby);
        await lobby.Advance();

        Assert.Null(await node.Find(late.VisitorId, None));
        Assert.Equal(waits, await node.Find(waits.VisitorId, None));
    }

    [Fact]
    public async Task Who_left_while_Redis_was_down_does_not_wait_when_it_is_back()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 1, time);
        var ann = await lobby.Waits(0, lobby.Someone());

        server.Stop();
        await Unavailable(async () => await lobby.Nodes[0].Leave(ann.VisitorId, None));
        await server.Start();
        await Answers(lobby);
        await lobby.Advance();

        Assert.Null(await lobby.Nodes[0].Find(ann.VisitorId, None));
    }

    [Fact]
    public async Task A_Redis_that_forgot_the_script_learns_it_again()
    {
        await using var server = await RedisServer.Own();
        await using var lobby = await SharedLobby.Start(server, 1, time);
        for (var i = 0; i < 2; i++)
        {
            await lobby.Redis.ExecuteAsync("SCRIPT", "FLUSH");
            await lobby.Waits(0, lobby.Someone() with { Request = new(ChatMode.Text, $"x-{i}", [], false) });
        }
    }

    /// <summary>Empties it; every node puts back what it knows, and the time passes in which nobody is paired.</summary>
    private async Task Flush(RedisServer server, SharedLobby lobby)
    {
        await server.FlushAll();
        await lobby.Beat();
        Assert.Empty((await lobby.Advance()).Claims);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Empty((await lobby.Advance()).Claims);
    }

    private static async Task Unavailable(Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<DependencyUnavailableException>(call).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("redis", failure.Dependency);
    }

    /// <summary>The connections come back by themselves.</summary>
    private static async Task Answers(SharedLobby lobby)
    {
        foreach (var node in lobby.Nodes)
        {
            for (var answers = false; !answers;)
            {
                try
                {
                    await node.Count(None);
                    answers = true;
                }
                catch (DependencyUnavailableException)
                {
                    await Task.Delay(20);
                }
            }
        }
    }
}
