namespace RandomChat.Drills;

/// <summary>Something that goes wrong for a while.</summary>
/// <param name="Name">What an operator would say went wrong.</param>
/// <param name="MostSeconds">How long it takes at most.</param>
/// <param name="Begin">Lets it happen.</param>
/// <param name="End">Makes it good again, and waits until whatever was ended by it has started.</param>
/// <param name="EndsProcess">Whether the node whose memory is measured is a new process after it.</param>
internal sealed record Fault(string Name, int MostSeconds, Func<Task> Begin, Func<Task> End, bool EndsProcess = false)
{
    /// <summary>One that needs no waiting, neither at its beginning nor at its end.</summary>
    public static Fault AtOnce(string name, int mostSeconds, Action begin, Action end) => new(name, mostSeconds, Now(begin), Now(end));

    private static Func<Task> Now(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };
}

/// <summary>A fault and its time, from the beginning of the drill.</summary>
internal sealed record PlannedFault(Fault Fault, TimeSpan At, TimeSpan Lasts);

/// <summary>What happens when. The same seed gives the same plan.</summary>
internal static class FaultPlan
{
    /// <summary>Traffic is in its stride before the first one, and after the last one there is time for all to come back.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(45);
    private const int LeastPause = 15;
    private const int MostPause = 35;

    /// <summary>
    /// Faults are dealt like cards, each once before any comes again. Those that end the process whose memory is measured
    /// are dealt in the first third only.
    /// </summary>
    public static IReadOnlyList<PlannedFault> Make(int seed, IReadOnlyList<Fault> faults, TimeSpan length)
    {
        var random = new Random(seed);
        var plan = new List<PlannedFault>();
        var deck = new Queue<Fault>();
        for (var at = Calm; ;)
        {
            var isEarly = at < length / 3;
            if (deck.Count == 0)
            {
                var cards = faults.Where(fault => isEarly || !fault.EndsProcess).ToArray();
                random.Shuffle(cards);

                // While there is time for them, they come first.
                deck = new(cards.OrderByDescending(fault => fault.EndsProcess));
            }

            var fault = deck.Dequeue();
            if (fault.EndsProcess && !isEarly)
            {
                continue;
            }

            var lasts = TimeSpan.FromSeconds(random.Next(1, fault.MostSeconds + 1));
            if (at + lasts + Calm > length)
            {
                return plan;
            }

            plan.Add(new(fault, at, lasts));
            at += lasts + TimeSpan.FromSeconds(random.Next(LeastPause, MostPause + 1));
        }
    }
}
