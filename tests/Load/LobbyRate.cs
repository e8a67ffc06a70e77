using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using RandomChat.Engines;
using RandomChat.Infrastructure.Lobby;
using RandomChat.Infrastructure.Redis;

namespace RandomChat.Load;

/// <summary>How many visitors a second the lobby takes in and pairs, on Redis and in process.</summary>
internal static class LobbyRate
{
    private static readonly string[] Interests = ["chess", "tea", "rain", "film", "music", "games", "books", "travel"];

    public static async Task<int> Run()
    {
        var server = await RedisServer.Shared();
        using var connection = RedisConnection.Open(server.ConnectionString, $"load-{Guid.NewGuid():N}:", NullLogger<RedisConnection>.Instance);
        using var onRedis = new RedisLobby(
            connection, "load", new(), TimeSpan.FromSeconds(10), TimeProvider.System, Guid.NewGuid, NullLogger<RedisLobby>.Instance);
        var inProcess = new InProcessLobby(new(), TimeProvider.System, Guid.NewGuid);

        await Measure("", onRedis, callers: 8, joins: 2_000, interests: true, print: false);
        Console.WriteLine($"{"lobby",-12} {"interests",9} {"callers",8} {"joins/s",9} {"median",10} {"p99",10} {"claims",7}");
        foreach (var interests in new[] { false, true })
        {
            foreach (var callers in new[] { 1, 16, 256 })
            {
                await Measure("redis", onRedis, callers, callers == 1 ? 3_000 : 20_000, interests, print: true);
            }

            await Measure("in process", inProcess, 16, 20_000, interests, print: true);
        }

        return 0;
    }

    /// <summary>Every claim is confirmed, as when its match was recorded; the time of that is in the rate.</summary>
    private static async Task Measure(string name, ILobby lobby, int callers, int joins, bool interests, bool print)
    {
        var clock = Stopwatch.StartNew();
        var claims = 0;
        var latencies = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            var times = new double[joins / callers];
            for (var i = 0; i < times.Length; i++)
            {
                var began = Stopwatch.GetTimestamp();
                var outcome = await lobby.Join(Someone(random, interests), null, default);
                times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                if (outcome is JoinOutcome.Claimed { Claim: var claim })
                {
                    Interlocked.Increment(ref claims);
                    await lobby.Confirm(claim.MatchId, default);
                }
            }

            return times;
        })));
        var seconds = clock.Elapsed.TotalSeconds;
        var sorted = latencies.SelectMany(times => times).Order().ToArray();
        if (print)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-12} {(interests ? "0 to 3" : "none"),9} {callers,8} {sorted.Length / seconds,9:N0} {sorted[sorted.Length / 2],7:0.000} ms {sorted[sorted.Length * 99 / 100],7:0.000} ms {claims,7:N0}"));
        }
    }

    private static Ticket Someone(Random random, bool interests) => new(
        Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(),
        new MatchRequest(ChatMode.Text, null, interests ? [.. Interests.Where(_ => random.Next(5) == 0).Take(3)] : [], false),
        TimeProvider.System.GetUtcNow(), new HashSet<Guid>(), new Dictionary<Guid, DateTimeOffset>(), FrequentSkipper: false, TimedOut: false);
}
