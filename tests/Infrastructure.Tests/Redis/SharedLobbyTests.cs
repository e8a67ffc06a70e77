using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using RandomChat.Engines;

namespace RandomChat.Infrastructure.Tests.Redis;

/// <summary>Several nodes on one Redis, some of which die.</summary>
public sealed class SharedLobbyTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(2_000)]
    [InlineData(10_001)]
    public async Task Of_all_who_join_at_once_at_three_nodes_at_most_one_is_left_and_nobody_is_claimed_twice(int people)
    {
        await using var lobby = await Start(3);
        var claims = new ConcurrentDictionary<Guid, Claim>();
        using var done = new CancellationTokenSource();
        var ticking = lobby.Nodes.Select(node => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                Add((await node.Advance(None)).Claims);
            }
        })).ToArray();

        await Task.WhenAll(Enumerable.Range(0, people).Select(i => Task.Run(async () =>
        {
            if (await lobby.Nodes[i % 3].Join(lobby.Someone(), null, None) is JoinOutcome.Claimed { Claim: var claim })
            {
                Add([claim]);
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(ticking);

        var visitors = claims.Values.SelectMany(claim => new[] { claim.First.VisitorId, claim.Second.VisitorId }).ToArray();
        Assert.Equal(visitors.Length, visitors.Distinct().Count());
        Assert.Equal(people / 2, claims.Count);
        Assert.Equal(people % 2, (await lobby.Nodes[0].Count(None))[ChatMode.Text]);

        void Add(IEnumerable<Claim> made)
        {
            foreach (var claim in made)
            {
                Assert.True(claims.TryAdd(claim.MatchId, claim));
            }
        }
    }

    [Fact]
    public async Task Visitors_of_different_nodes_meet_and_either_node_settles_the_claim()
    {
        await using var lobby = await Start(2);
        var ann = await lobby.Waits(0, lobby.Someone());
        var claim = await lobby.Claims(1, lobby.Someone());
        Assert.Equal(ann.VisitorId, claim.First.VisitorId);
        await lobby.Nodes[0].Leave(ann.VisitorId, None);

        Assert.Equal([ann.VisitorId], await lobby.Nodes[0].Confirm(claim.MatchId, None));
        Assert.Empty(await lobby.Nodes[1].Confirm(claim.MatchId, None));
    }

    [Fact]
    public async Task What_time_brings_is_handed_to_one_node_only()
    {
        await using var lobby = await Start(3);
        var waiting = new List<Ticket>();
        for (var i = 0; i < 60; i++)
        {
            waiting.Add(await lobby.Waits(i % 3, lobby.Someone([.. waiting.Select(other => other.VisitorId)])));
        }

        time.Advance(TimeSpan.FromSeconds(20));
        var ticks = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(async () => await lobby.Nodes[i % 3].Advance(None))));

        Assert.Equal(
            waiting.Select(ticket => ticket.VisitorId).Order(),
            ticks.SelectMany(tick => tick.TimedOut).Select(ticket => ticket.VisitorId).Order());
    }

    [Fact]
    public async Task The_visitors_of_a_dead_node_are_not_paired_and_come_back_at_another_one()
    {
        await using var lobby = await Start(2);
        var ann = await lobby.Waits(0, lobby.Someone());
        await lobby.Silence(0);
        await lobby.Advance(1);

        var bob = await lobby.Waits(1, lobby.Someone());
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty((await lobby.Advance(1)).Ended);
        var back = Assert.IsType<JoinOutcome.Claimed>(await lobby.Nodes[1].Unpark(ann.VisitorId, None));
        Assert.Equal(ann, back.Claim.First);
        Assert.Equal(bob, back.Claim.Second);
    }

    [Fact]
    public async Task Who_does_not_come_back_from_a_dead_node_is_out_after_the_grace_and_only_once()
    {
        await using var lobby = await Start(3);
        var ann = await lobby.Waits(0, lobby.Someone());
        await lobby.Silence(0);
        await lobby.Advance(1, 2);
        time.Advance(SharedLobby.Grace);

        Assert.Equal(ann, Assert.Single((await lobby.Advance(1, 2)).Ended));
        Assert.Null(await lobby.Nodes[1].Find(ann.VisitorId, None));
    }

    [Fact]
    public async Task A_grace_that_runs_already_is_not_prolonged_by_the_death_of_the_node()
    {
        await using var lobby = await Start(2);
        var ann = await lobby.Waits(0, lobby.Someone());
        await lobby.Nodes[0].Park(ann.VisitorId, time.GetUtcNow() + TimeSpan.FromSeconds(3), None);
        await lobby.Silence(0);
        await lobby.Advance(1);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Single((await lobby.Advance(1)).Ended);
    }

    [Fact]
    public async Task The_leases_of_a_dead_node_expire_at_another_one_which_puts_both_back()
    {
        await using var lobby = await Start(3);
        var ann = await lobby.Waits(2, lobby.Someone());
        var bob = lobby.Someone();
        var claim = await lobby.Claims(0, bob);
        await lobby.Silence(0);
        await lobby.Advance(1);
        time.Advance(TimeSpan.FromSeconds(10));

        var expired = Assert.Single((await lobby.Advance(1, 2)).Expired);
        Assert.Equal(claim.MatchId, expired.MatchId);
        await lobby.Nodes[1].Return(claim.MatchId, [], None);

        // Ann is connected; Bob has to come back first, and does in time.
        Assert.Equal(ann.VisitorId, (await lobby.Claims(2, lobby.Someone())).First.VisitorId);
        Assert.Equal(new JoinOutcome.Waiting(bob), await lobby.Nodes[1].Unpark(bob.VisitorId, None));
    }

    [Fact]
    public async Task A_node_that_was_held_for_dead_takes_its_visitors_back()
    {
        await using var lobby = await Start(2);
        var ann = await lobby.Waits(0, lobby.Someone());
        var bob = await lobby.Waits(0, lobby.Someone(ann.VisitorId));
        await lobby.Silence(0);
        await lobby.Advance(1);
        await lobby.Nodes[1].Leave(bob.VisitorId, None);
        await lobby.Beat();

        await lobby.Advance();
        Assert.Equal(1, (await lobby.Nodes[1].Count(None))[ChatMode.Text]);
        Assert.Equal(ann, (await lobby.Claims(1, lobby.Someone())).First);
    }

    [Fact]
    public async Task A_node_that_was_held_for_dead_gives_up_the_claims_that_others_settled()
    {
        await using var lobby = await Start(2);
        var ann = await lobby.Waits(1, lobby.Someone());
        var claim = await lobby.Claims(0, lobby.Someone());
        await lobby.Silence(0);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single((await lobby.Advance(1)).Expired);
        await lobby.Nodes[1].Confirm(claim.MatchId, None);
        await lobby.Beat();

        // It wakes up, and looks several times whether what it knew is there.
        for (var i = 0; i < 3; i++)
        {
            await lobby.Advance();
            time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Empty(await lobby.Nodes[0].Confirm(claim.MatchId, None));
        await lobby.Waits(1, ann with { TicketId = Guid.NewGuid() });
    }

    [Fact]
    public async Task Who_went_to_another_node_stays_there_when_the_old_one_dies()
    {
        await using var lobby = await Start(2);
        var ann = await lobby.Waits(0, lobby.Someone());
        await lobby.Nodes[0].Park(ann.VisitorId, time.GetUtcNow() + SharedLobby.Grace, None);
        await lobby.Nodes[1].Unpark(ann.VisitorId, None);
        await lobby.Silence(0);
        await lobby.Advance(1);

        Assert.Equal(ann, (await lobby.Claims(1, lobby.Someone())).First);
    }

    [Fact]
    public async Task Who_went_to_another_node_and_left_there_stays_away()
    {
        await using var lobby = await Start(2);
        var ann = await lobby.Waits(0, lobby.Someone());
        await lobby.Waits(1, ann with { TicketId = Guid.NewGuid() });
        await lobby.Nodes[1].Leave(ann.VisitorId, None);
        time.Advance(TimeSpan.FromSeconds(5));
        await lobby.Advance();

        Assert.Equal(0, (await lobby.Nodes[0].Count(None))[ChatMode.Text]);
    }

    [Fact]
    public async Task However_many_in_front_may_not_be_met_the_one_behind_them_is()
    {
        await using var lobby = await Start(1);
        var seeker = lobby.Someone();
        var waiting = new List<Guid>();
        for (var i = 0; i < 600; i++)
        {
            // They exclude one another and the seeker; nothing in the seeker's own ticket says so.
            waiting.Add((await lobby.Waits(0, lobby.Someone([seeker.VisitorId, .. waiting]))).VisitorId);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        var behind = await lobby.Waits(0, lobby.Someone([.. waiting]));
        time.Advance(TimeSpan.FromMilliseconds(1));
        var outcome = await lobby.Nodes[0].Join(seeker with { AskedAt = time.GetUtcNow() }, null, None);
        var claims = new List<Claim>((outcome as JoinOutcome.Claimed)?.Claim is { } at ? [at] : []);
        for (var seconds = 0; claims.Count == 0 && seconds < 5; seconds++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            claims.AddRange((await lobby.Advance()).Claims);
        }

        Assert.Equal([behind.VisitorId, seeker.VisitorId], [Assert.Single(claims).First.VisitorId, claims[0].Second.VisitorId]);
    }

    [Fact]
    public async Task A_browser_that_waits_a_thousand_times_hides_nobody_and_holds_up_nobody()
    {
        await using var lobby = await Start(1);
        var browser = Guid.NewGuid();
        for (var i = 0; i < 1_000; i++)
        {
            await lobby.Waits(0, lobby.Someone() with { DeviceId = browser });
        }

        var other = lobby.Someone();
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(1_000, (await lobby.Advance()).TimedOut.Count);
        Assert.Equal(browser, (await lobby.Claims(0, other)).First.DeviceId);
    }

    [Fact]
    public async Task When_everybody_left_nothing_of_them_is_stored_and_whatever_is_stored_expires()
    {
        await using var lobby = await Start(2);
        time.Advance(TimeSpan.FromMinutes(1));
        string[] interests = ["tea", "chess"];
        var people = Enumerable.Range(0, 9).Select(i => lobby.Someone() with
        {
            Request = new(i % 2 == 0 ? ChatMode.Text : ChatMode.Video, i % 3 == 0 ? "en" : null, interests[..(i % 3)], i % 4 == 0),
        }).ToArray();
        var claims = new List<Claim>();
        for (var i = 0; i < people.Length; i++)
        {
            if (await lobby.Nodes[i % 2].Join(people[i], null, None) is JoinOutcome.Claimed { Claim: var claim })
            {
                claims.Add(claim);
            }
        }

        Assert.NotEmpty(claims);
        await lobby.Advance();
        foreach (var key in await lobby.Keys())
        {
            Assert.NotNull(await lobby.Redis.KeyTimeToLiveAsync(lobby.Prefix + key));
        }

        foreach (var claim in claims)
        {
            await lobby.Nodes[1].Confirm(claim.MatchId, None);
        }

        time.Advance(TimeSpan.FromSeconds(30));
        foreach (var claim in (await lobby.Advance()).Claims)
        {
            await lobby.Nodes[0].Confirm(claim.MatchId, None);
        }

        foreach (var person in people)
        {
            if (await lobby.Nodes[0].Find(person.VisitorId, None) is not null)
            {
                await lobby.Nodes[0].Leave(person.VisitorId, None);
            }
        }

        // News are read with one tick and dropped with the next.
        await lobby.Advance();
        await lobby.Advance();
        Assert.Equal(["node:node-0", "node:node-1", "{lobby}:meta", "{lobby}:nodes"], (await lobby.Keys()).Order(StringComparer.Ordinal));
    }

    /// <summary>Old enough that a silent node is held for dead.</summary>
    private async Task<SharedLobby> Start(int nodes)
    {
        var lobby = await SharedLobby.Start(await RedisServer.Shared(), nodes, time);
        time.Advance(TimeSpan.FromSeconds(10));
        return lobby;
    }
}
