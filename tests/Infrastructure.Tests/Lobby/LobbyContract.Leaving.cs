using RandomChat.Application.Matchmaking;

namespace RandomChat.Infrastructure.Tests.Lobby;

public abstract partial class LobbyContract
{
    [Fact]
    public async Task A_confirmation_names_those_who_left_while_they_were_claimed()
    {
        var (ann, _, claim) = await Claimed();
        await Lobby.Leave(ann.VisitorId, None);

        Assert.Equal([ann.VisitorId], await Lobby.Confirm(claim.MatchId, None));
        Assert.Empty(await Lobby.Confirm(claim.MatchId, None));
    }

    [Fact]
    public async Task Who_left_while_claimed_and_joined_again_is_not_named()
    {
        var (ann, _, claim) = await Claimed();
        await Lobby.Leave(ann.VisitorId, None);
        await Claims(ann);

        Assert.Empty(await Lobby.Confirm(claim.MatchId, None));
    }

    [Fact]
    public async Task A_block_made_while_waiting_counts_at_once()
    {
        var ann = Someone();
        await Waits(ann);
        Time.Advance(Seconds(1));
        var bob = Someone();

        await Lobby.Exclude(ann.VisitorId, new HashSet<Guid> { bob.VisitorId }, None);

        await Waits(bob);
        AssertNothing(await After(Seconds(10)));
        await Meets(Someone(), ann);
    }

    [Fact]
    public async Task Excluding_for_somebody_who_does_not_wait_changes_nothing()
    {
        var ann = Someone();
        await Lobby.Exclude(ann.VisitorId, new HashSet<Guid> { Guid.NewGuid() }, None);

        Assert.Null(await Lobby.Find(ann.VisitorId, None));
        await Waits(ann);
    }
}
