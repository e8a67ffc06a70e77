using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Infrastructure.Tests.Lobby;

public abstract partial class LobbyContract
{
    [Fact]
    public async Task Nothing_is_due_in_an_empty_lobby() => AssertNothing(await After(TimeSpan.FromHours(1)));

    [Fact]
    public async Task Who_gave_interests_meets_only_someone_who_shares_one_until_the_patience_is_over()
    {
        var ann = Someone(interests: ["chess"]);
        var bob = Someone();
        await Waits(ann);
        await Waits(bob);

        AssertNothing(await After(Seconds(4.9)));
        var claim = Assert.Single((await After(Seconds(0.1))).Claims);
        AssertPair(claim, ann, bob);
    }

    [Fact]
    public async Task Two_who_share_no_interest_meet_when_both_patiences_are_over()
    {
        var ann = Someone(interests: ["chess"]);
        await Waits(ann);
        Time.Advance(Seconds(3));
        var bob = Someone(interests: ["jazz"]);
        await Waits(bob);

        AssertNothing(await After(Seconds(2)));
        AssertNothing(await After(Seconds(2)));
        AssertPair(Assert.Single((await After(Seconds(1))).Claims), ann, bob);
    }

    [Fact]
    public async Task Someone_who_shares_an_interest_is_met_at_once()
    {
        var ann = Someone(interests: ["chess", "go"]);
        await Waits(ann);
        await Waits(Someone(interests: ["jazz"]));

        await Meets(Someone(interests: ["jazz-fusion", "go"]), ann);
    }

    [Fact]
    public async Task An_interest_shared_does_not_bridge_languages()
    {
        await Waits(Someone("fr", interests: ["chess"]));
        await Waits(Someone("de", interests: ["chess"]));
        var swede = Someone("sv", acceptAny: true, interests: ["chess"]);
        await Waits(swede);

        await Meets(Someone(interests: ["chess"]), swede);
    }

    [Fact]
    public async Task Joining_again_does_not_renew_the_patience()
    {
        var ann = Someone(interests: ["chess"]);
        var bob = Someone();
        await Waits(ann);
        await Waits(bob);
        Time.Advance(Seconds(4));
        await Waits(ann with { Request = ann.Request with { Interests = ["go"] }, AskedAt = Time.GetUtcNow() });

        AssertPair(Assert.Single((await After(Seconds(1))).Claims), ann, bob);
    }

    [Fact]
    public async Task The_timeout_is_said_once_for_a_request()
    {
        var ann = Someone("fr");
        await Waits(ann);

        AssertNothing(await After(Seconds(19.9)));
        var told = Assert.Single((await After(Seconds(0.1))).TimedOut);
        Assert.Equal(ann with { TimedOut = true }, told);
        Assert.Equal(told, await Lobby.Find(ann.VisitorId, None));
        AssertNothing(await After(TimeSpan.FromHours(1)));

        Assert.True((await Waits(ann)).TimedOut);
        AssertNothing(await After(Seconds(19.9)));
        Assert.Equal(told, Assert.Single((await After(Seconds(0.1))).TimedOut));
        AssertNothing(await After(TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task Joining_again_before_the_timeout_does_not_put_it_off()
    {
        var ann = Someone();
        await Waits(ann);
        Time.Advance(Seconds(15));
        await Waits(ann);

        Assert.Single((await After(Seconds(5))).TimedOut);
    }

    [Fact]
    public async Task Two_who_met_meet_again_after_the_rematch_window()
    {
        var (ann, bob) = FormerPartners();
        await Waits(ann);
        await Waits(bob);

        Assert.Empty((await After(TimeSpan.FromMinutes(30) - Seconds(1))).Claims);
        AssertPair(Assert.Single((await After(Seconds(1))).Claims), ann, bob);
    }

    [Fact]
    public async Task The_rematch_window_holds_for_the_browser_too()
    {
        var ann = Someone();
        var bob = Someone(met: new() { [ann.DeviceId] = Time.GetUtcNow() });
        await Waits(ann);
        await Waits(bob with { VisitorId = Guid.NewGuid() });
    }

    [Fact]
    public async Task Two_who_timed_out_and_accept_any_meet_again_after_five_minutes()
    {
        var (ann, bob) = FormerPartners(acceptAny: true);
        await Waits(ann);
        await Waits(bob);

        Assert.Equal(2, (await After(Seconds(20))).TimedOut.Count);
        AssertNothing(await After(TimeSpan.FromMinutes(5) - Seconds(21)));
        AssertPair(Assert.Single((await After(Seconds(1))).Claims), ann, bob);
    }

    [Fact]
    public async Task Accepting_any_on_joining_again_lets_two_meet_again()
    {
        var (ann, bob) = FormerPartners();
        await Waits(ann);
        await Waits(bob);
        await After(TimeSpan.FromMinutes(6));

        await Waits(ann with { Request = ann.Request with { AcceptAny = true } });
        await Meets(bob with { Request = bob.Request with { AcceptAny = true } }, ann);
    }

    [Fact]
    public async Task Who_has_not_been_told_that_nobody_is_free_does_not_meet_the_same_person_again()
    {
        var (ann, bob) = FormerPartners(acceptAny: true);
        Time.Advance(TimeSpan.FromMinutes(6));
        ann = ann with { AskedAt = Time.GetUtcNow() };
        await Waits(ann);
        Assert.Single((await After(Seconds(20))).TimedOut);
        bob = bob with { AskedAt = Time.GetUtcNow() };
        await Waits(bob);

        AssertNothing(await After(Seconds(19)));
        var tick = await After(Seconds(1));
        Assert.Equal(bob.TicketId, Assert.Single(tick.TimedOut).TicketId);
        AssertPair(Assert.Single(tick.Claims), ann, bob);
    }

    [Fact]
    public async Task Someone_new_comes_before_meeting_again()
    {
        var (ann, bob) = FormerPartners(acceptAny: true);
        await Waits(ann);
        await After(TimeSpan.FromMinutes(6));
        var carl = Someone(excluded: [ann.VisitorId]);
        await Waits(carl);

        await Meets(bob with { TimedOut = true }, carl);
    }

    [Fact]
    public async Task A_block_holds_after_the_timeout_too()
    {
        var (ann, bob) = FormerPartners(acceptAny: true);
        await Waits(ann);
        await Waits(bob with { Excluded = new HashSet<Guid> { ann.VisitorId } });

        Assert.Empty((await After(TimeSpan.FromHours(2))).Claims);
    }

    [Fact]
    public async Task A_parked_ticket_is_not_paired_and_keeps_its_place()
    {
        var ann = Someone();
        await Waits(ann);
        Time.Advance(Seconds(1));
        await Lobby.Park(ann.VisitorId, Time.GetUtcNow() + Seconds(10), None);
        Assert.Equal(1, (await Lobby.Count(None))[ChatMode.Text]);
        Assert.Equal(ann, await Lobby.Find(ann.VisitorId, None));

        var bob = Someone(excluded: [ann.VisitorId]);
        await Waits(bob);
        Assert.Equal(new JoinOutcome.Waiting(ann), await Lobby.Unpark(ann.VisitorId, None));
        await Meets(Someone(), ann);
        AssertNothing(await After(Seconds(9)));
    }

    [Fact]
    public async Task Who_comes_back_meets_someone_who_came_meanwhile()
    {
        var ann = Someone();
        var bob = Someone();
        await Lobby.Join(ann, Time.GetUtcNow() + Seconds(10), None);
        await Waits(bob);

        var outcome = Assert.IsType<JoinOutcome.Claimed>(await Lobby.Unpark(ann.VisitorId, None));
        AssertPair(outcome.Claim, ann, bob);
    }

    [Fact]
    public async Task A_parked_ticket_is_out_when_its_grace_ends()
    {
        var ann = Someone();
        await Lobby.Join(ann, Time.GetUtcNow() + Seconds(10), None);

        AssertNothing(await After(Seconds(9.9)));
        Assert.Equal(ann, Assert.Single((await After(Seconds(0.1))).Ended));
        Assert.Null(await Lobby.Find(ann.VisitorId, None));
        Assert.Equal(0, (await Lobby.Count(None))[ChatMode.Text]);
        AssertNothing(await After(TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task A_timeout_waits_for_the_connection()
    {
        var ann = Someone();
        await Waits(ann);
        await Lobby.Park(ann.VisitorId, Time.GetUtcNow() + Seconds(60), None);
        AssertNothing(await After(Seconds(30)));
        await Lobby.Unpark(ann.VisitorId, None);

        Assert.Single((await After(TimeSpan.Zero)).TimedOut);
    }

    [Fact]
    public async Task Joining_with_a_connection_ends_the_parking()
    {
        var ann = Someone();
        await Lobby.Join(ann, Time.GetUtcNow() + Seconds(10), None);
        await Waits(ann);

        Assert.Empty((await After(Seconds(10))).Ended);
        await Meets(Someone(), ann);
    }
}
