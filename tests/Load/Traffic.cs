using System.Globalization;
using Microsoft.Data.Sqlite;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Load;

/// <summary>
/// Makes an event log as real traffic does: of a hundred events about eighty are messages, the rest begins of sessions,
/// matches and their ends, waits in vain, some reports and blocks. The same seed gives the same log.
/// </summary>
internal static class Traffic
{
    private const int MessagesAMatch = 11;
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task<int> Run(string folder, string[] rest)
    {
        var count = Count(rest);
        await Fill(Path.Combine(folder, "events.db"), count);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} events in {Path.Combine(folder, "events.db")}"));
        return 0;
    }

    public static int Count(string[] rest) =>
        rest is [var given, ..] ? int.Parse(given, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : 1_000_000;

    /// <summary>Writes exactly <paramref name="count"/> events into a new log.</summary>
    public static async Task Fill(string file, int count)
    {
        await SqliteEventStore.Open(file, TimeProvider.System).DisposeAsync();
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var log = new LogWriter(connection, count);
        var random = new Random(1);
        var people = new List<(Guid Visitor, Guid Device)>();
        for (var clock = Begin; !log.IsFull; clock += TimeSpan.FromSeconds(3))
        {
            var (a, b) = (Person(), Person());
            var match = Id();
            var (first, second) = (Ticket(a, clock), Ticket(b, clock));
            log.Write($"match-{match}", clock, new MatchEvent.Started(match, ChatMode.Text, first, second, 0, clock));
            for (var n = 1; n <= MessagesAMatch; n++)
            {
                log.Write($"messages-{match}", clock, new MessageEvent.Sent(match, Id(), n, a.Visitor, Sealed(), clock));
            }

            log.Write($"match-{match}", clock, new MatchEvent.Ended(
                match, MatchEndReason.Skipped, a.Visitor, a.Visitor, a.Device, b.Visitor, b.Device, 6, 5, 60_000, clock));
            if (random.Next(8) == 0)
            {
                var left = Person();
                log.Write($"visitor-{left.Visitor}", clock, new VisitorEvent.TicketEnded(left.Visitor, Ticket(left, clock), TicketEndReason.Left, clock));
            }

            if (random.Next(50) == 0)
            {
                var report = Id();
                log.Write($"case-{report}", clock, new CaseEvent.Reported(
                    report, report, match, a.Visitor, a.Device, b.Visitor, b.Device, ReportReason.Spam, null, "c", Sealed(), new string('0', 64), 5, clock));
                log.Write($"visitor-{a.Visitor}", clock, new VisitorEvent.Blocked(a.Visitor, a.Device, b.Visitor, b.Device, match, clock));
            }

            (Guid Visitor, Guid Device) Person()
            {
                // Most come back a few times; every fifth pair brings somebody new.
                if (people.Count > 50 && random.Next(10) < 7)
                {
                    return people[random.Next(people.Count)];
                }

                var person = (Id(), Id());
                log.Write($"visitor-{person.Item1}", clock, new VisitorEvent.SessionStarted(person.Item1, person.Item2, "2026-01", Sealed(), clock));
                if (people.Count < 5_000)
                {
                    people.Add(person);
                }
                else
                {
                    people[random.Next(people.Count)] = person;
                }

                return person;
            }
        }

        TicketRecord Ticket((Guid Visitor, Guid Device) who, DateTimeOffset at)
        {
            var waited = random.Next(10_000);
            return new(Id(), who.Visitor, who.Device, ChatMode.Text, "en", null, 0, false, false, at.AddMilliseconds(-waited), waited);
        }

        Guid Id()
        {
            Span<byte> bytes = stackalloc byte[16];
            random.NextBytes(bytes);
            return new(bytes);
        }

        string Sealed()
        {
            var bytes = new byte[random.Next(30, 150)];
            random.NextBytes(bytes);
            return "rc1:h1:" + Convert.ToBase64String(bytes);
        }
    }
}
