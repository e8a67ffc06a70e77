using System.Diagnostics;
using System.Globalization;
using RandomChat.Engines;

namespace RandomChat.Load;

/// <summary>
/// What a person costs a node in memory: who is only connected, who waits, and who is in a match.
/// Live bytes are those that a full collection leaves; resident ones are what the process took for all of it.
/// </summary>
internal static class PeopleMemory
{
    private const int People = 5_000;
    private const int AtOnce = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static async Task<int> Run(string[] rest)
    {
        var count = rest is [var given, ..] ? int.Parse(given, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : People;
        Console.WriteLine($"{"people",-12} {"number",8} {"live, MB",10} {"each, KB",10} {"resident, MB",13} {"each, KB",10}");
        await Measure("connected", count, _ => null, false);

        // Of a language each, so that nobody fits anybody.
        await Measure("waiting", count, number => $$"""{"mode":"text","language":"x-{{number}}"}""", false);
        await Measure("in matches", count, _ => Person.Anybody, true);
        return 0;
    }

    private static async Task Measure(string name, int count, Func<int, string?> wish, bool meet)
    {
        await using var server = new ServerProcess(new Dictionary<string, string?> { ["Limits:Enabled"] = "false", ["Matching:Timeout"] = "01:00:00" });
        await server.Start();
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = server.Address };

        // What the first people bring with them, code and caches, is not what each costs.
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(number => Person.Enter(http, server.Address, wish(-1 - number))));
        var before = (Live: await ServerMemory.Live(server), Resident: ServerMemory.Resident(server));
        var people = new List<Person>();
        foreach (var some in Enumerable.Range(0, count).Chunk(AtOnce))
        {
            people.AddRange(await Task.WhenAll(some.Select(number => Person.Enter(http, server.Address, wish(number)))));
        }

        for (var since = Stopwatch.StartNew(); meet && people.Any(person => !person.IsMatched) && since.Elapsed < Patience;)
        {
            await Task.Delay(100);
        }

        var after = (Live: await ServerMemory.Live(server), Resident: ServerMemory.Resident(server));
        Console.WriteLine(FormattableString.Invariant(
            $"{name,-12} {count,8:N0} {after.Live / 1e6,10:0.0} {(after.Live - before.Live) / count / 1e3,10:0.0} {after.Resident / 1e6,13:0} {(after.Resident - before.Resident) / count / 1e3,10:0.0}"));
    }
}
