using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class PausePolicyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_pause_is_due_after_so_many_different_cases_in_a_row()
    {
        var looked = PausePolicy.Count([Look(1, 5), Look(2, 4), Look(2, 3), Look(3, 1)], Noon);
        Assert.Equal(new LookedAt(3, 4, 3, TimeSpan.FromMinutes(5)), looked);
        Assert.Equal((true, false), (PausePolicy.IsDue(looked, 3), PausePolicy.IsDue(looked, 4)));
    }

    [Fact]
    public void Who_looked_at_nothing_for_ten_minutes_has_paused()
    {
        var looked = PausePolicy.Count([Look(1, 30), Look(2, 25), Look(3, 2)], Noon);
        Assert.Equal(new LookedAt(3, 3, 1, TimeSpan.FromMinutes(2)), looked);
        Assert.Equal(new LookedAt(3, 3, 0, TimeSpan.Zero), PausePolicy.Count([Look(1, 30), Look(2, 25), Look(3, 12)], Noon));
        Assert.Equal(new LookedAt(0, 0, 0, TimeSpan.Zero), PausePolicy.Count([], Noon));
    }

    [Fact]
    public void A_pause_is_due_after_fifty_minutes_without_one_however_few_cases_it_was()
    {
        CaseLook[] looks = [.. Enumerable.Range(0, 8).Select(n => Look(1, 50 - (n * 7)))];
        Assert.True(PausePolicy.IsDue(PausePolicy.Count(looks, Noon), 50));
        Assert.False(PausePolicy.IsDue(PausePolicy.Count(looks[1..], Noon), 50));
    }

    private static CaseLook Look(int number, int minutesAgo) => new(new(number, 0, 0, new byte[8]), Noon.AddMinutes(-minutesAgo));
}
