using System.Diagnostics;
using System.Globalization;
using RandomChat.Engines;

namespace RandomChat.Load;

/// <summary>
/// How long a server takes from SIGTERM to its end while people are connected, and how many of them were told. More than
/// ten seconds, or somebody who was not told, makes the program fail.
/// </summary>
internal static class StopTime
{
    private const int Connections = 2_000;
    private const int AtOnce = 50;
    private const double MostSeconds = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> Run(string[] rest)
    {
        var count = rest is [var given, ..] ? int.Parse(given, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : Connections;
        Console.WriteLine($"{"lobby",-12} {"connections",12} {"in matches",11} {"told",7} {"seconds",8}");
        var slow = await Measure("in process", null, count) ? 0 : 1;
        if (Environment.GetEnvironmentVariable("REDIS_CONNECTION") is { Length: > 0 } redis)
        {
            slow += await Measure("Redis", redis, count) ? 0 : 1;
        }

        return slow;
    }

    private static async Task<bool> Measure(string name, string? redis, int count)
    {
        await using var server = new ServerProcess(new Dictionary<string, string?> { ["Limits:Enabled"] = "false", ["ConnectionStrings:Redis"] = redis ?? "" });
        await server.Start();

        // Each is a visitor of their own, which the cookie of the one before would prevent.
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = server.Address };
        var people = new List<Person>();
        foreach (var some in Enumerable.Range(0, count).Chunk(AtOnce))
        {
            people.AddRange(await Task.WhenAll(some.Select(number => Person.Enter(http, server.Address, number % 2 == 0 ? Person.Anybody : null))));
        }

        // Who is left over, where the number is odd, waits.
        var matched = count / 4 * 2;
        for (var since = Stopwatch.StartNew(); people.Count(person => person.IsMatched) < matched && since.Elapsed < Patience;)
        {
            await Task.Delay(100);
        }

        matched = people.Count(person => person.IsMatched);
        var clock = Stopwatch.StartNew();
        var code = await server.Terminate();
        var seconds = clock.Elapsed.TotalSeconds;
        await Task.WhenAll(people.Select(person => person.Gone));
        var told = people.Count(person => person.IsTold);
        Console.WriteLine($"{name,-12} {count,12:N0} {matched,11:N0} {told,7:N0} {seconds,8:0.0}");
        return code == 0 && told == count && seconds <= MostSeconds;
    }
}
