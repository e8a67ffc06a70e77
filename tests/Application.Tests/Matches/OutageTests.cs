using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using static RandomChat.Application.Tests.Fakes.FaultyEventStore;

namespace RandomChat.Application.Tests.Matches;

public sealed class OutageTests
{
    private readonly World world = new();
    private readonly Guid ann = Guid.NewGuid();
    private readonly Guid bob = Guid.NewGuid();

    [Fact]
    public async Task With_the_log_down_both_sides_are_parted_at_once_and_the_end_is_written_when_it_is_back()
    {
        var match = await Meet();
        world.Log.Break("match", Fault.Down);

        var ending = world.Matches.End(match, ann, MatchEndReason.Stopped);
        await ending;

        Assert.Null(world.Matches.Of(ann));
        Assert.Null(world.Matches.Of(bob));
        Assert.Single(world.Connections.To<SessionEnded>(bob));
        Assert.DoesNotContain(world.Log.All, recorded => recorded.Type == "matches.match.ended.v1");

        world.Log.Mend();
        await world.Pass(TimeSpan.FromSeconds(2));

        Assert.Single(world.Log.All, recorded => recorded.Type == "matches.match.ended.v1");
    }

    [Theory]
    [InlineData(Fault.Down)]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.RequestLost)]
    public async Task How_a_call_went_is_recorded_once_whatever_the_log_does(Fault fault)
    {
        var match = await Meet(ChatMode.Video);
        match.First.Call = new(CallPath.Relay, 700);
        world.Log.Break("match", fault);

        await world.Matches.End(match, ann, MatchEndReason.Stopped);
        world.Log.Mend();
        await world.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal(
            ["matches.match.started.v1", "matches.call.ended.v1", "matches.match.ended.v1"],
            world.Log.All.Where(recorded => recorded.Stream == StreamName.For("match", match.Id)).Select(recorded => recorded.Type));
    }

    [Theory]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.RequestLost)]
    public async Task A_message_whose_append_has_an_unknown_outcome_is_recorded_and_delivered_exactly_once(Fault fault)
    {
        var match = await Meet();
        world.Log.Break("messages", fault);

        var answer = await Say(match, "one", "hello");
        var again = await Say(match, "one", "hello");
        var next = await Say(match, "two", "still there?");

        Assert.Equal(1, answer.Sequence);
        Assert.Equal(answer, again);
        Assert.Equal(2, next.Sequence);
        Assert.Equal(2, world.Log.All.Count(recorded => recorded.Type == "matches.message.sent.v1"));
    }

    [Fact]
    public async Task A_message_that_the_log_refuses_takes_no_sequence_and_reaches_nobody()
    {
        var match = await Meet();
        world.Log.Break("messages", Fault.Down);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, "one", "hello"));
        world.Log.Mend();
        var answer = await Say(match, "one", "hello");

        Assert.Equal(1, answer.Sequence);
        Assert.Single(world.Connections.To<ChatMessage>(bob));
    }

    [Fact]
    public async Task Whoever_joins_while_the_log_is_down_is_refused_and_the_other_one_keeps_its_place()
    {
        await world.Join(ann);
        world.Log.Break("match", Fault.Down);

        var refused = Assert.IsType<Outcome<JoinAnswer>.Refused>(await world.Join(bob));
        Assert.Equal("unavailable", refused.Refusal.Code);

        world.Log.Mend();
        await world.Pass(TimeSpan.FromSeconds(2));
        await World.Until(async () => await world.Lobby.Find(ann, CancellationToken.None) is not null);
        Assert.Null(await world.Lobby.Find(bob, CancellationToken.None));

        Assert.IsType<JoinAnswer.Matched>(Assert.IsType<Outcome<JoinAnswer>.Done>(await world.Join(bob)).Value);
    }

    [Fact]
    public async Task Whoever_was_refused_and_joins_again_at_once_is_matched_once_and_stays_in_it()
    {
        await world.Join(ann);
        world.Log.Break("match", Fault.Down);
        await world.Join(bob);
        world.Log.Mend();

        await world.Join(bob);
        await world.Pass(TimeSpan.FromSeconds(15));

        Assert.Single(world.Log.All, recorded => recorded.Type == "matches.match.started.v1");
        Assert.NotNull(world.Matches.Of(bob));
        Assert.Same(world.Matches.Of(ann), world.Matches.Of(bob));
        Assert.Null(await world.Lobby.Find(ann, CancellationToken.None));
        Assert.Null(await world.Lobby.Find(bob, CancellationToken.None));
    }

    [Fact]
    public async Task Leaving_a_match_that_has_just_ended_succeeds_though_the_log_cannot_be_read()
    {
        var match = await Meet();
        await world.Matches.End(match, bob, MatchEndReason.Stopped);
        world.Log.Break("match", Fault.Down);
        world.Log.IsUnreadable = true;

        var outcome = await new EndMatchHandler(world.Departures, world.OwnMatches).Handle(new(ann, match.Id), CancellationToken.None);

        Assert.IsType<Outcome<Nothing>.Done>(outcome);
    }

    [Fact]
    public async Task Leaving_a_match_that_no_node_remembers_succeeds_while_the_log_cannot_be_read_and_is_refused_to_others_once_it_can()
    {
        var handler = new EndMatchHandler(world.Departures, world.OwnMatches);
        world.Log.IsUnreadable = true;
        var meanwhile = await handler.Handle(new(ann, Guid.NewGuid()), CancellationToken.None);
        world.Log.IsUnreadable = false;
        var afterwards = await handler.Handle(new(ann, Guid.NewGuid()), CancellationToken.None);

        Assert.IsType<Outcome<Nothing>.Done>(meanwhile);
        Assert.Equal("not-in-match", Assert.IsType<Outcome<Nothing>.Refused>(afterwards).Refusal.Code);
    }

    [Fact]
    public async Task A_message_sent_again_after_the_end_gets_its_first_answer()
    {
        var match = await Meet();
        var answer = await Say(match, "one", "hello");
        await world.Matches.End(match, bob, MatchEndReason.Stopped);
        var handler = new SendMessageHandler(world.Matches, world.Conversation, new NoLimits(), world.ChatMeter);

        var again = await handler.Handle(new(ann, match.Id, "hello", "one", null), CancellationToken.None);
        var other = await handler.Handle(new(ann, match.Id, "hello", "two", null), CancellationToken.None);

        Assert.Equal(answer, Assert.IsType<Outcome<MessageAnswer>.Done>(again).Value);
        Assert.Equal("not-in-match", Assert.IsType<Outcome<MessageAnswer>.Refused>(other).Refusal.Code);
    }

    [Theory]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.RequestLost)]
    public async Task A_match_whose_start_has_an_unknown_outcome_is_made_exactly_once(Fault fault)
    {
        await world.Join(ann);
        world.Log.Break("match", fault);

        await world.Join(bob);

        Assert.Single(world.Log.All, recorded => recorded.Type == "matches.match.started.v1");
        Assert.NotNull(world.Matches.Of(ann));
        Assert.Same(world.Matches.Of(ann), world.Matches.Of(bob));
        Assert.Single(world.Connections.To<MatchFound>(ann));
    }

    [Fact]
    public async Task A_match_to_which_nobody_comes_back_ends_as_disconnected_after_the_grace()
    {
        var match = await Meet();
        world.Connections.Close(ann);
        await world.Matchmaker.ConnectionsClosed(ann);
        Assert.Equal("lost", Assert.Single(world.Connections.To<PartnerConnection>(bob)).State);

        await world.Pass(TimeSpan.FromSeconds(9));
        Assert.False(match.IsEnded);
        await world.Pass(TimeSpan.FromSeconds(2));

        Assert.True(match.IsEnded);
        Assert.Equal("disconnected", Assert.Single(world.Connections.To<SessionEnded>(bob)).Reason);
    }

    [Fact]
    public async Task The_end_carries_the_counts_of_the_messages()
    {
        var match = await Meet();
        await Say(match, "one", "hello");
        await Say(match, "two", "hello?");

        await world.Matches.End(match, bob, MatchEndReason.Skipped);

        var ended = (MatchEvent.Ended)EventCodec.Default.Decode(world.Log.All.Single(recorded => recorded.Type == "matches.match.ended.v1"));
        Assert.Equal(2, ended.First == ann ? ended.MessagesFromFirst : ended.MessagesFromSecond);
        Assert.Equal(0, ended.First == ann ? ended.MessagesFromSecond : ended.MessagesFromFirst);
    }

    private async Task<LiveMatch> Meet(ChatMode mode = ChatMode.Text)
    {
        await world.Join(ann, mode);
        await world.Join(bob, mode);
        return Assert.IsType<LiveMatch>(world.Matches.Of(ann));
    }

    private async Task<MessageAnswer> Say(LiveMatch match, string clientMessageId, string body)
    {
        var outcome = await world.Conversation.Send(
            match, match.Find(ann)!, Conversation.IdOf(match.Id, ann, clientMessageId), body, null, CancellationToken.None);
        return Assert.IsType<Outcome<MessageAnswer>.Done>(outcome).Value;
    }
}
