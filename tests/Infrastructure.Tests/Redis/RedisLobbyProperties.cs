using CsCheck;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using RandomChat.Engines;
using RandomChat.Infrastructure.Lobby;

namespace RandomChat.Infrastructure.Tests.Redis;

/// <summary>Whatever people do, the lobby on Redis does what the one in process does, and both what the policy says.</summary>
public sealed class RedisLobbyProperties
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string?[] Languages = [null, null, "en", "fr"];
    private static readonly string[] Interests = ["chess", "tea", "rain", "日本語 ✓"];

    private static readonly Gen<Visitor> Visitors = Gen.Select(
        Gen.Int[0, Languages.Length - 1], Gen.Bool, Gen.Int[0, 15], Gen.Bool, Gen.Int[0, 9], Gen.Int[0, 11], Gen.Int[0, 40], Gen.Int[0, 9],
        (language, any, interests, skips, device, blocked, minutes, met) => new Visitor(language, any, interests, skips, device, blocked, minutes, met));

    private static readonly Gen<Step[]> Steps =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 9], Visitors, Gen.Int[1, 9_000], (kind, who, wish, wait) => new Step(kind, who, wish, wait)).Array[5, 60];

    [Fact]
    public async Task Whatever_people_do_both_lobbies_do_the_same()
    {
        var server = await RedisServer.Shared();
        await Steps.SampleAsync(steps => Compare(server, steps), iter: 150, threads: 1, print: steps => string.Join('\n', steps.AsEnumerable()));
    }

    private static async Task Compare(RedisServer server, Step[] steps)
    {
        var time = new FakeTimeProvider(Noon);
        await using var shared = await SharedLobby.Start(server, 1, time);
        var pair = new[] { shared.Nodes[0], (ILobby)new InProcessLobby(new LobbyOptions(), time, Guid.NewGuid) };
        List<(Claim OnRedis, Claim InProcess)> open = [];
        foreach (var (i, step) in steps.Index())
        {
            // Everything happens at a moment of its own, so that it does not matter what is done first of one moment.
            time.Advance(TimeSpan.FromMilliseconds(step.Wait) + TimeSpan.FromMicroseconds(i * 7));
            var now = time.GetUtcNow();
            var visitor = Id(2, step.Who);
            switch (step.Kind)
            {
                case < 5:
                    var ticket = TicketOf(step, i, now);
                    Same(await pair[0].Join(ticket, null, None), await pair[1].Join(ticket, null, None));
                    break;
                case 5:
                    Assert.Equal(await pair[1].Leave(visitor, None), await pair[0].Leave(visitor, None));
                    break;
                case 6:
                    await pair[0].Park(visitor, now + TimeSpan.FromSeconds(10), None);
                    await pair[1].Park(visitor, now + TimeSpan.FromSeconds(10), None);
                    break;
                case 7:
                    Same(await pair[0].Unpark(visitor, None), await pair[1].Unpark(visitor, None));
                    break;
                case 8 when open.Count > 0:
                    Assert.Equal(await pair[1].Confirm(open[^1].InProcess.MatchId, None), await pair[0].Confirm(open[^1].OnRedis.MatchId, None));
                    open.RemoveAt(open.Count - 1);
                    break;
                case 9 when open.Count > 0:
                    var except = open[0].InProcess.First.VisitorId;
                    await pair[0].Return(open[0].OnRedis.MatchId, [except], None);
                    await pair[1].Return(open[0].InProcess.MatchId, [except], None);
                    open.RemoveAt(0);
                    break;
                case 10:
                    var excluded = new HashSet<Guid> { Id(2, step.Wish.Blocked) };
                    await pair[0].Exclude(visitor, excluded, None);
                    await pair[1].Exclude(visitor, excluded, None);
                    break;
                default:
                    var onRedis = await pair[0].Advance(None);
                    var inProcess = await pair[1].Advance(None);
                    Assert.Equal(inProcess.TimedOut, onRedis.TimedOut);
                    Assert.Equal(inProcess.Ended, onRedis.Ended);
                    Assert.Equal(inProcess.Claims.Count, onRedis.Claims.Count);
                    for (var n = 0; n < inProcess.Claims.Count; n++)
                    {
                        Same(new JoinOutcome.Claimed(onRedis.Claims[n]), new JoinOutcome.Claimed(inProcess.Claims[n]));
                    }

                    break;
            }

            Assert.Equal(await pair[1].Find(visitor, None), await pair[0].Find(visitor, None));
            Assert.Equal(await pair[1].Count(None), await pair[0].Count(None));

            void Same(JoinOutcome? onRedis, JoinOutcome? inProcess)
            {
                if (inProcess is not JoinOutcome.Claimed { Claim: var expected })
                {
                    Assert.Equal(inProcess, onRedis);
                    return;
                }

                var claim = Assert.IsType<JoinOutcome.Claimed>(onRedis).Claim;
                Assert.Equal(expected with { MatchId = claim.MatchId, First = claim.First, Second = claim.Second }, claim);
                Assert.Equal([expected.First.TicketId, expected.Second.TicketId], [claim.First.TicketId, claim.Second.TicketId]);
                if (claim.ClaimedAt == now)
                {
                    Assert.True(
                        PairingPolicy.MayMeet(claim.First, claim.Second, now, PairingRules.Default)
                        || PairingPolicy.MayMeetAgain(claim.First, claim.Second, now, PairingRules.Default));
                    open.Add((claim, expected));
                }
            }
        }
    }

    private static Ticket TicketOf(Step step, int number, DateTimeOffset now)
    {
        var wish = step.Wish;
        var request = new MatchRequest(
            wish.Minutes % 8 == 7 ? ChatMode.Video : ChatMode.Text, Languages[wish.Language],
            [.. Interests.Where((_, bit) => (wish.Interests & (1 << bit)) != 0)], wish.AcceptAny);
        var excluded = wish.Blocked < 8 ? new HashSet<Guid> { wish.Blocked % 2 == 0 ? Id(2, wish.Blocked) : Id(3, wish.Blocked) } : [];
        var met = wish.Met < 5 ? new Dictionary<Guid, DateTimeOffset> { [Id(2, wish.Met)] = now - TimeSpan.FromMinutes(wish.Minutes) } : [];
        return new(Id(1, number), Id(2, step.Who), Id(3, wish.Device), request, now, excluded, met, wish.Skips, TimedOut: false);
    }

    private static Guid Id(byte kind, int number) => new(number, 0, 0, [kind, 0, 0, 0, 0, 0, 0, 0]);

    private sealed record Visitor(int Language, bool AcceptAny, int Interests, bool Skips, int Device, int Blocked, int Minutes, int Met);

    private sealed record Step(int Kind, int Who, Visitor Wish, int Wait);
}
