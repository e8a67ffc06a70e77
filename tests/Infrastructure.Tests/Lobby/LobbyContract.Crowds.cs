using System.Collections.Concurrent;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Infrastructure.Tests.Lobby;

public abstract partial class LobbyContract
{
    [Theory]
    [InlineData(10_000)]
    [InlineData(9_999)]
    public async Task Of_thousands_who_join_at_once_at_most_one_is_left_and_nobody_is_claimed_twice(int people)
    {
        var claims = new ConcurrentDictionary<Guid, Claim>();
        await AtOnce(people, async _ =>
        {
            if (await Join(Someone()) is JoinOutcome.Claimed { Claim: var claim })
            {
                Assert.True(claims.TryAdd(claim.MatchId, claim));
            }
        });

        AssertEverybodyOnce(claims.Values);
        Assert.Equal(people / 2, claims.Count);
        Assert.Equal(people % 2, (await Lobby.Count(None))[ChatMode.Text]);
    }

    [Fact]
    public async Task Of_thousands_with_languages_interests_and_modes_nobody_is_left_who_could_meet_somebody()
    {
        string?[] languages = [null, "en", "fr"];
        string[] interests = ["chess", "tea", "rain", "film"];
        var tickets = Enumerable.Range(0, 4_000).Select(i => Someone(
            language: languages[i % 3], acceptAny: i % 7 == 0, mode: i % 5 == 0 ? ChatMode.Video : ChatMode.Text,
            interests: [.. interests.Where((_, bit) => (i / 3 & (1 << bit)) != 0)])).ToArray();
        var claims = new ConcurrentDictionary<Guid, Claim>();

        await AtOnce(tickets.Length, async i =>
        {
            if (await Join(tickets[i]) is JoinOutcome.Claimed { Claim: var claim })
            {
                Assert.True(claims.TryAdd(claim.MatchId, claim));
            }
        });
        foreach (var claim in (await After(PairingRules.Default.InterestPatience)).Claims)
        {
            Assert.True(claims.TryAdd(claim.MatchId, claim));
        }

        AssertEverybodyOnce(claims.Values);
        var now = Time.GetUtcNow();
        Assert.All(claims.Values, claim => Assert.True(PairingPolicy.MayMeet(claim.First, claim.Second, now, PairingRules.Default)));
        var matched = claims.Values.SelectMany(claim => new[] { claim.First.VisitorId, claim.Second.VisitorId }).ToHashSet();
        var left = tickets.Where(ticket => !matched.Contains(ticket.VisitorId)).ToArray();
        Assert.DoesNotContain(left, a => left.Any(b => PairingPolicy.MayMeet(a, b, now, PairingRules.Default)));
    }

    [Fact]
    public async Task However_people_come_go_and_lose_their_connections_nobody_is_in_two_claims_and_nobody_gets_lost()
    {
        var people = Enumerable.Range(0, 60).Select(_ => Someone()).ToArray();
        var inClaim = new ConcurrentDictionary<Guid, Guid>();
        var twice = new ConcurrentBag<Guid>();
        var open = new ConcurrentQueue<Claim>();

        await AtOnce(8, async worker =>
        {
            var random = new Random(worker);
            for (var step = 0; step < 3_000; step++)
            {
                var person = people[random.Next(people.Length)];
                switch (random.Next(10))
                {
                    case < 4:
                        Note((await Join(person with { TicketId = Guid.NewGuid() }) as JoinOutcome.Claimed)?.Claim);
                        break;
                    case 4:
                        await Lobby.Leave(person.VisitorId, None);
                        break;
                    case 5:
                        await Lobby.Park(person.VisitorId, Time.GetUtcNow() + Seconds(10), None);
                        break;
                    case 6:
                        Note((await Lobby.Unpark(person.VisitorId, None) as JoinOutcome.Claimed)?.Claim);
                        break;
                    case 7 when open.TryDequeue(out var claim):
                        Free(claim);
                        await Lobby.Confirm(claim.MatchId, None);
                        break;
                    case 8 when open.TryDequeue(out var claim):
                        Free(claim);
                        await Lobby.Return(claim.MatchId, [], None);
                        break;
                    default:
                        foreach (var found in (await Lobby.Advance(None)).Claims)
                        {
                            Note(found);
                        }

                        break;
                }
            }
        });

        Assert.Empty(twice);

        // What is left over is put back, and then everybody who waits can be met.
        while (open.TryDequeue(out var claim))
        {
            await Lobby.Return(claim.MatchId, [], None);
        }

        foreach (var person in people)
        {
            await Lobby.Leave(person.VisitorId, None);
        }

        Assert.Equal(0, (await Lobby.Count(None))[ChatMode.Text]);
        AssertNothing(await After(TimeSpan.FromHours(1)));

        void Note(Claim? claim)
        {
            // A claimed ticket answers with its claim again: only the first to hear of it owns it.
            if (claim is null || !inClaim.TryAdd(claim.MatchId, claim.MatchId))
            {
                return;
            }

            foreach (var visitor in new[] { claim.First.VisitorId, claim.Second.VisitorId })
            {
                if (!inClaim.TryAdd(visitor, claim.MatchId))
                {
                    twice.Add(visitor);
                }
            }

            open.Enqueue(claim);
        }

        void Free(Claim claim)
        {
            inClaim.TryRemove(new(claim.First.VisitorId, claim.MatchId));
            inClaim.TryRemove(new(claim.Second.VisitorId, claim.MatchId));
        }
    }

    private static void AssertEverybodyOnce(IEnumerable<Claim> claims)
    {
        var visitors = claims.SelectMany(claim => new[] { claim.First.VisitorId, claim.Second.VisitorId }).ToArray();
        Assert.Equal(visitors.Length, visitors.Distinct().Count());
    }

    /// <summary>Runs so many calls from all threads, as near to one moment as it goes.</summary>
    private static async Task AtOnce(int count, Func<int, Task> call)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(async () =>
        {
            await start.Task;
            await call(i);
        })));
        start.SetResult();
        await all;
    }
}
