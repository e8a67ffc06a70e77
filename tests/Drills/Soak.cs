using System.Diagnostics;
using System.Globalization;

namespace RandomChat.Drills;

/// <summary>What a drill is made of.</summary>
/// <param name="People">How many there are at any time; even, so that nobody is left over.</param>
/// <param name="Rate">Messages a second, of all of them.</param>
internal sealed record Plan(TimeSpan Length, int People, double Rate, int Seed);

/// <summary>People at a steady rate, faults by a seed, and afterwards the history against what people were promised.</summary>
internal sealed class Soak(World world, Plan plan)
{
    /// <summary>After a fault, traffic may limp for so long before what is missing counts as a breach of its own.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    /// <summary>Without a fault, nothing good happening to somebody for so long is being stranded.</summary>
    private static readonly TimeSpan Stranded = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(30);

    /// <summary>Longer than any grace and the rematch window: after it nothing of the people is left but history.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(90);

    private readonly Witness witness = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<Vitals> vitals = [];
    private bool isFaulty;
    private long goodSince = Stopwatch.GetTimestamp();

    /// <returns>Whether every promise was kept.</returns>
    public async Task<bool> Run()
    {
        var faults = FaultPlan.Make(plan.Seed, world.Faults, plan.Length);
        Say($"seed {plan.Seed}: {plan.People} people, {plan.Rate:0.#} messages a second, {faults.Count} faults of {world.Faults.Count} kinds in {plan.Length:hh\\:mm\\:ss}");
        var (before, lasting) = (await Vitals.Take(world, clock.Elapsed), await world.LastingRedisKeys());
        using var over = new CancellationTokenSource();
        var people = Enumerable.Range(0, plan.People)
            .Select(number => new Person(number, plan.Seed, world.Doors, plan.Rate / plan.People, witness, IsCalm)).ToArray();
        var living = people.Select(person => Task.Run(() => person.Live(over.Token))).ToArray();
        clock.Restart();
        var watching = Watch(people, over.Token);
        var sampling = Sample(over.Token);
        foreach (var fault in faults)
        {
            await Happen(fault, people);
            if (clock.Elapsed > plan.Length - FaultPlan.Calm)
            {
                break;
            }
        }

        if (plan.Length - clock.Elapsed is var rest && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest);
        }

        await over.CancelAsync();
        await Task.WhenAll([watching, sampling]);
        await Task.WhenAll(living).WaitAsync(Stranded);
        Array.ForEach(people, person => person.Dispose());
        await Task.Delay(Aftermath);
        var after = await Vitals.Take(world, clock.Elapsed);
        if ((await world.LastingRedisKeys()).Except(lasting).ToArray() is { Length: > 0 } left)
        {
            witness.Breach($"{left.Length} keys in Redis are left for good, such as {left[0]}.");
        }

        foreach (var code in await world.StopServers())
        {
            if (code != 0)
            {
                witness.Breach($"A server that was stopped ended with {code}.");
            }
        }

        await History.Check(world, witness);
        Judge(before, after);
        return Report();
    }

    private bool IsCalm() => !isFaulty && Stopwatch.GetElapsedTime(Interlocked.Read(ref goodSince)) > Settling;

    private async Task Happen(PlannedFault planned, Person[] people)
    {
        if (planned.At - clock.Elapsed is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait);
        }

        var answered = witness.Messages.Count;
        isFaulty = true;
        await planned.Fault.Begin();
        await Task.Delay(planned.Lasts);
        var during = witness.Messages.Count - answered;
        await planned.Fault.End();
        var mended = Stopwatch.GetTimestamp();
        Interlocked.Exchange(ref goodSince, mended);
        isFaulty = false;

        // Until almost everybody was answered or met somebody since; who waits for somebody free may take longer.
        while (people.Count(person => person.Progress > mended) < people.Length * 0.9 && Stopwatch.GetElapsedTime(mended) < Stranded)
        {
            await Task.Delay(100);
        }

        Say($"{planned.Fault.Name}, for {planned.Lasts.TotalSeconds:0} s: {during} messages acknowledged meanwhile, {Stopwatch.GetElapsedTime(mended).TotalSeconds:0.0} s until nine of ten went on");
    }

    private async Task Watch(Person[] people, CancellationToken over)
    {
        var told = new HashSet<(Person, long)>();
        var rounds = 0;
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
            foreach (var person in people)
            {
                var since = Math.Max(person.Progress, Interlocked.Read(ref goodSince));
                if (!isFaulty && Stopwatch.GetElapsedTime(since) > Stranded && told.Add((person, person.Progress)))
                {
                    witness.Breach(string.Create(CultureInfo.InvariantCulture, $"At {clock.Elapsed:hh\\:mm\\:ss} person {Array.IndexOf(people, person)} is stranded, {person.State}."));
                }
            }

            if (++rounds % 60 == 0)
            {
                Say($"{witness.Messages.Count:N0} messages acknowledged, {witness.Breaches.Count} breaches{(vitals.Count == 0 ? "" : $", heap {vitals[^1].Heap / 1e6:0.0} of {vitals[^1].Committed / 1e6:0.0} MB, own memory {vitals[^1].Own / 1e6:0.0} MB, resident {vitals[^1].Resident / 1e6:0} MB, {vitals[^1].Threads} threads, {vitals[^1].Handles} handles")}");
            }
        }
    }

    private async Task Sample(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            if (!isFaulty)
            {
                try
                {
                    vitals.Add(await Vitals.Take(world, clock.Elapsed));
                }
                catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or StackExchange.Redis.RedisException
                    or Microsoft.Diagnostics.NETCore.Client.ServerNotAvailableException)
                {
                    // A fault struck just now.
                }
            }

            await Task.WhenAny(Task.Delay(SampleEvery, over), Task.Delay(SampleEvery, CancellationToken.None));
        }
    }

    /// <summary>The last two thirds, in which the process that is measured was the same all the time.</summary>
    private void Judge(Vitals before, Vitals after)
    {
        var late = vitals.Where(sample => sample.At > plan.Length / 3 && sample.ProcessId == after.ProcessId).ToArray();
        if (late.Length < 10)
        {
            Console.WriteLine($"Memory is not judged: there are {late.Length} samples of one process in the last two thirds.");
            return;
        }

        foreach (var (name, unit, isJudged, value) in new (string, double, bool, Func<Vitals, double>)[]
        {
            ("heap, MB", 1e6, true, sample => sample.Heap), ("own memory, MB", 1e6, true, sample => sample.Own),
            ("threads", 1, true, sample => sample.Threads), ("handles", 1, true, sample => sample.Handles),
            ("heap with what is free of it, MB", 1e6, false, sample => sample.Committed),
            ("compiled code, MB", 1e6, false, sample => sample.Code), ("resident, MB", 1e6, false, sample => sample.Resident),
        })
        {
            var trend = Trend.Of([.. late.Select(sample => (sample.At, value(sample) / unit))]);
            Console.WriteLine(FormattableString.Invariant(
                $"{name}: {trend.Mean:0.0} on average over {late.Length} samples, rise {trend.Rise:+0.00;-0.00} (noise {trend.Noise:0.00}); {value(before) / unit:0.0} before anybody came, {value(after) / unit:0.0} after all left"));
            if (isJudged && trend.Grows)
            {
                witness.Breach($"It grows: {name}.");
            }
        }

        if (after.RedisKeys is { } keys)
        {
            Console.WriteLine($"keys in Redis: {before.RedisKeys} before anybody came, at most {vitals.Max(sample => sample.RedisKeys)}, {keys} after all left");
        }
    }

    private bool Report()
    {
        foreach (var (what, times) in witness.Counts)
        {
            Console.WriteLine($"{times,8:N0} {what}");
        }

        foreach (var what in world.NotTried)
        {
            Console.WriteLine($"not tried: {what}");
        }

        foreach (var breach in witness.Breaches.Take(100))
        {
            Console.WriteLine($"BREACH {breach}");
        }

        Console.WriteLine(witness.Breaches.Count == 0 ? $"Every promise was kept (seed {plan.Seed})." : $"{witness.Breaches.Count} breaches (seed {plan.Seed}: --seed {plan.Seed} runs the same faults again).");
        return witness.Breaches.Count == 0;
    }

    private void Say(FormattableString line) => Console.WriteLine($"{clock.Elapsed:hh\\:mm\\:ss} {line.ToString(CultureInfo.InvariantCulture)}");
}
