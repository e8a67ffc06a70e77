using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Infrastructure.Tests.Lobby;

public abstract partial class LobbyContract
{
    [Fact]
    public async Task Who_comes_first_waits_and_meets_the_next()
    {
        var ann = Someone();
        Assert.Equal(ann, await Waits(ann));

        Time.Advance(Seconds(1));
        var bob = Someone();
        var claim = await Meets(bob, ann);

        Assert.Equal(ann.TicketId, claim.First.TicketId);
        Assert.Equal(bob.TicketId, claim.Second.TicketId);
        Assert.Equal(Time.GetUtcNow(), claim.ClaimedAt);
        Assert.Equal(Time.GetUtcNow() + Seconds(10), claim.ExpiresAt);
        Assert.NotEqual(Guid.Empty, claim.MatchId);
    }

    [Fact]
    public async Task Text_and_video_do_not_meet()
    {
        await Waits(Someone(mode: ChatMode.Text));
        await Waits(Someone(mode: ChatMode.Video));

        var count = await Lobby.Count(None);
        Assert.Equal(1, count[ChatMode.Text]);
        Assert.Equal(1, count[ChatMode.Video]);
    }

    [Theory]
    [InlineData(null, false, null, false, true)]
    [InlineData(null, true, null, false, true)]
    [InlineData("fr", false, "fr", false, true)]
    [InlineData("fr", true, "fr", false, true)]
    [InlineData("fr", true, "fr", true, true)]
    [InlineData("fr", false, null, false, false)]
    [InlineData("fr", false, null, true, false)]
    [InlineData("fr", true, null, false, true)]
    [InlineData("fr", true, null, true, true)]
    [InlineData("fr", false, "de", false, false)]
    [InlineData("fr", true, "de", false, false)]
    [InlineData("fr", true, "de", true, true)]
    [InlineData("fr", true, "fr-ca", false, false)]
    public async Task Languages_decide_who_meets_whom_in_either_order(
        string? language, bool acceptAny, string? otherLanguage, bool otherAcceptsAny, bool meet)
    {
        foreach (var turn in new[] { false, true })
        {
            var one = Someone(language, acceptAny);
            var other = Someone(otherLanguage, otherAcceptsAny);
            await Waits(turn ? other : one);
            if (meet)
            {
                await Meets(turn ? one : other, turn ? other : one);
            }
            else
            {
                await Waits(turn ? one : other);
                await Lobby.Leave(one.VisitorId, None);
                await Lobby.Leave(other.VisitorId, None);
            }
        }
    }

    [Fact]
    public async Task Accepting_any_on_joining_again_widens_the_language()
    {
        var ann = Someone("fr");
        var bob = Someone();
        await Waits(ann);
        await Waits(bob);
        Assert.Single((await After(Seconds(20))).TimedOut, ticket => ticket.TicketId == ann.TicketId);

        await Meets(ann with { Request = ann.Request with { AcceptAny = true } }, bob);
    }

    [Fact]
    public async Task More_shared_interests_come_before_a_longer_wait()
    {
        var ann = Someone(interests: ["chess"]);
        await Waits(ann);
        Time.Advance(Seconds(1));
        var bob = Someone(interests: ["chess", "jazz"], excluded: [ann.VisitorId]);
        await Waits(bob);

        await Meets(Someone(interests: ["jazz", "chess"]), bob);
    }

    [Fact]
    public async Task The_longest_wait_comes_first()
    {
        var waiting = await WaitersWhoMayNotMeet(5);

        foreach (var next in waiting)
        {
            await Meets(Someone(), next);
        }
    }

    [Fact]
    public async Task Frequent_skippers_come_after_others()
    {
        var skipper = Someone(frequentSkipper: true);
        await Waits(skipper);
        Time.Advance(Seconds(1));
        var patient = Someone(excluded: [skipper.VisitorId]);
        await Waits(patient);

        await Meets(Someone(), patient);
        await Meets(Someone(), skipper);
    }

    [Fact]
    public async Task A_frequent_skipper_who_shares_an_interest_comes_before_others()
    {
        var skipper = Someone(interests: ["jazz"], frequentSkipper: true);
        await Waits(skipper);
        var patient = Someone(excluded: [skipper.VisitorId]);
        await Waits(patient);
        await After(Seconds(6));

        await Meets(Someone(interests: ["jazz"]), skipper);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_block_of_visitor_or_browser_parts_two_either_way(bool byDevice, bool blockedWaits)
    {
        var blocked = Someone();
        var blocker = Someone(excluded: [byDevice ? blocked.DeviceId : blocked.VisitorId]);
        await Waits(blockedWaits ? blocked : blocker);
        await Waits(blockedWaits ? blocker : blocked);

        Assert.Empty((await After(TimeSpan.FromHours(1))).Claims);
    }

    [Fact]
    public async Task One_browser_does_not_meet_itself()
    {
        var tab = Someone();
        await Waits(tab);
        await Waits(Someone() with { DeviceId = tab.DeviceId });

        Assert.Empty((await After(TimeSpan.FromHours(1))).Claims);
    }

    [Fact]
    public async Task Those_who_may_not_be_met_are_passed_over()
    {
        var waiting = await WaitersWhoMayNotMeet(300);
        var seeker = Someone(excluded: [.. waiting.Take(299).Select(ticket => ticket.VisitorId)]);

        await Meets(seeker, waiting[299]);
    }

    [Fact]
    public async Task Who_joins_again_keeps_ticket_and_place_with_the_new_request()
    {
        var waiting = await WaitersWhoMayNotMeet(2);
        Time.Advance(Seconds(1));
        var again = Someone("fr") with { VisitorId = waiting[0].VisitorId, DeviceId = waiting[0].DeviceId };
        var kept = await Waits(again);
        Assert.Equal(waiting[0].TicketId, kept.TicketId);
        Assert.Equal(waiting[0].AskedAt, kept.AskedAt);
        Assert.Equal("fr", kept.Request.Language);
        Assert.Equal(kept, await Lobby.Find(again.VisitorId, None));

        await Waits(again with { Request = waiting[0].Request, Excluded = waiting[0].Excluded });
        Assert.Equal(2, (await Lobby.Count(None))[ChatMode.Text]);
        await Meets(Someone(), waiting[0]);
    }

    [Fact]
    public async Task Joining_again_may_change_the_mode()
    {
        var ann = Someone(mode: ChatMode.Text);
        await Waits(ann);
        await Waits(ann with { Request = ann.Request with { Mode = ChatMode.Video } });

        var count = await Lobby.Count(None);
        Assert.Equal(0, count[ChatMode.Text]);
        Assert.Equal(1, count[ChatMode.Video]);
        await Waits(Someone(mode: ChatMode.Text));
        await Meets(Someone(mode: ChatMode.Video), ann);
    }

    [Fact]
    public async Task Who_leaves_is_out()
    {
        var ann = Someone();
        await Waits(ann);

        Assert.Equal(ann, await Lobby.Leave(ann.VisitorId, None));
        Assert.Null(await Lobby.Leave(ann.VisitorId, None));
        Assert.Null(await Lobby.Find(ann.VisitorId, None));
        Assert.Null(await Lobby.Unpark(ann.VisitorId, None));
        Assert.Equal(0, (await Lobby.Count(None))[ChatMode.Text]);
        await Waits(Someone());
    }

    /// <summary>A second apart, blocked pair by pair, so that they stay.</summary>
    private async Task<List<Ticket>> WaitersWhoMayNotMeet(int count)
    {
        List<Ticket> waiting = [];
        for (var i = 0; i < count; i++)
        {
            var ticket = Someone(excluded: [.. waiting.Select(other => other.VisitorId)]);
            await Waits(ticket);
            waiting.Add(ticket);
            Time.Advance(Seconds(1));
        }

        return waiting;
    }
}
