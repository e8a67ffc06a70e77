using System.Diagnostics;
using System.Text;

namespace RandomChat.Load.Speed;

/// <summary>People who are connected and all press Start in the same moment, several times over, others each time.</summary>
/// <param name="People">How many; an even number.</param>
/// <param name="WarmUp">How many others join before, and count for nothing; rounded up to whole groups of 500.</param>
/// <param name="Bursts">How often; times and costs are the medians of them, the faults their sums.</param>
internal sealed record BurstScenario(int People, int WarmUp, int Bursts)
{
    private const int AWarmUp = 500;

    /// <summary>How many join before this program looks whether anything has arrived.</summary>
    private const int AtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>In which whoever was told of a second match would have heard of it.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(1);

    public IReadOnlyList<Figure> Run(Subject subject)
    {
        using var crowd = new Crowd(subject);
        for (var warm = 0; warm < WarmUp; warm += AWarmUp)
        {
            // Others, so that nobody has met anybody of the burst.
            crowd.Meet(crowd.Enter(AWarmUp));
        }

        var bursts = Enumerable.Range(0, Bursts).Select(_ => Burst(crowd, subject)).ToArray();
        double Median(Func<Found, double> figure)
        {
            var sorted = bursts.Select(figure).Order().ToArray();
            return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
        }

        return
        [
            new("p50, ms", Median(one => one.Times.Within(0.5)), 1, HasRatio: true),
            new("p99, ms", Median(one => one.Times.Within(0.99)), 1, HasRatio: true),
            new("last, ms", Median(one => one.Times.Within(1)), 1, HasRatio: true),
            new("stranded", bursts.Sum(one => one.Stranded)),
            new("doubled", bursts.Sum(one => one.Doubled)),
            new("refused", crowd.Refused),
            new("CPU/join, µs", Median(one => one.Taken.Server) / People * 1e6, 1, HasRatio: true),
            new("KB/join", Median(one => one.Counts.Allocated) / People / 1e3, 1),
            new("commits", Median(one => one.Counts.Commits)),
            new("all sent, ms", Median(one => one.Sent), 1),
            new("other cores", Median(one => one.Taken.Others / one.Taken.Seconds), 2),
        ];
    }

    private Found Burst(Crowd crowd, Subject subject)
    {
        var people = crowd.Enter(People);
        var wanted = crowd.Matched + People;
        var before = crowd.Driver.During(subject.Counts());
        var meter = new Meter(crowd, subject);
        var pressed = Stopwatch.GetTimestamp();
        foreach (var some in people.Chunk(AtOnce))
        {
            foreach (var one in some)
            {
                one.Join();
            }

            crowd.Driver.Turn(TimeSpan.Zero);
        }

        var sent = Stopwatch.GetElapsedTime(pressed).TotalMilliseconds;
        crowd.Driver.Until(() => crowd.Matched == wanted, Patience);
        var taken = meter.End();
        crowd.Driver.For(Afterwards);
        var counts = crowd.Driver.During(subject.Counts()) - before;
        var times = new Times();
        foreach (var one in people.Where(one => one.Matches > 0))
        {
            times.Add(one.MatchedAt - pressed);
        }

        var matches = people.Where(one => one.Matches > 0).GroupBy(one => Encoding.ASCII.GetString(one.MatchId));
        return new(
            times, sent, taken, counts,
            Stranded: people.Count(one => one.Matches == 0),
            Doubled: people.Count(one => one.Matches > 1) + matches.Where(match => match.Count() != 2).Sum(match => match.Count()));
    }

    private sealed record Found(Times Times, double Sent, Taken Taken, ServerCounts Counts, int Stranded, int Doubled);
}
