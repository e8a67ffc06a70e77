using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Visitors;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Projections.Matchmaking;
using RandomChat.Projections.Tests.Commands;
using RandomChat.Projections.Tests.Engine;

namespace RandomChat.Projections.Tests.Matchmaking;

public sealed class PairingReplayTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly PairingRules Today = PairingRules.Default;

    private readonly List<RecordedTicket> tickets = [];
    private readonly List<RecordedBlock> blocks = [];

    [Fact]
    public void Two_who_share_nothing_meet_when_the_patience_of_both_is_over()
    {
        Ask(Person.New(), 0, interests: "chess");
        Ask(Person.New(), 2, interests: "tea");

        // The second one asked two seconds later, so the first waited that much longer.
        Assert.Equal((1, 7.0), Longest(Today));
        Assert.Equal((1, 12.0), Longest(Today with { InterestPatience = TimeSpan.FromSeconds(10) }));
        Assert.Equal((1, 2.0), Longest(Today with { InterestPatience = TimeSpan.Zero }));
    }

    [Fact]
    public void Two_who_share_an_interest_meet_at_once_and_it_counts()
    {
        Ask(Person.New(), 0, interests: "tea");
        Ask(Person.New(), 1, interests: "chess");
        Ask(Person.New(), 2, interests: "tea");

        var outcome = Replay(Today);
        Assert.Equal((1, 1, 1.0), (outcome.Matches, outcome.WithSharedInterests, outcome.SharedInterests));
        Assert.Equal(1, outcome.LeftWaiting);
    }

    [Fact]
    public void The_rematch_window_keeps_the_same_two_apart_from_the_end_of_their_match_on()
    {
        var (a, b) = (Person.New(), Person.New());
        Ask(a, 0, lasted: 60);
        Ask(b, 0, lasted: 60);
        Ask(a, 120);
        Ask(b, 120);

        Assert.Equal((1, 2), (Replay(Today).Matches, Replay(Today).LeftWaiting));
        Assert.Equal(2, Replay(Today with { RematchWindow = TimeSpan.Zero }).Matches);

        // Parted until second 125; both are still there.
        var outcome = Replay(Today with { RematchWindow = TimeSpan.FromSeconds(65) });
        Assert.Equal((2, 5.0), (outcome.Matches, outcome.Percentile95WaitSeconds));
    }

    [Fact]
    public void Whoever_left_in_vain_leaves_when_they_left()
    {
        Ask(Person.New(), 0, waited: 3, matched: false);
        Ask(Person.New(), 4);

        Assert.Equal((0, 2), (Replay(Today).Matches, Replay(Today).LeftWaiting));
    }

    [Fact]
    public void Whoever_asks_again_has_given_up_the_earlier_wait()
    {
        var a = Person.New();
        Ask(a, 0);
        Ask(a, 5);
        Ask(Person.New(), 6);

        var outcome = Replay(Today);
        Assert.Equal((1, 1), (outcome.Matches, outcome.LeftWaiting));
        Assert.Equal(1.0, outcome.Percentile95WaitSeconds);
    }

    [Fact]
    public void A_block_holds_under_any_rules()
    {
        var (a, b) = (Person.New(), Person.New());
        blocks.Add(new(TestLog.Noon.AddSeconds(-1), a.Visitor, a.Device, b.Visitor, b.Device));
        Ask(a, 0);
        Ask(b with { Visitor = Guid.NewGuid() }, 0);

        Assert.Equal(0, Replay(Today with { RematchWindow = TimeSpan.Zero, InterestPatience = TimeSpan.Zero }).Matches);
    }

    [Fact]
    public async Task The_command_opens_what_was_wished_for_and_says_what_it_could_not_open()
    {
        await using var log = new TestLog();
        var (a, b, forgotten) = (Person.New(), Person.New(), Person.New());
        await using (var store = new SqliteKeyStore(Path.Combine(log.Folder, "keys.db")))
        {
            using var sealer = new Sealer(store, new SealingOptions(), Path.Combine(log.Folder, "master.key"), TimeProvider.System);
            foreach (var person in (Person[])[a, b, forgotten])
            {
                await sealer.EnsureVisitorKey(person.Visitor, TimeProvider.System.GetUtcNow().AddDays(30), default);
                var wishes = await sealer.SealForVisitor(person.Visitor, new TicketWishes(null, [person == b ? "tea" : "chess"]).ToJson(), default);
                var ticket = person.Ticket(TestLog.Noon, 15_000) with { Wishes = wishes, InterestCount = 1 };
                await log.Append(StreamName.For("visitor", person.Visitor), new VisitorEvent.TicketEnded(person.Visitor, ticket, TicketEndReason.Left, TestLog.Noon));
            }

            await sealer.DestroyVisitorKey(forgotten.Visitor, default);
        }

        var (code, output, error) = await Cli.Run(log.Folder, log.Folder, "what-if", "pairing", "--patience", "00:00:10", "--json");

        Assert.True(code == 0, error);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.Equal(1, result.GetProperty("sealed").GetInt32());
        Assert.Equal(["sealed", "rules", "recorded", "today", "other"], result.EnumerateObject().Select(property => property.Name));
        Assert.Equal(3, result.GetProperty("recorded").GetProperty("leftWaiting").GetInt32());
        Assert.Equal(5, result.GetProperty("today").GetProperty("medianWaitSeconds").GetDouble());
        Assert.Equal(10, result.GetProperty("other").GetProperty("medianWaitSeconds").GetDouble());

        var table = await Cli.Run(log.Folder, log.Folder, "what-if", "pairing", "--patience", "00:00:10");
        Assert.Contains("What 1 waits wished for cannot be opened any more", table.Output, StringComparison.Ordinal);
        Assert.Matches(@"median wait, seconds +0\.0 +5\.0 +10\.0 +\+5\.0", table.Output);
    }

    private void Ask(Person who, int second, int waited = 15, bool matched = true, int lasted = 0, params string[] interests) => tickets.Add(
        new(Guid.NewGuid(), who.Visitor, who.Device, new(ChatMode.Text, null, interests, false), false, TestLog.Noon.AddSeconds(second), TimeSpan.FromSeconds(waited), matched)
        {
            Lasted = TimeSpan.FromSeconds(lasted),
        });

    private PairingOutcome Replay(PairingRules rules) => new PairingReplay(new(tickets, blocks, 0, []), rules, Timeout).Run();

    private (int Matches, double Seconds) Longest(PairingRules rules)
    {
        var outcome = Replay(rules);
        return (outcome.Matches, outcome.Percentile95WaitSeconds);
    }
}
