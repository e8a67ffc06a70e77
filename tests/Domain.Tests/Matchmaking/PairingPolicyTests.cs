using RandomChat.Domain.Matchmaking;
using static RandomChat.Domain.Tests.Matchmaking.People;

namespace RandomChat.Domain.Tests.Matchmaking;

public sealed class PairingPolicyTests
{
    [Fact]
    public void Two_who_ask_for_nothing_meet() => Assert.True(May(Someone(), Someone()));

    [Fact]
    public void Text_does_not_meet_video() => Assert.False(May(Someone(), Someone(mode: ChatMode.Video)));

    [Theory]
    [InlineData("en", false, "en", false, true)]
    [InlineData("en", false, "fr", false, false)]
    [InlineData("en", false, null, false, false)]
    [InlineData("en", true, null, false, true)]
    [InlineData("en", true, "fr", false, false)]
    [InlineData("en", true, "fr", true, true)]
    [InlineData(null, false, null, false, true)]
    [InlineData(null, true, "fr", false, false)]
    public void A_language_given_has_to_be_equal_until_its_giver_accepts_any(
        string? one, bool oneAny, string? other, bool otherAny, bool may) =>
        Assert.Equal(may, May(Someone(language: one, acceptAny: oneAny), Someone(language: other, acceptAny: otherAny)));

    [Fact]
    public void Who_gave_interests_meets_at_first_only_someone_who_shares_one()
    {
        var ann = Someone(interests: ["chess"]);

        Assert.False(May(ann, Someone(), after: TimeSpan.FromSeconds(4.9)));
        Assert.False(May(ann, Someone(interests: ["tea"]), after: TimeSpan.FromSeconds(4.9)));
        Assert.True(May(ann, Someone(interests: ["tea", "chess"])));
    }

    [Fact]
    public void After_the_patience_anyone_who_fits_will_do() =>
        Assert.True(May(Someone(interests: ["chess"]), Someone(), after: TimeSpan.FromSeconds(5)));

    [Fact]
    public void The_patience_of_both_counts() =>
        Assert.False(May(
            Someone(interests: ["chess"]), Someone(interests: ["tea"], askedAt: Noon.AddSeconds(3)), after: TimeSpan.FromSeconds(6)));

    [Fact]
    public void Nobody_meets_themselves_or_their_own_browser()
    {
        var ann = Someone();

        Assert.False(May(ann, ann));
        Assert.False(May(ann, Someone() with { VisitorId = ann.VisitorId }));
        Assert.False(May(ann, Someone() with { DeviceId = ann.DeviceId }));
    }

    [Fact]
    public void A_block_of_the_visitor_or_the_browser_parts_two_either_way()
    {
        var ann = Someone();

        Assert.False(May(ann, Someone(excluded: [ann.VisitorId])));
        Assert.False(May(ann, Someone(excluded: [ann.DeviceId])));
        Assert.False(May(Someone(excluded: [ann.VisitorId]), ann));
    }

    [Fact]
    public void The_same_two_do_not_meet_again_within_the_window()
    {
        var ann = Someone();
        var bob = Someone(met: new() { [ann.DeviceId] = Noon });

        Assert.False(May(ann, bob, after: TimeSpan.FromMinutes(29)));
        Assert.True(May(ann, bob, after: TimeSpan.FromMinutes(30)));
    }

    [Fact]
    public void A_window_of_zero_parts_nobody()
    {
        var ann = Someone();
        var bob = Someone(met: new() { [ann.VisitorId] = Noon });

        Assert.True(PairingPolicy.MayMeet(ann, bob, Noon, PairingRules.Default with { RematchWindow = TimeSpan.Zero }));
    }

    [Fact]
    public void After_a_timeout_two_who_accept_any_meet_again_but_not_within_five_minutes()
    {
        var ann = Someone(acceptAny: true) with { TimedOut = true };
        var bob = Someone(acceptAny: true, met: new() { [ann.VisitorId] = Noon }) with { TimedOut = true };

        Assert.False(PairingPolicy.MayMeetAgain(ann, bob, Noon.AddMinutes(4), PairingRules.Default));
        Assert.True(PairingPolicy.MayMeetAgain(ann, bob, Noon.AddMinutes(5), PairingRules.Default));
        Assert.False(PairingPolicy.MayMeetAgain(ann with { TimedOut = false }, bob, Noon.AddMinutes(5), PairingRules.Default));
        Assert.False(PairingPolicy.MayMeetAgain(
            ann with { Request = ann.Request with { AcceptAny = false } }, bob, Noon.AddMinutes(5), PairingRules.Default));
        Assert.False(PairingPolicy.MayMeetAgain(
            ann, bob with { Excluded = new HashSet<Guid> { ann.DeviceId } }, Noon.AddMinutes(5), PairingRules.Default));
    }

    [Fact]
    public void More_shared_interests_come_first_then_who_skips_less_then_the_longest_wait()
    {
        var seeker = Someone(interests: ["chess", "tea"]);
        var two = Someone(interests: ["tea", "chess"], frequentSkipper: true, askedAt: Noon.AddSeconds(9));
        var one = Someone(interests: ["tea"], askedAt: Noon.AddSeconds(8));
        var early = Someone(askedAt: Noon.AddSeconds(1));
        var late = Someone(askedAt: Noon.AddSeconds(2));
        var skipper = Someone(frequentSkipper: true);

        Ticket[] candidates = [skipper, late, early, one, two];
        Array.Sort(candidates, (x, y) => PairingPolicy.Compare(seeker, x, y));

        Assert.Equal([two, one, early, late, skipper], candidates);
    }

    private static bool May(Ticket a, Ticket b, TimeSpan after = default) =>
        PairingPolicy.MayMeet(a, b, Noon + after, PairingRules.Default);
}
