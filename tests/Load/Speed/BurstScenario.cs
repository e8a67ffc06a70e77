using System.Diagnostics;
using System.Text;

namespace RandomChat.Load.Speed;

/// <summary>People who are connected and all press Start in the same moment.</summary>
/// <param name="People">How many; an even number.</param>
internal sealed record BurstScenario(int People)
{
    private const int LeastWarmUp = 2_000;
    private const int AWarmUp = 500;

    /// <summary>How many join before this program looks whether anything has arrived.</summary>
    private const int AtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>In which whoever was told of a second match would have heard of it.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(1);

    public IReadOnlyList<Figure> Run(Subject subject)
    {
        using var crowd = new Crowd(subject);
        for (var warm = 0; warm < LeastWarmUp; warm += AWarmUp)
        {
            // Others, so that nobody has met anybody of the burst.
            crowd.Meet(crowd.Enter(AWarmUp));
        }

        var people = crowd.Enter(People);
        var wanted = crowd.Matched + People;
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
        var times = new Times();
        foreach (var one in people.Where(one => one.Matches > 0))
        {
            times.Add(one.MatchedAt - pressed);
        }

        var stranded = people.Count(one => one.Matches == 0);
        var matches = people.Where(one => one.Matches > 0).GroupBy(one => Encoding.ASCII.GetString(one.MatchId));
        var doubled = people.Count(one => one.Matches > 1) + matches.Where(match => match.Count() != 2).Sum(match => match.Count());
        return
        [
            new("p50, ms", times.Within(0.5), 1, HasRatio: true),
            new("p99, ms", times.Within(0.99), 1, HasRatio: true),
            new("last, ms", times.Within(1), 1, HasRatio: true),
            new("stranded", stranded),
            new("doubled", doubled),
            new("refused", crowd.Refused),
            new("CPU/join, µs", taken.Server / People * 1e6, 1, HasRatio: true),
            new("all sent, ms", sent, 1),
            new("other cores", taken.Others / taken.Seconds, 2),
        ];
    }
}
