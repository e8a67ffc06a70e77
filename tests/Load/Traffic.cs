using System.Globalization;
using Microsoft.Data.Sqlite;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Load;

/// <summary>
/// Makes an event log as real traffic does: eleven messages a match, of which the screening had something to say about one in a
/// hundred; three of ten people are new; a wait in vain for every eighth match, a report and a block for every fiftieth, and what the
/// staff make of the reports (<see cref="TrafficDesk"/>). That is about 77 messages of a hundred events. The same seed gives the same log.
/// </summary>
internal sealed class Traffic
{
    private const int MessagesAMatch = 11;
    private const int MostPeople = 5_000;
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LogWriter log;
    private readonly TrafficDesk desk;
    private readonly Random random = new(1);
    private readonly List<TrafficPerson> people = [];
    private DateTimeOffset clock = Begin;

    private Traffic(LogWriter log) => (this.log, desk) = (log, new(log, random));

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
        for (var traffic = new Traffic(log); !log.IsFull; traffic.clock += TimeSpan.FromSeconds(3))
        {
            traffic.Meet();
            traffic.desk.Work(traffic.clock);
        }
    }

    private void Meet()
    {
        var (a, b, match) = (Person(), Person(), random.Id());
        log.Write($"match-{match}", clock, new MatchEvent.Started(match, ChatMode.Text, Ticket(a), Ticket(b), 0, clock));
        for (var n = 1; n <= MessagesAMatch; n++)
        {
            var message = random.Id();
            log.Write($"messages-{match}", clock, new MessageEvent.Sent(match, message, n, a.Visitor, random.Sealed(), clock), a.Actor);
            if (random.Next(100) == 0)
            {
                log.Write($"match-{match}", clock, new MatchEvent.MessageScreened(match, message, n, a.Visitor, a.Device, TrafficDesk.Finding, clock, clock));
            }
        }

        log.Write($"match-{match}", clock, new MatchEvent.Ended(
            match, MatchEndReason.Skipped, a.Visitor, a.Visitor, a.Device, b.Visitor, b.Device, 6, 5, 60_000, clock), a.Actor);
        if (random.Next(8) == 0)
        {
            var left = Person();
            log.Write($"visitor-{left.Visitor}", clock, new VisitorEvent.TicketEnded(left.Visitor, Ticket(left), TicketEndReason.Left, clock), left.Actor);
        }

        if (random.Next(50) == 0)
        {
            desk.Report(match, a, b, clock);
            log.Write($"visitor-{a.Visitor}", clock, new VisitorEvent.Blocked(a.Visitor, a.Device, b.Visitor, b.Device, match, clock), a.Actor);
        }
    }

    /// <summary>Most come back a few times; every third is somebody new.</summary>
    private TrafficPerson Person()
    {
        if (people.Count > 50 && random.Next(10) < 7)
        {
            return people[random.Next(people.Count)];
        }

        var person = new TrafficPerson(random.Id(), random.Id());
        log.Write($"visitor-{person.Visitor}", clock, new VisitorEvent.SessionStarted(person.Visitor, person.Device, "2026-01", random.Sealed(), clock), person.Actor);
        if (random.Next(2) == 0)
        {
            log.Write($"visitor-{person.Visitor}", clock, new VisitorEvent.PreferencesChanged(person.Visitor, random.Sealed(), clock), person.Actor);
        }

        if (people.Count < MostPeople)
        {
            people.Add(person);
        }
        else
        {
            people[random.Next(people.Count)] = person;
        }

        return person;
    }

    private TicketRecord Ticket(TrafficPerson who)
    {
        var waited = random.Next(10_000);
        return new(random.Id(), who.Visitor, who.Device, ChatMode.Text, "en", null, 0, false, false, clock.AddMilliseconds(-waited), waited);
    }
}
