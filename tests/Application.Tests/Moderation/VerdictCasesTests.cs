using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Moderation;
using RandomChat.Application.Settings;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Moderation;
using static RandomChat.Application.Tests.Fakes.FaultyEventStore;

namespace RandomChat.Application.Tests.Moderation;

/// <summary>What verdicts lead to without anybody having reported the message.</summary>
public sealed class VerdictCasesTests
{
    private readonly World world = new();
    private readonly Waiting index = new();
    private readonly VerdictCases cases;
    private readonly Guid ann = Guid.NewGuid();
    private readonly Guid bob = Guid.NewGuid();

    public VerdictCasesTests() => cases = new(
        index, world.Executor, new(world.Log, EventCodec.Default, world.Conversation, world.Verdicts, world.Executor, world.Sealer), world.Sealer,
        new(world.Executor, world.Sealer, Options.Create(new RetentionOptions()), NullLogger<Preservation>.Instance), world.Clock,
        NullLogger<VerdictCases>.Instance);

    [Fact]
    public async Task Its_sender_is_warned_and_their_case_opened_with_the_chat_as_evidence()
    {
        var match = await Meet(ann, bob);
        await Say(match, ann, "hello");
        var verdict = await Screened(match, ann);

        await cases.Follow(verdict);

        var warning = Assert.Single(await Sanctions(ann));
        Assert.Equal(("hate", false, true, 0), (warning.Policy, warning.IsBan, warning.IsAutomated, warning.Strikes));
        var known = await Case(ann);
        var flag = Assert.Single(known.Flags.Values);
        Assert.Equal([flag.FlagId], known.Open.Select(item => item.Id));
        Assert.Equal(
            (ann, ann, "hate", match.Id, verdict.MessageId, ScreeningAction.Block, 1),
            (flag.VisitorId, flag.VisitorDeviceId, flag.Policy, flag.MatchId!.Value, flag.MessageId!.Value, flag.Verdict!.Action, flag.EvidenceMessages));
        var evidence = JsonSerializer.Deserialize<Evidence>(
            (await world.Sealer.OpenForCase(flag.FlagId, flag.Evidence!, CancellationToken.None))!, EventCodec.Json)!;
        Assert.Equal(["hello"], evidence.Messages.Select(message => message.Body));
        Assert.Equal(verdict.MessageId, Assert.Single(evidence.Verdicts!).MessageId);
        Assert.Equal((new(0, 1, 0, 0), null), (evidence.Reported, evidence.Reporter));
    }

    [Fact]
    public async Task What_is_flagged_waits_for_people_and_warns_nobody_until_it_is_severe()
    {
        var match = await Meet(ann, bob);
        await cases.Follow(await Screened(match, ann, "watch your back"));

        var flag = Assert.Single((await Case(ann)).Flags.Values);
        Assert.Equal(("threat", ScreeningAction.Flag, 1), (flag.Policy, flag.Verdict!.Action, flag.EvidenceMessages));
        Assert.Empty(await Sanctions(ann));

        await cases.Follow(await Screened(match, ann, "kill yourself"));
        Assert.Equal(2, (await Case(ann)).Flags.Count);
        Assert.Equal("threat", Assert.Single(await Sanctions(ann)).Policy);
    }

    [Fact]
    public async Task One_chat_is_flagged_once_and_a_policy_warned_of_once_a_day()
    {
        var match = await Meet(ann, bob);
        await cases.Follow(await Screened(match, ann));
        await cases.Follow(await Screened(match, ann));
        Assert.Single((await Case(ann)).Flags);

        var later = await Meet(ann, Guid.NewGuid());
        await cases.Follow(await Screened(later, ann));
        Assert.Equal(2, (await Case(ann)).Flags.Count);
        Assert.Single(await Sanctions(ann));

        await cases.Follow(await Screened(later, ann, "kill yourself"));
        Assert.Equal(["hate", "threat"], (await Sanctions(ann)).Select(sanction => sanction.Policy));

        world.Clock.Advance(Ban.WarnedOnceIn);
        await cases.Follow(await Screened(await Meet(ann, Guid.NewGuid()), ann));
        Assert.Equal(3, (await Sanctions(ann)).Count);
    }

    [Theory]
    [InlineData("ban")]
    [InlineData("case")]
    public async Task What_was_left_undone_is_made_good_once(string stream)
    {
        var verdict = await Screened(await Meet(ann, bob), ann);
        index.Verdicts.Add(verdict);
        world.Log.Break(stream, Fault.Down);
        await cases.Follow(verdict);

        world.Log.Mend();
        Assert.Empty((await Case(ann)).Flags);
        await cases.Advance(CancellationToken.None);
        await cases.Advance(CancellationToken.None);

        Assert.Single((await Case(ann)).Flags);
        Assert.Single(await Sanctions(ann));
    }

    [Fact]
    public async Task What_goes_wrong_with_one_holds_up_none_of_the_others()
    {
        index.Verdicts.Add(new(Guid.NewGuid(), Guid.NewGuid(), bob, "hate", true, world.Clock.GetUtcNow()));
        index.Verdicts.Add(await Screened(await Meet(ann, bob), ann));

        await cases.Advance(CancellationToken.None);

        Assert.Single((await Case(ann)).Flags);
    }

    [Fact]
    public async Task What_is_found_days_later_is_for_people_and_warns_nobody()
    {
        var verdict = await Screened(await Meet(ann, bob), ann);
        world.Clock.Advance(Ban.WarnedOnceIn + TimeSpan.FromSeconds(1));

        await cases.Follow(verdict);

        Assert.Single((await Case(ann)).Flags);
        Assert.Empty(await Sanctions(ann));
    }

    private async Task<LiveMatch> Meet(Guid one, Guid other)
    {
        if (world.Matches.Of(one) is { } last)
        {
            await world.Matches.End(last, one, Domain.Matches.MatchEndReason.Stopped);
        }

        await world.Join(one);
        await world.Join(other);
        return Assert.IsType<LiveMatch>(world.Matches.Of(one));
    }

    private async Task Say(LiveMatch match, Guid from, string text) => Assert.IsType<Outcome<MessageAnswer>.Done>(
        await world.Conversation.Send(match, match.Find(from)!, Guid.NewGuid(), text, null, CancellationToken.None));

    /// <summary>Somebody writes what people look at without a report.</summary>
    private async Task<CaseVerdict> Screened(LiveMatch match, Guid from, string text = "you are a f4gg0t")
    {
        await Say(match, from, text);
        await world.Verdicts.Flush(CancellationToken.None);
        var screened = world.Log.All.Where(recorded => recorded.Type == "matches.message.screened.v1")
            .Select(recorded => (Domain.Matches.MatchEvent.MessageScreened)EventCodec.Default.Decode(recorded)).Last();
        return new(match.Id, screened.MessageId, from, CaseVerdicts.PolicyOf(screened.Verdict)!.Code, CaseVerdicts.Warns(screened.Verdict), screened.At);
    }

    private async Task<IReadOnlyList<Sanction>> Sanctions(Guid visitor) =>
        (await world.Executor.Load(Ban.Decider, visitor, CancellationToken.None)).Sanctions;

    private Task<CaseState> Case(Guid visitor) =>
        world.Executor.Load(Domain.Moderation.Case.Decider, ReportPartnerHandler.CaseOf(visitor), CancellationToken.None);

    private sealed class Waiting : ICaseVerdictIndex
    {
        public List<CaseVerdict> Verdicts { get; } = [];

        public event Action<CaseVerdict>? Came
        {
            add { }
            remove { }
        }

        public IReadOnlyList<CaseVerdict> Unflagged() => Verdicts;
    }
}
