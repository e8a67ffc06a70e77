using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;

namespace RandomChat.Application.Tests.Screening;

/// <summary>What classifiers say about messages after their delivery, and that nobody waits for them.</summary>
public sealed class LaterScreeningTests : IDisposable
{
    private const string Connection = "tab";
    private const string Slur = "you are a f4gg0t";

    // A policy that only flags what it would block otherwise, so that classifiers have something to say about it.
    private static readonly ScreeningPolicy Policy = ScreeningPolicyFile.Read(null) with
    {
        Actions = new Dictionary<(ScreeningCategory, Severity), ScreeningAction>
        {
            [(ScreeningCategory.Toxic, Severity.Strong)] = ScreeningAction.Warn,
            [(ScreeningCategory.Toxic, Severity.Severe)] = ScreeningAction.Block,
            [(ScreeningCategory.Hate, Severity.Severe)] = ScreeningAction.Flag,
            [(ScreeningCategory.Spam, Severity.Severe)] = ScreeningAction.Flag,
            [(ScreeningCategory.Contact, Severity.Mild)] = ScreeningAction.Warn,
        },
        Thresholds = new Dictionary<(string, ScreeningCategory, Severity), double>
        {
            [("model", ScreeningCategory.Toxic, Severity.Strong)] = 0.8,
            [("model", ScreeningCategory.Toxic, Severity.Severe)] = 0.95,
            [("openai", ScreeningCategory.Toxic, Severity.Strong)] = 0.7,
            [("openai", ScreeningCategory.Hate, Severity.Severe)] = 0.9,
        },
    };

    private readonly CancellationTokenSource stop = new();
    private readonly Guid ann = Guid.NewGuid();

    [Fact]
    public async Task What_a_classifier_finds_is_recorded_and_its_sender_told()
    {
        var world = WorldWith(new(Scores(0.9)));
        var (match, bob) = await Meet(world);
        await Say(world, match, "you are no good");
        Assert.Empty(world.Connections.Told<Notice>(Connection));

        await Screened(world, () => Verdicts(world, match).Any());

        var recorded = Verdicts(world, match).Single();
        Assert.Equal(
            (ScreeningAction.Warn, "model/toxic", "7", 0.9, 1, ann),
            (recorded.Verdict.Action, recorded.Verdict.Rule, recorded.Verdict.RuleVersion, recorded.Verdict.Score, recorded.Sequence, recorded.From));
        var notice = Assert.Single(world.Connections.Told<Notice>(Connection));
        Assert.Equal(("against-guidelines", "One of your messages looks like an insult; please keep to the Community Guidelines."), (notice.Code, notice.Message));
        Assert.Single(world.Connections.To<ChatMessage>(bob));
        Assert.Empty(world.Connections.To<Notice>(bob));
    }

    [Fact]
    public async Task What_is_delivered_cannot_be_blocked_and_is_flagged()
    {
        var world = WorldWith(new(null, hosted: Scores(0.99)));
        var (match, bob) = await Meet(world);
        Assert.Equal(MessageAnswer.Delivered, (await Say(world, match, Slur)).Status);

        await Screened(world, () => Verdicts(world, match).Any(one => one.Verdict.Rule == "model/toxic"));

        Assert.All(Verdicts(world, match), one => Assert.Equal(ScreeningAction.Flag, one.Verdict.Action));
        Assert.Single(world.Connections.To<ChatMessage>(bob));
    }

    [Fact]
    public async Task After_the_match_a_verdict_is_recorded_and_nobody_told()
    {
        var world = WorldWith(new(Scores(0.9)));
        var (match, _) = await Meet(world);
        await Say(world, match, "you are no good");
        await world.Matches.End(match, ann, MatchEndReason.Skipped);

        await Screened(world, () => Verdicts(world, match).Any());

        Assert.Empty(world.Connections.Told<Notice>(Connection));
    }

    [Fact]
    public async Task On_its_way_only_a_severe_word_or_a_behaviour_asks_and_blocks_with_the_classifier()
    {
        var classifier = Scores(0.99);
        var world = WorldWith(new(classifier));
        var (match, bob) = await Meet(world);

        Assert.Equal(MessageAnswer.Delivered, (await Say(world, match, "you idiot, call 07700 900123")).Status);
        Assert.Empty(classifier.Asked);
        Assert.Equal(MessageAnswer.Blocked, (await Say(world, match, Slur)).Status);
        Assert.Single(classifier.Asked);
        Assert.Single(world.Connections.To<ChatMessage>(bob));
    }

    [Fact]
    public async Task Where_no_score_leads_to_a_block_nobody_is_asked_on_the_way()
    {
        var classifier = Scores(0.99);
        var world = WorldWith(new(classifier), Policy with
        {
            Thresholds = new Dictionary<(string, ScreeningCategory, Severity), double> { [(Classification.HeadsModel, ScreeningCategory.Toxic, Severity.Strong)] = 0.8 },
        });
        var (match, _) = await Meet(world);

        Assert.Equal(MessageAnswer.Delivered, (await Say(world, match, Slur)).Status);

        Assert.Empty(classifier.Asked);
    }

    [Fact]
    public async Task On_its_way_a_message_goes_on_whatever_fails_in_the_classifier()
    {
        var classifier = Scores(0.99);
        classifier.Works = () => throw new InvalidOperationException("These are no models.");
        var world = WorldWith(new(classifier));
        var (match, bob) = await Meet(world);

        Assert.Equal(MessageAnswer.Delivered, (await Say(world, match, Slur)).Status);

        Assert.Equal([Slur], classifier.Asked);
        Assert.Single(world.Connections.To<ChatMessage>(bob));
    }

    [Fact]
    public async Task A_flood_asks_as_well()
    {
        var classifier = Scores(0.99);
        var world = WorldWith(new(classifier));
        var (match, _) = await Meet(world);
        for (var message = 1; message <= FloodPolicy.MostMessages; message++)
        {
            await Say(world, match, $"{message}");
        }

        Assert.Empty(classifier.Asked);
        Assert.Equal("It looks like an insult.", (await Say(world, match, "again")).Reason);
    }

    [Fact]
    public async Task A_classifier_that_never_answers_delays_no_message_and_is_counted()
    {
        using var skipped = new Skipped(out var world, new(new NeverAnswers(), hosted: new NeverAnswers()), Policy);
        var (match, bob) = await Meet(world);
        var run = world.LaterScreening.Run(stop.Token);

        string[] said = ["hello", Slur, "you idiot", "07700 900123", "bye"];
        foreach (var body in said)
        {
            Assert.Equal(MessageAnswer.Delivered, (await Say(world, match, body)).Status);
        }

        Assert.Equal(said, world.Connections.To<ChatMessage>(bob).Select(seen => seen.Body));
        await World.Until(() =>
        {
            world.Clock.Advance(LaterScreening.Patience);
            return Task.FromResult(skipped.Of(ScreeningMeter.NoAnswer) == said.Length);
        });
        await Stopped(run);
    }

    [Fact]
    public async Task Where_the_hosted_one_gives_no_answer_the_word_of_the_local_one_stands()
    {
        var (down, local) = (new Fails(), Scores(0.9));
        using var skipped = new Skipped(out var world, new(local, down), Policy);
        var (match, _) = await Meet(world);
        await Say(world, match, "you are no good");

        await Screened(world, () => Verdicts(world, match).Any());

        Assert.Equal("model/toxic", Verdicts(world, match).Single().Verdict.Rule);
        Assert.Equal(1, down.Asked);
        Assert.Equal(["you are no good"], local.Asked);
        Assert.Equal(1, skipped.Of(ScreeningMeter.HostedNoAnswer));
        Assert.Equal(0, skipped.Of(ScreeningMeter.NoAnswer));
    }

    [Fact]
    public async Task A_slow_hosted_one_is_asked_about_so_many_at_once_and_the_local_one_about_each()
    {
        const int All = 3 * LaterScreening.HostedAtOnce;
        var (local, hosted) = (Scores(0), new Hosted());
        using var skipped = new Skipped(out var world, new(local, hosted), Policy);
        var (match, _) = await Meet(world);
        string[] bodies = [.. Enumerable.Range(1, All).Select(number => $"{number}")];
        foreach (var body in bodies)
        {
            world.LaterScreening.Add(Delivered(match, body));
        }

        // The clock stands: nobody's patience ends, and nothing rests.
        var run = world.LaterScreening.Run(stop.Token);
        await World.Until(() => Task.FromResult(local.Asked.Count == All));

        Assert.Equal(bodies, local.Asked);
        Assert.Equal(bodies.Take(LaterScreening.HostedAtOnce), hosted.Asked.Select(asked => asked.Text));
        Assert.Equal(All - LaterScreening.HostedAtOnce, skipped.Of(ScreeningMeter.HostedBusy));

        hosted.Asked.First().Answer.SetResult(Classified("openai", ScreeningCategory.Toxic, 0.8));
        await World.Until(async () =>
        {
            await world.Verdicts.Flush(CancellationToken.None);
            return Verdicts(world, match).Any();
        });
        await World.Until(() =>
        {
            world.LaterScreening.Add(Delivered(match, "another"));
            return Task.FromResult(hosted.Asked.Count > LaterScreening.HostedAtOnce);
        });
        await Stopped(run);
    }

    [Theory]
    [InlineData("you are no good", ScreeningCategory.Hate, 0.95, "openai/hate")]
    [InlineData("you are no good", ScreeningCategory.Toxic, 0.8, "model/toxic")]
    [InlineData("you are no good", ScreeningCategory.Hate, 0.5, "model/toxic")]
    [InlineData(Slur, ScreeningCategory.Hate, 0.95, "lexicon")]
    public async Task Of_what_both_find_the_worst_is_recorded_and_nothing_twice(string body, ScreeningCategory category, double score, string rule)
    {
        var (local, hosted) = (Scores(0.9), new Hosted());
        var world = WorldWith(new(local, hosted));
        var (match, _) = await Meet(world);
        var said = await Say(world, match, body);
        var run = world.LaterScreening.Run(stop.Token);
        await World.Until(() => Task.FromResult(!hosted.Asked.IsEmpty));
        hosted.Asked.Single().Answer.SetResult(Classified("openai", category, score));

        // When there is a verdict on the next one, the first one was judged.
        var next = await Say(world, match, "hello");
        await World.Until(() => Task.FromResult(hosted.Asked.Count == 2));
        hosted.Asked.Last().Answer.SetResult(Classified("openai", category, 0));
        await World.Until(async () =>
        {
            await world.Verdicts.Flush(CancellationToken.None);
            return Verdicts(world, match).Any(one => one.MessageId == next.MessageId);
        });

        Assert.Equal(rule, Assert.Single(Verdicts(world, match), one => one.MessageId == said.MessageId).Verdict.Rule);
        Assert.Equal(rule == "model/toxic" ? 2 : 1, world.Connections.Told<Notice>(Connection).Count());
        await Stopped(run);
    }

    [Fact]
    public async Task One_that_is_silent_is_logged_once_until_it_answers_again_whatever_the_other_does()
    {
        var lines = new Lines();
        var (local, hosted) = (Scores(0), new Fails());
        var world = new World(classifiers: new(local, hosted), policy: Policy, screeningLog: lines);
        var (match, _) = await Meet(world);
        world.LaterScreening.Add(Delivered(match, "one"));
        world.LaterScreening.Add(Delivered(match, "two"));
        world.LaterScreening.Add(Delivered(match, "three"));
        var run = world.LaterScreening.Run(stop.Token);
        await World.Until(() => Task.FromResult(local.Asked.Count == 3));

        Assert.Equal(3, hosted.Asked);
        Assert.Equal("The hosted classifier gives no answer; delivered messages go on without it until it does.", Assert.Single(lines.Written));

        hosted.Answers = true;
        world.LaterScreening.Add(Delivered(match, "four"));
        await World.Until(() => Task.FromResult(local.Asked.Count == 4));
        hosted.Answers = false;
        world.LaterScreening.Add(Delivered(match, "five"));
        await World.Until(() => Task.FromResult(local.Asked.Count == 5));
        Assert.Equal(2, lines.Written.Count);
        await Stopped(run);
    }

    [Fact]
    public async Task What_waits_of_a_visitor_who_is_erased_is_shown_to_no_classifier()
    {
        var (local, hosted) = (Scores(0), new Hosted());
        var world = WorldWith(new(local, hosted));
        var (match, bob) = await Meet(world);
        var profiles = new VisitorProfiles(world.Executor, world.Sealer, world.Clock);
        await Say(world, match, "one of ann");
        await Say(world, match, "you idiot");
        world.LaterScreening.Add(Delivered(match, "one of bob") with { Sender = match.Find(bob)! });

        new ErasedVisitors(profiles, world.Matches, world.LaterScreening, world.Connections).Forget(ann);

        await Screened(world, () => local.Asked.Count == 1);
        Assert.Equal(["one of bob"], local.Asked);
        Assert.Equal(["one of bob"], hosted.Asked.Select(asked => asked.Text));
    }

    [Fact]
    public async Task What_waited_longer_than_messages_are_kept_is_shown_to_no_classifier_and_counted()
    {
        var local = Scores(0);
        using var skipped = new Skipped(out var world, new(local), Policy);
        var (match, _) = await Meet(world);
        await Say(world, match, "yesterday");
        world.Clock.Advance(new MatchOptions().MessageRetention + TimeSpan.FromSeconds(1));
        await Say(world, match, "today");

        await Screened(world, () => local.Asked.Count == 1);

        Assert.Equal(["today"], local.Asked);
        Assert.Equal(1, skipped.Of(ScreeningMeter.Old));
    }

    [Fact]
    public async Task A_full_queue_passes_over_what_matters_least_and_counts_it()
    {
        var classifier = Scores(0);
        using var skipped = new Skipped(out var world, new(classifier), Policy);
        var (match, _) = await Meet(world);
        for (var message = 0; message < LaterScreening.Capacity; message++)
        {
            world.LaterScreening.Add(Delivered(match, $"{message}"));
        }

        world.LaterScreening.Add(Delivered(match, "too many"));
        world.LaterScreening.Add(Delivered(match, "urgent", new Finding(ScreeningLayer.Lexicon, ScreeningCategory.Toxic, Severity.Mild, 1, "lexicon", "1")));

        Assert.Equal(2, skipped.Of(ScreeningMeter.Full));
        await Screened(world, () => classifier.Asked.Count >= 3);
        Assert.Equal(["urgent", "1", "2"], classifier.Asked.Take(3));
    }

    [Fact]
    public async Task Messages_of_a_reported_match_go_first()
    {
        var classifier = Scores(0);
        var world = WorldWith(new(classifier));
        var (other, _) = await Meet(world, Guid.NewGuid());
        var (match, _) = await Meet(world);
        world.LaterScreening.Add(Delivered(other, "other"));
        await Say(world, match, "one");
        await Say(world, match, "two");

        await world.Matches.End(match, ann, MatchEndReason.Reported);

        await Screened(world, () => classifier.Asked.Count == 3);
        Assert.Equal(["one", "two", "other"], classifier.Asked);
    }

    [Fact]
    public async Task No_more_of_a_core_is_taken_than_its_share()
    {
        var worked = TimeSpan.FromMilliseconds(50);
        var classifier = Scores(0);
        var world = WorldWith(new(classifier));
        classifier.Works = () => world.Clock.Advance(worked);
        var (match, _) = await Meet(world);
        await Say(world, match, "one");
        await Say(world, match, "two");
        var began = world.Clock.GetUtcNow();

        await Screened(world, () => classifier.Asked.Count == 2, step: TimeSpan.FromMilliseconds(10));

        // A tenth: fifty milliseconds of work, four hundred and fifty of rest, and the work of the second one.
        Assert.InRange(world.Clock.GetUtcNow() - began, worked * 11, TimeSpan.MaxValue);
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }

    private static World WorldWith(Classifiers classifiers, ScreeningPolicy? policy = null) => new(classifiers: classifiers, policy: policy ?? Policy);

    private static Classifier Scores(double toxic) => new(toxic);

    private static Classification Classified(string model, ScreeningCategory category, double score) =>
        new(model, "7", new Dictionary<ScreeningCategory, double> { [category] = score });

    private static DeliveredMessage Delivered(LiveMatch match, string body, params Finding[] found) => new(
        match, match.First, new(Guid.NewGuid(), 1, match.Started.At, MessageAnswer.Delivered, null), body, found, null, null);

    private static IEnumerable<MatchEvent.MessageScreened> Verdicts(World world, LiveMatch match) => world.Log.Of(StreamName.For("match", match.Id))
        .Select(EventCodec.Default.Decode).OfType<MatchEvent.MessageScreened>();

    private async Task<(LiveMatch Match, Guid Partner)> Meet(World world, Guid? who = null)
    {
        var (one, bob) = (who ?? ann, Guid.NewGuid());
        await world.Join(one);
        await world.Join(bob);
        return (Assert.IsType<LiveMatch>(world.Matches.Of(one)), bob);
    }

    private async Task<MessageAnswer> Say(World world, LiveMatch match, string body) => Assert.IsType<Outcome<MessageAnswer>.Done>(
        await world.Conversation.Send(match, match.Find(ann)!, Guid.NewGuid(), body, Connection, CancellationToken.None)).Value;

    /// <summary>Lets the screening after delivery go on until something has come of it.</summary>
    private async Task Screened(World world, Func<bool> done, TimeSpan? step = null)
    {
        var run = world.LaterScreening.Run(stop.Token);
        await World.Until(async () =>
        {
            await world.Verdicts.Flush(CancellationToken.None);
            if (!done())
            {
                world.Clock.Advance(step ?? TimeSpan.FromMilliseconds(100));
            }

            return done();
        });
        await Stopped(run);
    }

    private async Task Stopped(Task run)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private sealed class Classifier(double toxic) : ITextClassifier
    {
        public List<string> Asked { get; } = [];

        public Action? Works { get; set; }

        public Task<Classification> Classify(string text, CancellationToken ct)
        {
            Asked.Add(text);
            Works?.Invoke();
            return Task.FromResult(Classified("model", ScreeningCategory.Toxic, toxic));
        }
    }

    private sealed class NeverAnswers : ITextClassifier
    {
        public Task<Classification> Classify(string text, CancellationToken ct) => new TaskCompletionSource<Classification>().Task;
    }

    /// <summary>A classifier elsewhere that answers when a test says so.</summary>
    private sealed class Hosted : ITextClassifier
    {
        public ConcurrentQueue<(string Text, TaskCompletionSource<Classification> Answer)> Asked { get; } = new();

        public Task<Classification> Classify(string text, CancellationToken ct)
        {
            var answer = new TaskCompletionSource<Classification>(TaskCreationOptions.RunContinuationsAsynchronously);
            Asked.Enqueue((text, answer));
            return answer.Task;
        }
    }

    private sealed class Fails : ITextClassifier
    {
        public int Asked { get; private set; }

        public bool Answers { get; set; }

        public Task<Classification> Classify(string text, CancellationToken ct)
        {
            Asked++;
            return Answers ? Task.FromResult(Classified("openai", ScreeningCategory.Toxic, 0)) : throw new DependencyUnavailableException("classifier");
        }
    }

    private sealed class Lines : ILogger<LaterScreening>
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue(formatter(state, exception));
    }

    /// <summary>Messages of one world that no classifier looked at, as they are counted.</summary>
    private sealed class Skipped : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly Dictionary<string, long> counts = [];

        public Skipped(out World world, Classifiers classifiers, ScreeningPolicy policy)
        {
            var made = world = new(classifiers: classifiers, policy: policy);
            listener.InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == ScreeningMeter.Skipped && instrument.Meter.Scope == made.Meters)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            {
                lock (counts)
                {
                    var reason = (string)tags[0].Value!;
                    counts[reason] = counts.GetValueOrDefault(reason) + count;
                }
            });
            listener.Start();
        }

        public long Of(string reason)
        {
            lock (counts)
            {
                return counts.GetValueOrDefault(reason);
            }
        }

        public void Dispose() => listener.Dispose();
    }
}
