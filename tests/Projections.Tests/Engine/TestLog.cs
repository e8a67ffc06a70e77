using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Engine;

/// <summary>An event log in a folder of its own, and short ways to write into it.</summary>
public sealed class TestLog : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<StreamName, long> revisions = [];

    public TestLog() => Store = SqliteEventStore.Open(Path.Combine(Folder, "events.db"), TimeProvider.System);

    public string Folder { get; } = Directory.CreateTempSubdirectory("randomchat-read-").FullName;

    public SqliteEventStore Store { get; }

    internal EventFeed Feed => new(new(Store), EventCodec.Default, TimeProvider.System);

    /// <summary>Somebody begins a session.</summary>
    public Task<LogPosition> Session(Person who, DateTimeOffset? at = null) => Append(
        StreamName.For("visitor", who.Visitor), new VisitorEvent.SessionStarted(who.Visitor, who.Device, "2026-03", "rc1:v:sealed", at ?? Noon));

    public Task<LogPosition> Started(Guid match, Person first, Person second, DateTimeOffset? at = null) => Append(
        StreamName.For("match", match),
        new MatchEvent.Started(match, ChatMode.Text, first.Ticket(at ?? Noon, 1_500), second.Ticket(at ?? Noon, 500), 0, at ?? Noon));

    public Task<LogPosition> CallEnded(Guid match, Person first, Person second, CallReport? firstCall, CallReport? secondCall, DateTimeOffset? at = null) => Append(
        StreamName.For("match", match), new MatchEvent.CallEnded(match, first.Visitor, second.Visitor, firstCall, secondCall, at ?? Noon));

    public Task<LogPosition> Ended(Guid match, Person first, Person second, DateTimeOffset? at = null, MatchEndReason reason = MatchEndReason.Skipped) => Append(
        StreamName.For("match", match),
        new MatchEvent.Ended(match, reason, first.Visitor, first.Visitor, first.Device, second.Visitor, second.Device, 3, 4, 60_000, at ?? Noon));

    public Task<LogPosition> Reported(Guid match, Person reporter, Person reported, DateTimeOffset? at = null, Guid? reportId = null) => Append(
        StreamName.For("case", reported.Visitor),
        new CaseEvent.Reported(
            reported.Visitor, reportId ?? Guid.NewGuid(), match, reporter.Visitor, reporter.Device, reported.Visitor, reported.Device, ReportReason.Spam, null, "c",
            "rc1:c:sealed", "00", 0, at ?? Noon));

    public Task<LogPosition> Message(Guid match, int sequence, Person from) => Append(
        StreamName.For("messages", match), new MessageEvent.Sent(match, Guid.NewGuid(), sequence, from.Visitor, "rc1:h:sealed", Noon));

    public Task<LogPosition> Append(StreamName stream, object happened) =>
        Append(stream, EventCodec.Default.Encode(Guid.NewGuid(), happened, new(Guid.NewGuid(), Guid.NewGuid(), EventMetadata.System)));

    public async Task<LogPosition> Append(StreamName stream, NewEvent e)
    {
        var revision = revisions.GetValueOrDefault(stream, -1);
        var appended = Assert.IsType<AppendResult.Appended>(await Store.Append(stream, new(revision), [e], CancellationToken.None));
        revisions[stream] = appended.Revision;
        return appended.Position;
    }

    /// <summary>A little of everything, several hundred events.</summary>
    public async Task Traffic(int matches = 60)
    {
        var people = Enumerable.Range(0, 20).Select(_ => Person.New()).ToArray();
        foreach (var person in people)
        {
            await Session(person);
        }

        for (var n = 0; n < matches; n++)
        {
            var (a, b, match, at) = (people[n % 20], people[(n * 7 + 3) % 20], Guid.NewGuid(), Noon.AddMinutes(n * 5));
            if (a == b)
            {
                continue;
            }

            await Started(match, a, b, at);
            for (var m = 1; m <= 4; m++)
            {
                await Message(match, m, a);
            }

            await Ended(match, a, b, at.AddMinutes(1));
            if (n % 5 == 0)
            {
                await Reported(match, a, b, at.AddMinutes(1));
            }
        }
    }

    /// <summary>What the runners measure.</summary>
    internal Meters Meters { get; } = new();

    internal ProjectionRunner Runner(IReadStore store, params IReadOnlyList<Projection> projections) =>
        new(store, Feed, projections, new(Meters.Factory, TimeProvider.System), TimeProvider.System, NullLogger<ProjectionRunner>.Instance);

    public async ValueTask DisposeAsync()
    {
        Meters.Dispose();
        await Store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

public sealed record Person(Guid Visitor, Guid Device)
{
    public static Person New() => new(Guid.NewGuid(), Guid.NewGuid());

    public TicketRecord Ticket(DateTimeOffset at, long waited) =>
        new(Guid.NewGuid(), Visitor, Device, ChatMode.Text, "en", null, 0, false, false, at.AddMilliseconds(-waited), waited);
}
