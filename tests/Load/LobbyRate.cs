using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using RandomChat.Engines;
using RandomChat.Infrastructure.Lobby;
using RandomChat.Infrastructure.Redis;

namespace RandomChat.Load;

/// <summary>How many visitors a second the lobby takes in and pairs, in process and on Redis, and whether those who wait make it slower.</summary>
internal static class LobbyRate
{
    /// <summary>Tickets are made before the clock runs, so many at a time.</summary>
    private const int MadeAhead = 100_000;

    private static readonly string[] Interests = ["chess", "tea", "rain", "film", "music", "games", "books", "travel"];

    public static async Task<int> Run()
    {
        Console.WriteLine($"{"lobby",-12} {"interests",9} {"waiting",8} {"callers",8} {"joins/s",9} {"median",10} {"p99",10} {"claims",7}");
        foreach (var interests in new[] { false, true })
        {
            foreach (var waiting in new[] { 0, 100, 1_000, 10_000, 100_000 })
            {
                var lobby = new InProcessLobby(new(), TimeProvider.System, Guid.NewGuid);
                await Fill(lobby, waiting);
                await Measure("", lobby, waiting, callers: 2, MadeAhead, interests, print: false);
                await Measure("in process", lobby, waiting, callers: 2, 3 * MadeAhead, interests, print: true);
            }
        }

        var server = await RedisServer.Shared();
        foreach (var interests in new[] { false, true })
        {
            foreach (var (waiting, callers) in new[] { (0, 1), (0, 16), (0, 256), (10_000, 256) })
            {
                using var connection = RedisConnection.Open(server.ConnectionString, $"load-{Guid.NewGuid():N}:", NullLogger<RedisConnection>.Instance);
                using var lobby = new RedisLobby(
                    connection, "load", new(), TimeSpan.FromSeconds(10), TimeProvider.System, Guid.NewGuid, NullLogger<RedisLobby>.Instance);
                await Fill(lobby, waiting);
                await Measure("", lobby, waiting, callers, 2_000, interests, print: false);
                await Measure("redis", lobby, waiting, callers, callers == 1 ? 3_000 : 40_000, interests, print: true);
            }
        }

        return 0;
    }

    /// <summary>People who wait for a language that nobody else speaks: for them nobody of the measurement is the one.</summary>
    private static Task Fill(ILobby lobby, int waiting) => Parallel.ForAsync(0, waiting, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (n, ct) =>
        await lobby.Join(Someone([], $"x-{n}"), null, ct));

    /// <summary>Every claim is confirmed, as when its match was recorded; the time of that is in the rate, that of making tickets is not.</summary>
    private static async Task Measure(string name, ILobby lobby, int waiting, int callers, int joins, bool interests, bool print)
    {
        var (claims, seconds) = (0, 0.0);
        var times = new List<double>(joins);
        var random = new Random(1);
        for (var done = 0; done < joins; done += Math.Min(MadeAhead, joins))
        {
            var tickets = Enumerable.Range(0, Math.Min(MadeAhead, joins))
                .Select(_ => Someone(interests ? [.. Interests.Where(_ => random.Next(5) == 0).Take(3)] : [], null)).ToArray();
            var clock = Stopwatch.StartNew();
            var latencies = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                var mine = new double[tickets.Length / callers];
                for (var i = 0; i < mine.Length; i++)
                {
                    var began = Stopwatch.GetTimestamp();
                    var outcome = await lobby.Join(tickets[(i * callers) + caller], null, default);
                    mine[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                    if (outcome is JoinOutcome.Claimed { Claim: var claim })
                    {
                        Interlocked.Increment(ref claims);
                        await lobby.Confirm(claim.MatchId, default);
                    }
                }

                return mine;
            })));
            seconds += clock.Elapsed.TotalSeconds;
            times.AddRange(latencies.SelectMany(mine => mine));
        }

        times.Sort();
        if (print)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-12} {(interests ? "0 to 3" : "none"),9} {waiting,8:N0} {callers,8} {times.Count / seconds,9:N0} {times[times.Count / 2],7:0.0000} ms {times[times.Count * 99 / 100],7:0.000} ms {claims,7:N0}"));
        }
    }

    private static Ticket Someone(IReadOnlyList<string> interests, string? language) => new(
        Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), new MatchRequest(ChatMode.Text, language, interests, false),
        TimeProvider.System.GetUtcNow(), FrozenSet<Guid>.Empty, FrozenDictionary<Guid, DateTimeOffset>.Empty, FrequentSkipper: false, TimedOut: false);
}
