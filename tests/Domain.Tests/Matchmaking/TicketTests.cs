using RandomChat.Domain.Matchmaking;
using static RandomChat.Domain.Tests.Matchmaking.People;

namespace RandomChat.Domain.Tests.Matchmaking;

public sealed class TicketTests
{
    [Fact]
    public void Tickets_with_the_same_content_are_equal()
    {
        var ticket = Someone("en", interests: ["tea", "chess"], excluded: [Guid.NewGuid()], met: new() { [Guid.NewGuid()] = Noon });
        var copy = ticket with
        {
            Request = ticket.Request with { Interests = [.. ticket.Request.Interests] },
            Excluded = ticket.Excluded.ToHashSet(),
            RecentlyMet = ticket.RecentlyMet.ToDictionary(),
        };

        Assert.Equal(ticket, copy);
        Assert.Equal(ticket.GetHashCode(), copy.GetHashCode());
    }

    /// <summary>Fails when a part is added and left out of the comparison.</summary>
    [Fact]
    public void Every_part_of_a_ticket_and_of_its_request_counts()
    {
        var one = Someone("en", acceptAny: true, interests: ["tea"], excluded: [Guid.NewGuid()], met: new() { [Guid.NewGuid()] = Noon }, frequentSkipper: true);
        var other = Someone(mode: ChatMode.Video, askedAt: Noon.AddSeconds(1)) with { TimedOut = true, Connection = "tab" };

        EveryPartCounts(one, other);
        EveryPartCounts(one.Request, other.Request);
    }

    private static void EveryPartCounts<T>(T one, T other)
        where T : class
    {
        var clone = typeof(T).GetMethod("<Clone>$")!;
        foreach (var part in typeof(T).GetProperties().Where(property => property.CanWrite))
        {
            var changed = (T)clone.Invoke(one, [])!;
            Assert.Equal(one, changed);
            part.SetValue(changed, part.GetValue(other));
            Assert.False(one.Equals(changed), $"{part.Name} does not count.");
        }
    }
}
