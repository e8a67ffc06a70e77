using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Bots;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Bots;

/// <summary>
/// People and programs who use one server for a while, in the order of a common clock. The same seed is the same crowd.
/// </summary>
internal sealed class Crowd(int seed)
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 1, 18, 0, 0, TimeSpan.Zero));
    private readonly PriorityQueue<IEnumerator<TimeSpan>, long> due = new();
    private readonly List<Actor> actors = [];
    private Suspicion? suspicion;

    public Random Chance { get; } = new(seed);

    public IReadOnlyList<Actor> Actors => actors;

    /// <param name="life">What the actor does; each value is a pause until it goes on.</param>
    public void Add(string kind, string address, Func<Actor, IEnumerable<TimeSpan>> life)
    {
        var actor = new Actor(kind, address, suspicion ??= new(clock), Chance);
        actors.Add(actor);
        due.Enqueue(life(actor).GetEnumerator(), clock.GetUtcNow().AddSeconds(Chance.NextDouble() * 600).UtcTicks);
    }

    public void Live(TimeSpan length)
    {
        var end = (clock.GetUtcNow() + length).UtcTicks;
        while (due.TryDequeue(out var life, out var at) && at < end)
        {
            clock.SetUtcNow(new(at, TimeSpan.Zero));
            if (life.MoveNext())
            {
                due.Enqueue(life, at + life.Current.Ticks + 1);
            }
        }
    }
}

/// <summary>One browser, or what passes for one.</summary>
internal sealed class Actor(string kind, string address, Suspicion suspicion, Random chance)
{
    private Guid device = Guid.NewGuid();

    public string Kind => kind;

    /// <summary>The furthest that its suspicion led to, looked at whenever it joined.</summary>
    public SuspicionStep Worst { get; private set; }

    /// <summary>What it advertised, and how much of that was known by then.</summary>
    public (int Told, int Known) Adverts { get; private set; }

    public void Connect() => suspicion.Connected(device, address);

    public void ForgetCookies() => device = Guid.NewGuid();

    public void Join()
    {
        var step = suspicion.StepFor(device, address);
        Worst = step > Worst ? step : Worst;
        suspicion.Joined(device, address);
    }

    public void Leave() => suspicion.LeftQueue(device);

    /// <summary>A whole match with somebody new.</summary>
    /// <param name="lines">What this one says, in order.</param>
    public IEnumerable<TimeSpan> Match(TimeSpan length, bool leaves, params SaidLine[] lines)
    {
        Join();
        yield return Seconds(Between(0.5, 8));
        suspicion.Matched(device);
        var partner = Guid.NewGuid();
        for (var number = 1; number <= lines.Length; number++)
        {
            yield return length / (lines.Length + 1);
            var known = suspicion.Said(device, partner, lines[number - 1], number);
            Adverts = lines[number - 1].IsAdvert ? (Adverts.Told + 1, Adverts.Known + (known ? 1 : 0)) : Adverts;
        }

        yield return length / (lines.Length + 1);
        suspicion.MatchOver(device, length, lines.Length, leaves);
    }

    public double Between(double least, double most) => least + (chance.NextDouble() * (most - least));

    public bool Happens(double share) => chance.NextDouble() < share;

    /// <summary>As people take their time: most near the median, some very long.</summary>
    public TimeSpan About(double medianSeconds, double spread = 0.6)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - chance.NextDouble())) * Math.Cos(2 * Math.PI * chance.NextDouble());
        return Seconds(medianSeconds * Math.Exp(spread * normal));
    }

    /// <summary>Something nobody has said before.</summary>
    public SaidLine Fresh(bool advert = false) => new((ulong)chance.NextInt64(), IsTelling: Happens(0.4), advert);

    /// <summary>"hi", "m or f?": what everybody says.</summary>
    public SaidLine Short() => new((ulong)chance.Next(40), IsTelling: false, IsAdvert: false);

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
