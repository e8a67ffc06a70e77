using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Bots;

/// <summary>What one device did lately, as far as it tells programs from people. Not safe for several threads.</summary>
internal sealed class HabitBook
{
    // Each is beyond what was seen of people in the seeded crowd of the tests, fast skippers and pasters included.
    private const int BurstConnections = 20;
    private static readonly TimeSpan BurstWindow = TimeSpan.FromMinutes(1);
    private const int Probes = 8;
    private static readonly TimeSpan ProbeLength = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ProbeWindow = TimeSpan.FromMinutes(5);
    private const int SilentMatches = 10;
    private const double EvenPace = 0.15;
    private const int AdvertPartners = 4;
    internal const int FirstLines = 2;
    private const int RecitedPartners = 3;
    private const int RecitedLines = 3;
    private const int RecitedTellings = 6;
    private const int MostLines = 64;
    private static readonly TimeSpan LineWindow = TimeSpan.FromMinutes(45);

    private readonly Queue<DateTimeOffset> connections = new();
    private readonly Queue<DateTimeOffset> probes = new();
    private readonly Queue<double> silences = new();
    private readonly Dictionary<ulong, Line> lines = [];
    private DateTimeOffset? joinedAt;
    private int recited;

    public SortedSet<BotHabit> Seen { get; } = [];

    /// <summary>When anything was noted last.</summary>
    public DateTimeOffset TouchedAt { get; private set; }

    public DateTimeOffset? LastJoinAt { get; private set; }

    public IEnumerable<BotHabit> Connected(DateTimeOffset now)
    {
        TouchedAt = now;
        return Counted(connections, now, BurstWindow, BurstConnections) ? [BotHabit.Bursts] : [];
    }

    public void Joined(DateTimeOffset now)
    {
        TouchedAt = now;
        joinedAt = LastJoinAt = now;
    }

    public IEnumerable<BotHabit> LeftQueue(DateTimeOffset now)
    {
        TouchedAt = now;
        var waited = now - joinedAt;
        joinedAt = null;
        return waited < ProbeLength && Counted(probes, now, ProbeWindow, Probes) ? [BotHabit.Probes] : [];
    }

    public void Matched() => joinedAt = null;

    public IEnumerable<BotHabit> Flooded(DateTimeOffset now)
    {
        TouchedAt = now;
        return [BotHabit.Floods];
    }

    /// <param name="length">Of the match.</param>
    /// <param name="said">How many messages this device sent in it.</param>
    /// <param name="leftByMe">Whether this device ended it.</param>
    public IEnumerable<BotHabit> Over(DateTimeOffset now, TimeSpan length, int said, bool leftByMe)
    {
        TouchedAt = now;
        if (said > 0 || !leftByMe)
        {
            silences.Clear();
            return [];
        }

        silences.Enqueue(length.TotalSeconds);
        if (silences.Count < SilentMatches)
        {
            return [];
        }

        var mean = silences.Average();
        var deviation = Math.Sqrt(silences.Average(one => (one - mean) * (one - mean)));
        if (deviation >= EvenPace * mean)
        {
            silences.Dequeue();
            return [];
        }

        silences.Clear();
        return [BotHabit.Metronome];
    }

    /// <param name="said">What was said.</param>
    /// <param name="number">Which of this device's messages in the match, from 1.</param>
    public IEnumerable<BotHabit> Said(DateTimeOffset now, Guid partner, SaidLine said, int number)
    {
        TouchedAt = now;
        if (!said.IsTelling && !said.IsAdvert)
        {
            yield break;
        }

        if (!lines.TryGetValue(said.Fingerprint, out var line))
        {
            Forget(now);
            lines[said.Fingerprint] = line = new();
        }

        line.At = now;
        if (!line.Partners.Add(partner))
        {
            yield break;
        }

        if (said.IsAdvert && number <= FirstLines)
        {
            line.ToldFirst++;
            if (line.ToldFirst >= AdvertPartners)
            {
                yield return BotHabit.Advertises;
            }
        }

        // Many have one sentence that they begin with; few have three that they tell everybody.
        if (line.Partners.Count >= RecitedPartners && ++recited >= RecitedTellings
            && lines.Values.Count(one => one.Partners.Count >= RecitedPartners) >= RecitedLines)
        {
            recited = 0;
            yield return BotHabit.Recites;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (fingerprint, _) in lines.Where(line => now - line.Value.At > LineWindow).ToArray())
        {
            lines.Remove(fingerprint);
        }

        if (lines.Count >= MostLines)
        {
            lines.Remove(lines.MinBy(line => line.Value.At).Key);
        }
    }

    /// <summary>Whether this one completes so many within a window; then counting begins anew.</summary>
    private static bool Counted(Queue<DateTimeOffset> seen, DateTimeOffset now, TimeSpan window, int most)
    {
        seen.Enqueue(now);
        while (now - seen.Peek() > window)
        {
            seen.Dequeue();
        }

        if (seen.Count < most)
        {
            return false;
        }

        seen.Clear();
        return true;
    }

    private sealed class Line
    {
        public HashSet<Guid> Partners { get; } = [];

        public int ToldFirst { get; set; }

        public DateTimeOffset At { get; set; }
    }
}

/// <summary>A message as far as habits go; its text is not kept.</summary>
/// <param name="Fingerprint">Of the normalised text: the same text gives the same one.</param>
/// <param name="IsTelling">Long enough that two people hardly say it by chance.</param>
/// <param name="IsAdvert">Whether it leads somewhere else: a link, an address, a number, a handle.</param>
public readonly record struct SaidLine(ulong Fingerprint, bool IsTelling, bool IsAdvert);
