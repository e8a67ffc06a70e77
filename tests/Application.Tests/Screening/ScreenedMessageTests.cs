using System.Diagnostics.Metrics;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using static RandomChat.Application.Tests.Fakes.FaultyEventStore;

namespace RandomChat.Application.Tests.Screening;

/// <summary>What becomes of a message that the screening does not simply let pass.</summary>
public sealed class ScreenedMessageTests
{
    private const string Slur = "you are a f4gg0t";
    private const string Number = "call me at +44 7700 900123";
    private const string Connection = "tab";
    private readonly World world = new();
    private readonly Guid ann = Guid.NewGuid();

    [Fact]
    public async Task A_blocked_message_is_answered_and_nobody_else_gets_anything()
    {
        var (match, bob) = await Meet();

        var answer = await Say(match, Slur, "one");

        Assert.Equal((MessageAnswer.Blocked, 0, "It looks like hate speech."), (answer.Status, answer.Sequence, answer.Reason));
        Assert.Empty(world.Connections.To<ChatMessage>(bob));
        Assert.Empty(world.Connections.To<Notice>(bob));
        Assert.DoesNotContain(world.Log.All, recorded => recorded.Type == "matches.message.sent.v1");
        Assert.Equal(1, (await Say(match, "hello", "two")).Sequence);
        Assert.Equal(1, match.Find(ann)!.MessageCount);
    }

    [Fact]
    public async Task Its_verdict_is_an_event_on_the_match_without_the_text()
    {
        var (match, _) = await Meet();

        await Say(match, Slur, "one");

        var recorded = Assert.Single(Verdicts(match));
        Assert.Equal((ann, 0, ScreeningAction.Block, ScreeningCategory.Hate, Severity.Severe),
            (recorded.From, recorded.Sequence, recorded.Verdict.Action, recorded.Verdict.Category, recorded.Verdict.Severity));
        Assert.DoesNotContain(world.Log.All, happened =>
            System.Text.Encoding.UTF8.GetString(happened.Data.Span) is var json
            && (json.Contains("f4gg0t", StringComparison.Ordinal) || json.Contains("faggot", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_warned_message_is_delivered_like_any_other_and_its_sender_alone_is_told()
    {
        var (match, bob) = await Meet();

        var answer = await Say(match, Number, "one");

        Assert.Equal((MessageAnswer.Delivered, 1), (answer.Status, answer.Sequence));
        Assert.Null(answer.Reason);
        Assert.Equal(Number, Assert.Single(world.Connections.To<ChatMessage>(bob)).Body);
        Assert.Equal("Sent. That looks like a phone number; take care.", Assert.Single(world.Connections.Told<Notice>(Connection)).Message);
        Assert.Empty(world.Connections.To<Notice>(bob));
        await world.Verdicts.Flush(CancellationToken.None);
        Assert.Equal((ScreeningAction.Warn, 1), Verdicts(match).Select(one => (one.Verdict.Action, one.Sequence)).Single());
    }

    [Fact]
    public async Task A_flagged_message_is_delivered_and_nobody_is_told()
    {
        var (match, bob) = await Meet();

        Assert.Equal(MessageAnswer.Delivered, (await Say(match, "i know where you live", "one")).Status);

        Assert.Single(world.Connections.To<ChatMessage>(bob));
        Assert.Empty(world.Connections.Told<Notice>(Connection));
        await world.Verdicts.Flush(CancellationToken.None);
        Assert.Equal(ScreeningAction.Flag, Assert.Single(Verdicts(match)).Verdict.Action);
    }

    [Fact]
    public async Task Swearing_leaves_no_trace()
    {
        var (match, _) = await Meet();

        await Say(match, "what the fuck, that is so stupid", "one");
        await world.Verdicts.Flush(CancellationToken.None);

        Assert.Empty(Verdicts(match));
    }

    [Fact]
    public async Task The_same_message_again_gets_the_first_answer_and_one_verdict()
    {
        var (match, _) = await Meet();

        var first = (Blocked: await Say(match, Slur, "one"), Warned: await Say(match, Number, "two"));
        var again = (Blocked: await Say(match, Slur, "one"), Warned: await Say(match, Number, "two"));

        Assert.Equal(first, again);
        await world.Verdicts.Flush(CancellationToken.None);
        Assert.Equal(2, Verdicts(match).Count());
    }

    [Fact]
    public async Task A_new_owner_knows_what_the_old_one_blocked()
    {
        var (match, _) = await Meet();
        var first = await Say(match, Slur, "one");
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        match.IsLoaded = false;
        using var restored = new LiveMatch(
            match.Started, new(match.First.VisitorId, match.First.DeviceId, match.First.Request, PublicProfile.None), new(match.Second.VisitorId, match.Second.DeviceId, match.Second.Request, PublicProfile.None));

        Assert.Equal(first, await Say(restored, Slur, "one"));
    }

    [Fact]
    public async Task However_often_somebody_is_blocked_no_more_is_read_for_it()
    {
        var (match, _) = await Meet();
        for (var time = 1; time <= 20; time++)
        {
            await Say(match, Slur, $"{time}");
        }

        var before = world.Log.EventsRead;
        await Say(match, Slur, "again");

        Assert.InRange(world.Log.EventsRead - before, 0, 1);
        Assert.Equal(21, Verdicts(match).Count());
    }

    [Theory]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.RequestLost)]
    public async Task A_blocked_message_whose_verdict_has_an_unknown_outcome_is_recorded_once_whatever_comes_in_between(Fault fault)
    {
        var (match, _) = await Meet();
        await Say(match, Slur, "one");
        world.Log.Break("match", fault);
        world.Log.ReadsLeft = 1;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, Slur, "two"));
        world.Log.Mend();

        await Say(match, Slur, "three");
        var answer = await Say(match, Slur, "two");

        Assert.Equal(MessageAnswer.Blocked, answer.Status);
        Assert.Equal(3, Verdicts(match).Count());
        Assert.Equal(3, Verdicts(match).Select(one => one.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task With_the_log_down_nothing_is_blocked_in_silence()
    {
        var (match, _) = await Meet();
        world.Log.Break("match", Fault.Down);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, Slur, "one"));
        world.Log.Mend();

        Assert.Equal(MessageAnswer.Blocked, (await Say(match, Slur, "one")).Status);
        Assert.Single(Verdicts(match));
    }

    [Theory]
    [InlineData("messages", "hello there, where are you from", "deliver none none 1")]
    [InlineData("match", Slur, "block hate lexicon 1")]
    public async Task A_message_sent_again_while_the_log_is_down_is_screened_once(string broken, string body, string judged)
    {
        var counted = new List<string>();
        using var listener = Judged(counted);
        var (match, _) = await Meet();
        world.Log.Break(broken, Fault.Down);
        for (var time = 1; time <= 3; time++)
        {
            await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, body, "one"));
        }

        world.Log.Mend();
        await Say(match, body, "one");

        Assert.Equal([judged], counted);
    }

    [Fact]
    public async Task The_longest_message_sent_again_and_again_while_the_log_is_down_is_no_flood()
    {
        var (match, bob) = await Meet();
        var longest = new string('a', MessagePolicy.MaximumLength);
        world.Log.Break("messages", Fault.Down);
        for (var time = 1; time <= 6; time++)
        {
            await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, longest, "one"));
            world.Clock.Advance(TimeSpan.FromSeconds(2));
        }

        world.Log.Mend();
        Assert.Equal(MessageAnswer.Delivered, (await Say(match, longest, "one")).Status);

        await world.Verdicts.Flush(CancellationToken.None);
        Assert.Empty(Verdicts(match));
        Assert.Empty(world.Suspicion.HabitsOf(ann));
        Assert.Single(world.Connections.To<ChatMessage>(bob));
    }

    [Fact]
    public async Task Another_text_under_the_same_id_is_screened_as_well()
    {
        var (match, bob) = await Meet();
        world.Log.Break("messages", Fault.Down);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, "hello", "one"));
        world.Log.Mend();

        Assert.Equal(MessageAnswer.Blocked, (await Say(match, Slur, "one")).Status);
        Assert.Empty(world.Connections.To<ChatMessage>(bob));
    }

    [Theory]
    [InlineData(Fault.Down)]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.RequestLost)]
    public async Task The_verdict_on_a_delivered_message_is_recorded_once_whatever_the_log_does(Fault fault)
    {
        var (match, _) = await Meet();
        world.Log.Break("match", fault);

        Assert.Equal(MessageAnswer.Delivered, (await Say(match, Number, "one")).Status);
        await world.Verdicts.Flush(CancellationToken.None);
        world.Log.Mend();
        await world.Verdicts.Flush(CancellationToken.None);

        Assert.Single(Verdicts(match));
    }

    [Theory]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.RequestLost)]
    public async Task A_message_of_unknown_outcome_is_delivered_once_it_is_known_to_be_there(Fault fault)
    {
        var (match, bob) = await Meet();
        world.Log.Break("messages", fault);

        var answer = await Say(match, Number, "one");

        Assert.Equal((MessageAnswer.Delivered, 1), (answer.Status, answer.Sequence));
        Assert.Equal((Number, 1), world.Connections.To<ChatMessage>(bob).Select(seen => (seen.Body, seen.Sequence)).Single());
        Assert.Single(world.Connections.Told<Notice>(Connection));
        await world.Verdicts.Flush(CancellationToken.None);
        Assert.Single(Verdicts(match));
    }

    [Fact]
    public async Task What_could_not_be_looked_up_then_is_delivered_before_the_next_message()
    {
        var (match, bob) = await Meet();
        world.Log.Break("messages", Fault.AnswerLost);
        world.Log.IsUnreadable = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, Number, "one"));
        Assert.Empty(world.Connections.To<ChatMessage>(bob));
        world.Log.Mend();

        await Say(match, "hello", "two");

        Assert.Equal([(Number, 1), ("hello", 2)], world.Connections.To<ChatMessage>(bob).Select(seen => (seen.Body, seen.Sequence)));
        await world.Verdicts.Flush(CancellationToken.None);
        Assert.Single(Verdicts(match));
    }

    [Fact]
    public async Task Verdicts_are_in_the_log_before_the_end_of_their_match()
    {
        var (match, _) = await Meet();
        await Say(match, Number, "one");

        await world.Matches.End(match, ann, MatchEndReason.Skipped);

        Assert.Equal(
            ["matches.match.started.v1", "matches.message.screened.v1", "matches.match.ended.v1"],
            world.Log.Of(StreamName.For("match", match.Id)).Select(recorded => recorded.Type));
    }

    [Fact]
    public async Task A_message_of_unknown_outcome_keeps_its_verdict_when_the_match_ends_next()
    {
        var (match, _) = await Meet();
        world.Log.Break("messages", Fault.AnswerLost);
        world.Log.IsUnreadable = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, "i know where you live", "one"));

        await world.Matches.End(match, ann, MatchEndReason.Stopped);
        Assert.DoesNotContain(world.Log.All, recorded => recorded.Type == "matches.match.ended.v1");
        world.Log.Mend();
        await world.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal((ScreeningAction.Flag, 1), Verdicts(match).Select(one => (one.Verdict.Action, one.Sequence)).Single());
        Assert.Equal("matches.match.ended.v1", world.Log.Of(StreamName.For("match", match.Id))[^1].Type);
    }

    [Fact]
    public async Task A_message_that_turns_out_to_be_nowhere_when_the_match_ends_has_no_verdict()
    {
        var (match, bob) = await Meet();
        world.Log.Break("messages", Fault.RequestLost);
        world.Log.IsUnreadable = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Say(match, "i know where you live", "one"));
        world.Log.Mend();

        await world.Matches.End(match, ann, MatchEndReason.Stopped);

        Assert.Empty(Verdicts(match));
        Assert.Empty(world.Connections.To<ChatMessage>(bob));
        Assert.Single(world.Log.All, recorded => recorded.Type == "matches.match.ended.v1");
    }

    [Fact]
    public async Task Verdicts_are_counted_by_what_was_done_and_why()
    {
        var counted = new List<string>();
        using var listener = Judged(counted);
        var (match, _) = await Meet();

        await Say(match, "hello", "one");
        await Say(match, Number, "two");
        await Say(match, Slur, "three");

        Assert.Equal(["deliver none none 1", "warn contact contact/phone 1", "block hate lexicon 1"], counted);
    }

    [Fact]
    public async Task The_same_advertisement_to_many_partners_is_blocked_however_it_is_written()
    {
        string[] adverts = ["find hot people at www.date4you.example.xyz", "FIND  hot people at www.date4you.example.xyz", "f i n d hot people at www.date4you.example.xyz !!"];
        world.Suspicion.Connected(ann, "address");
        var answers = new List<string>();
        for (var partner = 0; partner < 7; partner++)
        {
            var (match, _) = await Meet();
            answers.Add((await Say(match, adverts[partner % adverts.Length], "one")).Reason ?? "delivered");
            await world.Matches.End(match, ann, MatchEndReason.Skipped);
        }

        Assert.Equal(["delivered", "delivered", "delivered", "delivered", "It looks like spam."], answers.Take(5));
        Assert.All(answers.Skip(5), answer => Assert.Equal("It looks like spam.", answer));
    }

    [Fact]
    public async Task A_flood_is_delivered_and_flagged_until_its_sender_pauses()
    {
        var (match, bob) = await Meet();
        for (var message = 1; message <= 30; message++)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(0.9));
            Assert.Equal(MessageAnswer.Delivered, (await Say(match, $"aa {message}", $"{message}")).Status);
        }

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(MessageAnswer.Delivered, (await Say(match, new string('a', 2_000), "later")).Status);

        await world.Verdicts.Flush(CancellationToken.None);
        Assert.Equal(31, world.Connections.To<ChatMessage>(bob).Count());
        Assert.Equal(
            Enumerable.Repeat(("behaviour/flood", ScreeningCategory.Spam, ScreeningAction.Flag), 5),
            Verdicts(match).Select(screened => (screened.Verdict.Rule, screened.Verdict.Category, screened.Verdict.Action)));
    }

    [Fact]
    public async Task The_same_greeting_to_many_partners_is_not()
    {
        world.Suspicion.Connected(ann, "address");
        for (var partner = 0; partner < 12; partner++)
        {
            var (match, _) = await Meet();
            Assert.Equal(MessageAnswer.Delivered, (await Say(match, "hiiiiii how are you today, where are you from", "one")).Status);
            await world.Matches.End(match, ann, MatchEndReason.Skipped);
        }
    }

    private IEnumerable<MatchEvent.MessageScreened> Verdicts(LiveMatch match) => world.Log.Of(StreamName.For("match", match.Id))
        .Select(EventCodec.Default.Decode).OfType<MatchEvent.MessageScreened>();

    /// <summary>Notes what the meter is told of each message.</summary>
    private MeterListener Judged(List<string> counted)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == ScreeningMeter.Verdicts && instrument.Meter.Scope == world.Meters)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            counted.Add(string.Join(' ', tags.ToArray().Select(tag => tag.Value).Append(count))));
        listener.Start();
        return listener;
    }

    private async Task<(LiveMatch Match, Guid Partner)> Meet()
    {
        var bob = Guid.NewGuid();
        await world.Join(ann);
        await world.Join(bob);
        return (Assert.IsType<LiveMatch>(world.Matches.Of(ann)), bob);
    }

    private async Task<MessageAnswer> Say(LiveMatch match, string body, string clientMessageId) => Assert.IsType<Outcome<MessageAnswer>.Done>(
        await world.Conversation.Send(
            match, match.Find(ann)!, Conversation.IdOf(match.Id, ann, clientMessageId), body, Connection, CancellationToken.None)).Value;
}
