using System.Diagnostics;
using System.Globalization;
using RandomChat.Application.Events;
using RandomChat.Projections;
using RandomChat.Projections.Engine;

namespace RandomChat.Load;

/// <summary>How many events a second projections take from a log in a rebuild, beside how many a reader takes that does nothing with them.</summary>
/// <param name="from">The log's name in the table.</param>
/// <param name="events">How many it holds, messages included.</param>
/// <param name="rounds">How often each is measured; the median counts.</param>
internal sealed class RebuildRate(string from, LogSource log, long events, int rounds)
{
    private readonly EventFeed feed = new(log, EventCodec.Default, TimeProvider.System);
    private double raw;

    public static void Head() => Console.WriteLine(
        $"{"from",-14} {"into",-11} {"what",-26} {"events",11} {"applied",10} {"seconds",8} {"events/s",10} {"applied/s",10} {"of raw",7} {"cores",6} {"peak MiB",9}");

    /// <summary>Reads every event, and then those that projections are given, without doing anything with them.</summary>
    public async Task Read()
    {
        raw = await Median("–", "read: every event", async _ =>
        {
            await Through(log.Everything(null, default));
            return events;
        });
        await Median("–", "read: all but messages", async _ => await Through(log.Lasting(null, default)));
    }

    /// <summary>All projections at once, and each alone.</summary>
    /// <param name="only">The names of those that are measured, "all" for all at once; empty: everything.</param>
    public async Task Rebuild(string into, IReadStore store, IReadOnlyList<string> only)
    {
        foreach (var (name, projections) in (IEnumerable<(string, IReadOnlyList<Projection>)>)
            [("all", ProjectionsSetup.All), .. ProjectionsSetup.All.Select(one => (one.Name, (IReadOnlyList<Projection>)[one]))])
        {
            if (only.Count == 0 || only.Contains(name))
            {
                await Median(into, $"rebuild: {name}", async peak => (await new Rebuild(store, feed).Run(projections, _ => peak(), default))[0].Events);
            }
        }
    }

    private static async Task<long> Through(IAsyncEnumerable<LogItem> items)
    {
        var read = 0L;
        await foreach (var item in items)
        {
            if (item is LogItem.CaughtUp)
            {
                break;
            }

            read += item is LogItem.Event ? 1 : 0;
        }

        return read;
    }

    /// <returns>Events a second.</returns>
    private async Task<double> Median(string into, string what, Func<Action, Task<long>> run)
    {
        var (seconds, applied, peak) = (new List<double>(), 0L, 0L);
        var before = Environment.CpuUsage.TotalTime;
        for (var round = 0; round < rounds; round++)
        {
            GC.Collect();
            var clock = Stopwatch.StartNew();
            applied = await run(() => peak = Math.Max(peak, GC.GetTotalMemory(false)));
            seconds.Add(clock.Elapsed.TotalSeconds);
        }

        var cores = (Environment.CpuUsage.TotalTime - before).TotalSeconds / seconds.Sum();
        seconds.Sort();
        var median = (seconds[rounds / 2] + seconds[(rounds - 1) / 2]) / 2;
        var ratio = raw == 0 ? string.Empty : (events / median / raw).ToString("0.00", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{from,-14} {into,-11} {what,-26} {events,11:N0} {applied,10:N0} {median,8:0.00} {events / median,10:N0} {applied / median,10:N0} {ratio,7} {cores,6:0.00} {peak / 1048576,9:N0}"));
        return events / median;
    }
}
