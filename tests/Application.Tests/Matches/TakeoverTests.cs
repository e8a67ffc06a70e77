using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Tests.Matches;

/// <summary>Two nodes on one log, of which the first is taken for dead although it is not.</summary>
public sealed class TakeoverTests
{
    private readonly SharedRegistry registry = new();
    private readonly World first;
    private readonly World second;
    private readonly Guid ann = Guid.NewGuid();
    private readonly Guid bob = Guid.NewGuid();

    public TakeoverTests()
    {
        first = new(registry: registry.Of("first"));
        second = new(first.Log, registry.Of("second"));
    }

    [Fact]
    public async Task A_living_nodes_match_is_not_taken_over()
    {
        var match = await Meet();

        Assert.False(await second.Restorer.TakeOver(match.Id, CancellationToken.None));
        Assert.Null(second.Matches.Of(ann));
    }

    [Fact]
    public async Task The_new_owner_tells_people_who_are_here_that_their_partner_is_since_the_old_one_may_have_said_otherwise()
    {
        var match = await Meet();
        second.Connections.Open(ann);
        second.Connections.Open(bob);

        await TakeOver(match);

        Assert.Equal(["restored"], second.Connections.To<Application.Realtime.PartnerConnection>(ann).Select(told => told.State));
        Assert.Equal(["restored"], second.Connections.To<Application.Realtime.PartnerConnection>(bob).Select(told => told.State));
    }

    [Fact]
    public async Task A_stale_owner_cannot_append_and_lets_go_of_the_match()
    {
        var match = await Meet();
        await Say(first, "before", "one");
        await TakeOver(match);

        await Assert.ThrowsAsync<MatchMovedException>(() => Say(first, "from the dead", "two"));

        Assert.Equal(["one"], Sent(match.Id));
        Assert.Equal(2, (await Say(second, "from the living", "three")).Sequence);
        Assert.Equal(["one", "three"], Sent(match.Id));
    }

    [Fact]
    public async Task A_match_that_outlived_all_its_messages_goes_on_and_no_number_comes_twice()
    {
        var match = await Meet();
        await Say(first, "first", "one");
        var last = await Say(first, "second", "two");
        first.Log.Expire(Conversation.StreamOf(match.Id));
        await TakeOver(match);

        var next = await Say(second, "third", "three");
        Assert.True(next.Sequence > last.Sequence);
        Assert.Equal(next.Sequence + 1, (await Say(second, "fourth", "four")).Sequence);
        Assert.Equal(["one", "two", "three", "four"], Sent(match.Id));
    }

    [Fact]
    public async Task The_new_owner_knows_the_answers_that_the_old_one_gave()
    {
        var match = await Meet();
        var answer = await Say(first, "before", "one");
        await TakeOver(match);

        Assert.Equal(answer, await Say(second, "before", "one"));
        Assert.Equal(["one"], Sent(match.Id));
    }

    [Fact]
    public async Task A_match_is_taken_over_once_however_many_ask_at_once()
    {
        var match = await Meet();
        registry.Kill("first");

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => second.Restorer.TakeOver(match.Id, CancellationToken.None)));

        Assert.Contains(true, taken);
        Assert.Equal(1, second.Matches.Count);
        Assert.Single(first.Log.All, recorded => recorded.Type == "matches.owner.changed.v1");
    }

    [Fact]
    public async Task Nobodys_grace_runs_out_on_a_node_that_may_have_been_given_up()
    {
        var match = await Meet();
        first.Connections.Close(bob);
        await first.Matchmaker.ConnectionsClosed(bob);
        registry.Kill("first");

        await first.Pass(TimeSpan.FromMinutes(1));

        Assert.False(match.IsEnded);
        Assert.DoesNotContain(first.Log.All, recorded => recorded.Type == "matches.match.ended.v1");
    }

    [Fact]
    public async Task Who_leaves_a_match_on_a_node_that_lost_it_is_sent_to_its_owner()
    {
        var match = await Meet();
        await TakeOver(match);

        await Assert.ThrowsAsync<MatchMovedException>(() => new LeaveMatchHandler(first.Matches, first.Registry)
            .Handle(new(ann, match.Id, MatchEndReason.Stopped), CancellationToken.None).AsTask());
        Assert.False(match.IsEnded);
    }

    [Fact]
    public async Task The_end_that_another_node_wrote_ends_the_match_here_too()
    {
        var match = await Meet();
        await TakeOver(match);
        var here = Assert.IsType<LiveMatch>(second.Matches.Of(ann));

        second.Matches.EndedElsewhere(match.Id, MatchEndReason.Stopped, bob, second.Clock.GetUtcNow());

        Assert.True(here.IsEnded);
        Assert.Null(second.Matches.Of(ann));
        Assert.Equal("stopped", Assert.Single(second.Connections.To<Application.Realtime.SessionEnded>(ann)).Reason);
    }

    [Fact]
    public async Task What_a_side_chose_before_a_takeover_is_unknown_so_whatever_it_says_next_is_told()
    {
        var match = await Meet(ChatMode.Video);
        await Show(first, match, true);
        await TakeOver(match);
        Assert.Equal(new(false, false), second.Matches.Of(ann)!.SeenBy(second.Matches.Of(ann)!.Find(ann)!).ShowVideo);

        await Show(second, match, false);
        await Show(second, match, false);

        Assert.Equal([false], second.Connections.To<Application.Realtime.ShowVideoChanged>(bob).Select(told => told.Show));
    }

    private async Task Show(World node, LiveMatch match, bool show) => Assert.IsType<Outcome<Nothing>.Done>(
        await new ShowVideoHandler(node.Matches, node.Connections, new NoLimits()).Handle(new(ann, match.Id, show), CancellationToken.None));

    private async Task<LiveMatch> Meet(ChatMode mode = ChatMode.Text)
    {
        await first.Join(ann, mode);
        await first.Join(bob, mode);
        return Assert.IsType<LiveMatch>(first.Matches.Of(ann));
    }

    private async Task TakeOver(LiveMatch match)
    {
        registry.Kill("first");
        Assert.True(await second.Restorer.TakeOver(match.Id, CancellationToken.None));
    }

    private async Task<MessageAnswer> Say(World node, string body, string clientMessageId)
    {
        var match = node.Matches.Of(ann)!;
        var outcome = await node.Conversation.Send(
            match, match.Find(ann)!, Conversation.IdOf(match.Id, ann, clientMessageId), body, null, CancellationToken.None);
        return Assert.IsType<Outcome<MessageAnswer>.Done>(outcome).Value;
    }

    /// <summary>Which of the messages are in the log, in its order.</summary>
    private IEnumerable<string> Sent(Guid matchId) => first.Log.All
        .Select(recorded => EventCodec.Default.Decode(recorded)).OfType<MessageEvent.Sent>()
        .Select(sent => new[] { "one", "two", "three", "four" }.Single(id => Conversation.IdOf(matchId, ann, id) == sent.MessageId));
}
