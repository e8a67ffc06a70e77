using System.Diagnostics;
using RandomChat.Engines;

namespace RandomChat.Load.Speed;

/// <summary>Pairs that talk, after a warm-up that counts for nothing.</summary>
/// <param name="Pairs">How many matches.</param>
/// <param name="WarmUp">Seconds of talk before that.</param>
/// <param name="Seconds">How long is measured.</param>
internal sealed record ChatScenario(int Pairs, double WarmUp, double Seconds)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Closed: whoever writes sends the next message as soon as the one before was answered and the partner has it.</summary>
    /// <param name="bothWrite">Or one side of each pair alone.</param>
    public IReadOnlyList<Figure> Closed(Subject subject, bool bothWrite)
    {
        using var crowd = new Crowd(subject);
        var talk = Begin(crowd);
        Chatter(talk, bothWrite ? crowd.People : crowd.People.DistinctBy(one => one.Speaker!.Arrivals));
        crowd.Driver.For(TimeSpan.FromSeconds(WarmUp));
        var (meter, before) = (new Meter(crowd, subject), talk.Arrived);
        talk.From = Stopwatch.GetTimestamp();
        crowd.Driver.For(TimeSpan.FromSeconds(Seconds));
        var (arrived, taken) = (talk.Arrived - before, meter.End());
        Settle(crowd, talk);
        return
        [
            new("messages/s", arrived / taken.Seconds, HasRatio: true),
            .. Costs(subject, arrived, taken),
            .. Log(arrived, taken),
            new("answer p50, ms", talk.Answers.Within(0.5), 2, HasRatio: true),
            new("p99", talk.Answers.Within(0.99), 2, HasRatio: true),
            new("heard p50, ms", talk.Deliveries.Within(0.5), 2, HasRatio: true),
            new("p99", talk.Deliveries.Within(0.99), 2, HasRatio: true),
        ];
    }

    /// <summary>Open: messages come at a constant rate, whatever became of those before, and are late from the moment when they were to be sent.</summary>
    /// <param name="rate">Messages a second, of all together.</param>
    public IReadOnlyList<Figure> Open(Subject subject, int rate)
    {
        using var crowd = new Crowd(subject);
        var talk = Begin(crowd);

        // As fast as it goes: at the rate itself it would take minutes until the runtime has compiled everything for good.
        Chatter(talk, crowd.People);
        crowd.Driver.For(TimeSpan.FromSeconds(WarmUp));
        Settle(crowd, talk);
        Keep(crowd, talk, rate, Calm);
        using var probe = new FsyncProbe();
        var (meter, before) = (new Meter(crowd, subject), talk.Arrived);
        talk.From = Stopwatch.GetTimestamp();
        Keep(crowd, talk, rate, TimeSpan.FromSeconds(Seconds));
        var (arrived, taken, sync) = (talk.Arrived - before, meter.End(), probe.Median());
        Settle(crowd, talk);
        return
        [
            new("messages/s", arrived / taken.Seconds),
            .. Costs(subject, arrived, taken),
            new("answer p50, ms", talk.Answers.Within(0.5), 2, HasRatio: true),
            new("p99", talk.Answers.Within(0.99), 2),
            new("p99.9", talk.Answers.Within(0.999), 2),
            new("heard p50, ms", talk.Deliveries.Within(0.5), 2, HasRatio: true),
            new("p99", talk.Deliveries.Within(0.99), 2),
            new("p99.9", talk.Deliveries.Within(0.999), 2),
            new("sync p50, ms", sync, 2),
            new("heard p99 - sync", talk.Deliveries.Within(0.99) - sync, 2),
            new("sent late p99, ms", talk.Lateness.Within(0.99), 2),
        ];
    }

    private Talk Begin(Crowd crowd)
    {
        crowd.Meet(crowd.Enter(Pairs * 2));
        return new(crowd);
    }

    private static void Chatter(Talk talk, IEnumerable<Someone> people)
    {
        talk.Over = one => talk.Send(one, Stopwatch.GetTimestamp());
        foreach (var one in people)
        {
            talk.Send(one, Stopwatch.GetTimestamp());
        }
    }

    private static void Keep(Crowd crowd, Talk talk, int rate, TimeSpan time)
    {
        var (began, people) = (Stopwatch.GetTimestamp(), crowd.People);
        var between = (double)Stopwatch.Frequency / rate;
        for (var n = 0; n < time.TotalSeconds * rate;)
        {
            var due = began + (long)(n * between);
            if (Stopwatch.GetTimestamp() is var now && now < due)
            {
                crowd.Driver.Turn(Stopwatch.GetElapsedTime(now, due));
                continue;
            }

            talk.Send(people[n % people.Count], due);
            n++;
        }
    }

    /// <summary>Nothing more is said, and nothing that was is lost.</summary>
    private static void Settle(Crowd crowd, Talk talk)
    {
        talk.Over = null;
        if (!crowd.Driver.Until(() => talk.OnTheirWay == 0, Patience) || talk.Refused > 0)
        {
            throw new InvalidOperationException($"{talk.OnTheirWay} messages did not arrive and {talk.Refused} were refused.");
        }
    }

    private static IEnumerable<Figure> Costs(Subject subject, int arrived, Taken taken) =>
    [
        new("CPU/message, µs", taken.Server / arrived * 1e6, 1, HasRatio: true),
        new("server cores", taken.Server / taken.Seconds, 2),
        new("load cores", taken.Here / taken.Seconds, 2),
        new("other cores", taken.Others / taken.Seconds, 2),
        new("allocated/message, KB", subject is Product ? taken.Counts.Allocated / arrived / 1e3 : double.NaN, 1),
        new("resident, MB", ServerMemory.Resident(subject) / 1e6),
        new("heads missed, %", subject is Product ? taken.Counts.PassedOver / arrived * 100 : double.NaN),
    ];

    private static IEnumerable<Figure> Log(int arrived, Taken taken)
    {
        var (hasLog, commits) = (taken.Counts.Commits > 0, taken.Counts.Commits);
        return
        [
            new("messages/commit", hasLog ? arrived / commits : double.NaN, 1),
            new("commits/s", hasLog ? commits / taken.Seconds : double.NaN),
            new("flushes/commit", hasLog ? taken.Flushes / commits : double.NaN, 2),
        ];
    }
}
