using RandomChat.Application.Bots;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Bots;

/// <summary>Programs of every kind that we thought of beside a thousand people: who is caught, and who wrongly.</summary>
public sealed class SuspicionTests(ITestOutputHelper output)
{
    private const int People = 1_000;
    private const int BotsOfAKind = 5;
    private static readonly SaidLine Advert = new(0xAD, IsTelling: true, IsAdvert: true);
    private static readonly SaidLine[] Script = [.. Enumerable.Range(0, 6).Select(number => new SaidLine((ulong)(0x5C00 + number), IsTelling: true, IsAdvert: false))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Programs_are_asked_again_and_people_are_left_alone(int seed)
    {
        var crowd = new Crowd(seed);
        for (var person = 0; person < People; person++)
        {
            // Fifty of them share an address, and with it a program.
            var (kind, life) = PeopleOf[person % PeopleOf.Length];
            crowd.Add(kind, person < 50 ? "school" : $"home-{person}", life);
        }

        foreach (var (kind, life) in BotsOf)
        {
            for (var bot = 0; bot < BotsOfAKind; bot++)
            {
                crowd.Add(kind, bot == 0 ? "school" : $"host-{kind}-{bot}", life);
            }
        }

        crowd.Live(TimeSpan.FromHours(2));

        var bots = BotsOf.Select(bot => bot.Kind).ToHashSet();
        foreach (var kind in crowd.Actors.GroupBy(actor => actor.Kind))
        {
            output.WriteLine($"{kind.Key}: {kind.Count()}, of them {string.Join(", ", kind.GroupBy(actor => actor.Worst).OrderBy(step => step.Key).Select(step => $"{step.Count()} {step.Key}"))}");
        }

        output.WriteLine($"of {crowd.Actors.Where(actor => !bots.Contains(actor.Kind)).Sum(actor => actor.Adverts.Told)} contacts that people gave {crowd.Actors.Where(actor => !bots.Contains(actor.Kind)).Sum(actor => actor.Adverts.Known)} were taken for advertisements");
        var people = crowd.Actors.Where(actor => !bots.Contains(actor.Kind)).ToArray();
        Assert.InRange(people.Count(person => person.Worst >= SuspicionStep.AskedAgain), 0, People / 200);
        Assert.DoesNotContain(people, person => person.Worst >= SuspicionStep.Slowed);
        Assert.All(
            crowd.Actors.Where(actor => bots.Contains(actor.Kind)).GroupBy(actor => actor.Kind),
            kind => Assert.True(kind.All(IsCaught), $"{kind.Key} is not caught."));
    }

    /// <summary>Whoever is new each time cannot be asked again; its sessions cost more, and its words are known.</summary>
    private static bool IsCaught(Actor bot) => bot.Worst >= SuspicionStep.AskedAgain
        || (bot.Worst == SuspicionStep.DearerProof && bot.Adverts.Known > bot.Adverts.Told * 0.9);

    private static readonly (string Kind, Func<Actor, IEnumerable<TimeSpan>> Life)[] PeopleOf =
    [
        ("talker", me => Forever(me, () => me.Match(me.About(240), me.Happens(0.5), Lines(me, 3, 30)))),
        ("fast skipper", me => Forever(me, () => me.Match(me.About(4), me.Happens(0.8), me.Happens(0.4) ? [me.Short()] : []))),
        ("paster", Paster),
        ("screen reader", me => Forever(me, () => me.Match(me.About(400, 0.3), me.Happens(0.3), Lines(me, 2, 8)))),
        ("on a train", OnATrain),
        ("impatient", Impatient),
        ("shares a handle", SharesAHandle),
        ("silent watcher", me => Forever(me, () => me.Match(me.About(12), leaves: true))),
    ];

    private static readonly (string Kind, Func<Actor, IEnumerable<TimeSpan>> Life)[] BotsOf =
    [
        ("advertiser", me => Forever(me, () => me.Match(Actor.Seconds(2), leaves: true, Advert))),
        ("advertiser with human timing", me => Forever(me, () => me.Match(me.About(25), me.Happens(0.8), me.Happens(0.5) ? [me.Short(), Advert] : [Advert]))),
        ("reciter with human timing", me => Forever(me, () => me.Match(me.About(90), me.Happens(0.7), [.. Script.Take((int)me.Between(2, 6))]))),
        ("courtship with human timing", Courtship),
        ("connects in bursts", Bursts),
        ("probes the queue", Probes),
        ("metronome", me => Forever(me, () => me.Match(Actor.Seconds(me.Between(1.9, 2.1)), leaves: true))),
        ("throws cookies away", ThrowsCookiesAway),
    ];

    private static IEnumerable<TimeSpan> Forever(Actor me, Func<IEnumerable<TimeSpan>> match)
    {
        me.Connect();
        while (true)
        {
            foreach (var pause in match())
            {
                yield return pause;
            }

            yield return me.About(5);
        }
    }

    private static SaidLine[] Lines(Actor me, int least, int most) =>
        [.. Enumerable.Range(0, (int)me.Between(least, most)).Select(_ => me.Happens(0.3) ? me.Short() : me.Fresh())];

    private static IEnumerable<TimeSpan> Paster(Actor me)
    {
        var introduction = me.Fresh() with { IsTelling = true };
        return Forever(me, () => me.Match(me.About(30, 1), me.Happens(0.7), me.Happens(0.3) ? [introduction, .. Lines(me, 1, 10)] : [introduction]));
    }

    private static IEnumerable<TimeSpan> SharesAHandle(Actor me)
    {
        var handle = me.Fresh(advert: true);
        return Forever(me, () => me.Match(
            me.About(150), me.Happens(0.5), me.Happens(0.02) ? [handle] : me.Happens(0.2) ? [.. Lines(me, 3, 15), handle] : Lines(me, 2, 15)));
    }

    private static IEnumerable<TimeSpan> OnATrain(Actor me)
    {
        // The page tries again after 0, 0.5, 1, 2, 2, … seconds.
        return Forever(me, Ride);

        IEnumerable<TimeSpan> Ride()
        {
            for (var broken = me.Between(0, 12); broken > 0; broken--)
            {
                me.Connect();
                yield return me.About(4);
            }

            foreach (var pause in me.Match(me.About(120), me.Happens(0.5), Lines(me, 1, 12)))
            {
                yield return pause;
            }
        }
    }

    private static IEnumerable<TimeSpan> Impatient(Actor me) => Forever(me, () => me.Happens(0.3) ? GiveUp(me, me.About(4)) : me.Match(me.About(60), me.Happens(0.7), Lines(me, 1, 10)));

    private static IEnumerable<TimeSpan> GiveUp(Actor me, TimeSpan after)
    {
        me.Join();
        yield return after;
        me.Leave();
        yield return me.About(10);
    }

    private static IEnumerable<TimeSpan> Courtship(Actor me)
    {
        SaidLine Say(int of, int number) => new((ulong)(0xC000 + (of * 16) + number), IsTelling: true, IsAdvert: of == 4);
        return Forever(me, () => me.Match(
            me.About(200), leaves: true, [.. Enumerable.Range(0, 5).Select(of => Say(of, (int)me.Between(0, 3)))]));
    }

    private static IEnumerable<TimeSpan> Bursts(Actor me)
    {
        while (true)
        {
            for (var connection = 0; connection < 30; connection++)
            {
                me.Connect();
                yield return Actor.Seconds(0.5);
            }

            foreach (var pause in me.Match(me.About(10), leaves: true, me.Fresh()))
            {
                yield return pause;
            }
        }
    }

    private static IEnumerable<TimeSpan> Probes(Actor me) => Forever(me, () => GiveUp(me, Actor.Seconds(1)));

    private static IEnumerable<TimeSpan> ThrowsCookiesAway(Actor me)
    {
        while (true)
        {
            me.ForgetCookies();
            me.Connect();
            foreach (var pause in me.Match(me.About(6), leaves: true, Advert with { Fingerprint = 0xC00C1E }))
            {
                yield return pause;
            }
        }
    }
}
