using CsCheck;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Domain.Tests.Matchmaking;

/// <summary>Tickets for examples and properties.</summary>
internal static class People
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly string?[] Languages = [null, "en", "fr"];
    private static readonly string[] Interests = ["chess", "tea", "rain"];

    /// <summary>
    /// A few visitors with a few browsers between them, blocks, meetings, and waits of up to a minute, so that every
    /// rule has something to say.
    /// </summary>
    public static readonly Gen<Ticket[]> Crowd =
        Gen.Int[2, 8].SelectMany(size => Gen.Select(
            Gen.Int[0, size].Array[size],
            Gen.Select(Gen.Int[0, Languages.Length - 1].Select(i => Languages[i]), Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 7], Gen.Int[0, 60]).Array[size],
            Gen.Int[0, size * size * 4].Array[0, 3],
            Gen.Select(Gen.Int[0, size - 1], Gen.Int[0, size - 1], Gen.Int[0, 40]).Array[0, 4],
            (devices, wishes, blocks, meetings) => Make(size, devices, wishes, blocks, meetings)));

    public static Ticket Someone(
        string? language = null, bool acceptAny = false, string[]? interests = null, ChatMode mode = ChatMode.Text,
        bool frequentSkipper = false, Guid[]? excluded = null, Dictionary<Guid, DateTimeOffset>? met = null,
        DateTimeOffset? askedAt = null) => new(
        Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), new(mode, language, interests ?? [], acceptAny), askedAt ?? Noon,
        (excluded ?? []).ToHashSet(), met ?? [], frequentSkipper, TimedOut: false);

    private static Ticket[] Make(
        int size, int[] devices, (string? Language, bool Any, bool Skips, bool TimedOut, int Interests, int Waited)[] wishes,
        int[] blocks, (int, int, int Minutes)[] meetings)
    {
        var people = Enumerable.Range(0, size).Select(i => new Ticket(
            Id(1, i), Id(2, i), Id(3, devices[i]),
            new(
                ChatMode.Text, wishes[i].Language,
                [.. Interests.Where((_, bit) => (wishes[i].Interests & (1 << bit)) != 0)], wishes[i].Any),
            Noon.AddSeconds(-wishes[i].Waited), new HashSet<Guid>(), new Dictionary<Guid, DateTimeOffset>(), wishes[i].Skips,
            wishes[i].TimedOut)).ToArray();

        // One side of a pair remembers by visitor or by browser; the other one by nothing.
        foreach (var block in blocks)
        {
            var (one, other) = (block / 2 % size, block / 2 / size % size);
            ((HashSet<Guid>)people[one].Excluded).Add(block % 2 == 0 ? people[other].VisitorId : people[other].DeviceId);
        }

        foreach (var (one, other, minutes) in meetings)
        {
            ((Dictionary<Guid, DateTimeOffset>)people[one].RecentlyMet)[people[other].VisitorId] = Noon.AddMinutes(-minutes);
        }

        return people;
    }

    private static Guid Id(byte kind, int number) => new(number, 0, 0, [kind, 0, 0, 0, 0, 0, 0, 0]);
}
