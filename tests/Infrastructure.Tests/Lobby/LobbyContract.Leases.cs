using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Infrastructure.Tests.Lobby;

public abstract partial class LobbyContract
{
    [Fact]
    public async Task Whose_ticket_is_claimed_waits_no_more_and_gets_the_same_claim_again()
    {
        var (ann, bob, claim) = await Claimed();

        Assert.Null(await Lobby.Find(ann.VisitorId, None));
        Assert.Equal(0, (await Lobby.Count(None))[ChatMode.Text]);
        Assert.Equal(claim.MatchId, (await Claims(ann)).MatchId);
        Assert.Equal(claim.MatchId, (await Claims(bob)).MatchId);
        var back = Assert.IsType<JoinOutcome.Claimed>(await Lobby.Unpark(bob.VisitorId, None));
        Assert.Equal(claim.MatchId, back.Claim.MatchId);
        Assert.Null(await Lobby.Leave(ann.VisitorId, None));
        await Waits(Someone());
    }

    [Fact]
    public async Task A_confirmed_claim_is_over_and_both_may_ask_anew()
    {
        var (ann, _, claim) = await Claimed();
        await Lobby.Confirm(claim.MatchId, None);
        await Lobby.Return(claim.MatchId, [], None);

        AssertNothing(await After(TimeSpan.FromHours(1)));
        var again = Someone() with { VisitorId = ann.VisitorId, DeviceId = ann.DeviceId };
        Assert.Equal(again, await Waits(again));
    }

    [Fact]
    public async Task A_returned_claim_puts_both_back_at_their_old_places()
    {
        var ann = Someone();
        await Waits(ann);
        Time.Advance(Seconds(1));
        var bob = Someone();
        var claim = await Meets(bob, ann);
        Time.Advance(Seconds(1));
        var carl = Someone(excluded: [ann.VisitorId, bob.VisitorId]);
        await Waits(carl);

        await Lobby.Return(claim.MatchId, [], None);
        Assert.Equal(3, (await Lobby.Count(None))[ChatMode.Text]);
        Assert.Equal(ann, await Lobby.Find(ann.VisitorId, None));
        await Meets(Someone(), ann);
        await Meets(Someone(), bob);
        await Meets(Someone(), carl);
    }

    [Fact]
    public async Task Those_of_a_returned_claim_look_for_others_with_the_next_tick()
    {
        var (ann, bob, claim) = await Claimed();
        var carl = Someone(excluded: [bob.VisitorId]);
        await Waits(carl);

        await Lobby.Return(claim.MatchId, [bob.VisitorId], None);
        AssertPair(Assert.Single((await After(TimeSpan.Zero)).Claims), ann, carl);
        Assert.Null(await Lobby.Find(bob.VisitorId, None));
    }

    [Fact]
    public async Task Two_of_a_returned_claim_may_be_claimed_for_a_new_match()
    {
        var (ann, bob, claim) = await Claimed();
        await Lobby.Return(claim.MatchId, [], None);

        var second = Assert.Single((await After(TimeSpan.Zero)).Claims);
        AssertPair(second, ann, bob);
        Assert.NotEqual(claim.MatchId, second.MatchId);
        await Lobby.Return(claim.MatchId, [], None);
        Assert.Equal(second.MatchId, (await Claims(ann)).MatchId);
    }

    [Fact]
    public async Task An_unconfirmed_claim_is_reported_once_a_lease_and_held()
    {
        var (ann, bob, claim) = await Claimed();

        AssertNothing(await After(Seconds(9.9)));
        Assert.Equal(claim.MatchId, Assert.Single((await After(Seconds(0.1))).Expired).MatchId);
        AssertNothing(await After(Seconds(9.9)));
        Assert.Equal(claim.MatchId, (await Claims(ann)).MatchId);
        Assert.Equal(claim.MatchId, Assert.Single((await After(Seconds(0.1))).Expired).MatchId);

        await Lobby.Return(claim.MatchId, [], None);
        AssertPair(Assert.Single((await After(TimeSpan.Zero)).Claims), ann, bob);
    }

    [Fact]
    public async Task Who_lost_the_connection_while_claimed_is_put_back_parked()
    {
        var (ann, bob, claim) = await Claimed();
        await Lobby.Park(ann.VisitorId, Time.GetUtcNow() + Seconds(5), None);
        await Lobby.Return(claim.MatchId, [], None);

        AssertNothing(await After(Seconds(4)));
        Assert.Equal(ann.TicketId, Assert.Single((await After(Seconds(1))).Ended).TicketId);
        await Meets(Someone(), bob);
    }

    [Fact]
    public async Task Who_left_while_claimed_does_not_wait_again_when_the_claim_is_returned()
    {
        var (ann, bob, claim) = await Claimed();
        Assert.Null(await Lobby.Leave(ann.VisitorId, None));
        await Lobby.Return(claim.MatchId, [], None);

        Assert.Null(await Lobby.Find(ann.VisitorId, None));
        AssertNothing(await After(TimeSpan.Zero));
        await Meets(Someone(), bob);
    }

    [Fact]
    public async Task Who_left_while_claimed_and_joined_again_waits_again()
    {
        var (ann, bob, claim) = await Claimed();
        await Lobby.Leave(ann.VisitorId, None);
        await Claims(ann);
        await Lobby.Return(claim.MatchId, [bob.VisitorId], None);

        await Meets(Someone(), ann);
    }

    [Fact]
    public async Task Unknown_matches_are_neither_confirmed_nor_returned()
    {
        await Waits(Someone());
        await Lobby.Confirm(Guid.NewGuid(), None);
        await Lobby.Return(Guid.NewGuid(), [], None);

        AssertNothing(await After(TimeSpan.Zero));
        Assert.Equal(1, (await Lobby.Count(None))[ChatMode.Text]);
    }

    private async Task<(Ticket Ann, Ticket Bob, Claim Claim)> Claimed()
    {
        var ann = Someone();
        var bob = Someone();
        await Waits(ann);
        return (ann, bob, await Meets(bob, ann));
    }
}
