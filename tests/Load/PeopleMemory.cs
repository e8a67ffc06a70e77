using System.Globalization;
using RandomChat.Load.Speed;

namespace RandomChat.Load;

/// <summary>What a person costs a node in memory: who is only connected, who waits, and who is in a match.</summary>
internal static class PeopleMemory
{
    private const int People = 5_000;

    public static async Task<int> Run(string[] rest)
    {
        var count = rest is [var given, ..] ? int.Parse(given, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : People;
        await Measure("connected", count, (_, _) => { });
        await Measure("waiting", count, (crowd, some) => crowd.Wait(some));
        await Measure("in matches", count / 2 * 2, (crowd, some) => crowd.Meet(some));
        return 0;
    }

    private static Task Measure(string name, int count, Action<Crowd, IReadOnlyList<Someone>> settle)
    {
        Console.WriteLine(name);
        return new Comparison(new Dictionary<string, string?> { ["Matching:Timeout"] = "01:00:00" }, new MemoryScenario(count, settle).Run).Run(1, compares: false);
    }
}
