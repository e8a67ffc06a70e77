using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Bots;

/// <summary>
/// How much each device and each address behaves like a program. Kept in memory and fading: nothing of it is stored, and
/// no text. It makes things dearer and asks people to look; it never decides about anybody.
/// </summary>
public sealed class Suspicion(TimeProvider clock, IOptions<BotOptions>? options = null)
{
    private readonly bool isSilent = options is { Value.Enabled: false };
    private const int MostBooks = 100_000;

    /// <summary>An address may be a household, a school or a city: it takes on a part, and never more than a dearer proof by that.</summary>
    private const double PartOfAddress = 0.25;
    private const double MostOfNeighbours = 3.5;
    private const int KnownAdvert = 5;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, HabitBook> books = [];
    private readonly ConcurrentDictionary<string, Score> scores = [];
    private readonly ConcurrentDictionary<(string Address, ulong Line), Tellers> adverts = [];
    private readonly ConcurrentDictionary<Guid, string> addresses = [];

    /// <summary>A hub connection opened.</summary>
    public void Connected(Guid device, string address)
    {
        addresses[device] = address;
        Note(device, book => book.Connected(clock.GetUtcNow()));
    }

    public void Joined(Guid device, string address)
    {
        addresses[device] = address;
        Note(device, book =>
        {
            book.Joined(clock.GetUtcNow());
            return [];
        });
    }

    public void LeftQueue(Guid device) => Note(device, book => book.LeftQueue(clock.GetUtcNow()));

    public void Matched(Guid device) => Note(device, book =>
    {
        book.Matched();
        return [];
    });

    /// <inheritdoc cref="HabitBook.Over"/>
    public void MatchOver(Guid device, TimeSpan length, int said, bool leftByMe) =>
        Note(device, book => book.Over(clock.GetUtcNow(), length, said, leftByMe));

    /// <summary>
    /// A message. True where it is an advertisement that was told to others before: of itself a reason to look at it,
    /// since whoever throws its cookies away comes as a new device each time, but from the same place with the same words.
    /// </summary>
    /// <inheritdoc cref="HabitBook.Said"/>
    public bool Said(Guid device, Guid partner, SaidLine line, int number)
    {
        Note(device, book => book.Said(clock.GetUtcNow(), partner, line, number));
        if (isSilent || !line.IsAdvert || !addresses.TryGetValue(device, out var address))
        {
            return false;
        }

        var tellers = adverts.GetOrAdd((address, line.Fingerprint), _ => new());
        lock (tellers)
        {
            tellers.At = clock.GetUtcNow();
            if (number <= HabitBook.FirstLines && tellers.Partners.Add(partner) && tellers.Partners.Count >= KnownAdvert)
            {
                Raise(address, SuspicionPolicy.WeightOf(BotHabit.Advertises) * PartOfAddress, MostOfNeighbours);
            }

            return tellers.Partners.Count >= KnownAdvert;
        }
    }

    /// <summary>Whether a message is part of a flood; of the device that is noted once a match.</summary>
    /// <param name="pace">Of the sender, in this match.</param>
    /// <param name="length">In UTF-16 code units.</param>
    public bool IsFlood(Guid device, Pace pace, int length)
    {
        if (isSilent || !pace.Said(clock.GetUtcNow(), length))
        {
            return false;
        }

        if (!pace.IsNoted)
        {
            pace.IsNoted = true;
            Note(device, book => book.Flooded(clock.GetUtcNow()));
        }

        return true;
    }

    /// <summary>What this caller's behaviour, or that of its address, leads to.</summary>
    public SuspicionStep StepFor(Guid? device, string address) =>
        SuspicionPolicy.StepOf(Math.Max(device is { } known ? ScoreOf(KeyOf(known)) : 0, ScoreOf(address)));

    /// <summary>What the behaviour of a device alone leads to, whatever its neighbours do.</summary>
    public SuspicionStep StepOf(Guid device) => SuspicionPolicy.StepOf(ScoreOf(KeyOf(device)));

    /// <summary>What made a device suspected, as long as that is remembered.</summary>
    public IReadOnlyList<BotHabit> HabitsOf(Guid device)
    {
        if (!books.TryGetValue(device, out var book))
        {
            return [];
        }

        lock (book)
        {
            return [.. book.Seen];
        }
    }

    /// <summary>How long a device that is slowed has to wait for its next join; null where it may join now.</summary>
    public TimeSpan? WaitOf(Guid device)
    {
        if (!books.TryGetValue(device, out var book))
        {
            return null;
        }

        lock (book)
        {
            var wait = book.LastJoinAt + SuspicionPolicy.SlowedTo - clock.GetUtcNow();
            return wait > TimeSpan.Zero ? wait : null;
        }
    }

    /// <summary>Forgets who has been quiet for a while.</summary>
    public void Sweep()
    {
        var now = clock.GetUtcNow();
        foreach (var (device, book) in books)
        {
            if (now - book.TouchedAt > Kept)
            {
                books.TryRemove(new(device, book));
                addresses.TryRemove(device, out _);
            }
        }

        foreach (var (key, score) in scores)
        {
            if (score.At(now) < 0.1)
            {
                scores.TryRemove(new(key, score));
            }
        }

        foreach (var (key, tellers) in adverts)
        {
            if (now - tellers.At > Kept)
            {
                adverts.TryRemove(new(key, tellers));
            }
        }
    }

    private void Note(Guid device, Func<HabitBook, IEnumerable<BotHabit>> note)
    {
        if (isSilent || (books.Count >= MostBooks && !books.ContainsKey(device)))
        {
            return;
        }

        var book = books.GetOrAdd(device, _ => new());
        BotHabit[] seen;
        lock (book)
        {
            seen = [.. note(book)];
            book.Seen.UnionWith(seen);
        }

        foreach (var weight in seen.Select(SuspicionPolicy.WeightOf))
        {
            Raise(KeyOf(device), weight, most: double.MaxValue);
            if (addresses.TryGetValue(device, out var address))
            {
                Raise(address, weight * PartOfAddress, MostOfNeighbours);
            }
        }
    }

    private void Raise(string key, double weight, double most)
    {
        var now = clock.GetUtcNow();
        scores.AddOrUpdate(
            key, _ => new(Math.Min(weight, most), now), (_, known) => known.At(now) is var was && was >= most ? known : new(Math.Min(was + weight, most), now));
    }

    private double ScoreOf(string key) => scores.TryGetValue(key, out var score) ? score.At(clock.GetUtcNow()) : 0;

    private static string KeyOf(Guid device) => device.ToString("N");

    private sealed record Score(double Value, DateTimeOffset Since)
    {
        public double At(DateTimeOffset now) => SuspicionPolicy.Faded(Value, now - Since);
    }

    private sealed class Tellers
    {
        public HashSet<Guid> Partners { get; } = [];

        public DateTimeOffset At { get; set; }
    }
}
