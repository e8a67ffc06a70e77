using Microsoft.Extensions.Time.Testing;
using RandomChat.Projections.Commands;

namespace RandomChat.Projections.Tests.Commands;

/// <summary>What a long command says of how far it has come.</summary>
public sealed class ProgressMeterTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Where_no_end_is_known_it_says_how_much_was_done_and_nothing_of_a_whole()
    {
        var meter = new ProgressMeter(0, time);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("0, 0/s", meter.ToString());
        meter.Reach(1_500);
        Assert.Equal("1,500, 300/s", meter.ToString());
    }

    [Fact]
    public void Where_one_is_known_it_says_the_share_and_the_time_that_is_left()
    {
        var meter = new ProgressMeter(6_000, time);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("0 of 6,000 (0 %), 0/s, time left not known yet", meter.ToString());
        meter.Reach(1_500);
        Assert.Equal("1,500 of 6,000 (25 %), 300/s, 00:00:15 left", meter.ToString());
    }
}
