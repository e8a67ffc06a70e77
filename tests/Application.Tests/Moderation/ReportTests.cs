using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Moderation;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using static RandomChat.Application.Tests.Fakes.FaultyEventStore;

namespace RandomChat.Application.Tests.Moderation;

public sealed class ReportTests
{
    private readonly World world = new();
    private readonly Guid ann = Guid.NewGuid();
    private readonly Guid bob = Guid.NewGuid();
    private readonly Guid carl = Guid.NewGuid();

    [Fact]
    public async Task Each_report_has_a_key_of_its_own_so_that_its_evidence_lives_the_whole_retention()
    {
        await Report(ann, await Meet(ann, bob));
        await Report(carl, await Meet(carl, bob));

        var keys = Reports().Select(report => report.CaseKey).ToArray();

        Assert.Equal(2, keys.Length);
        Assert.Equal(2, keys.Distinct().Count());
        Assert.Single(Reports().Select(report => report.CaseId).Distinct());
    }

    [Fact]
    public async Task What_is_reported_while_a_case_is_held_is_kept_beside_the_answer_which_waits_for_no_key_store()
    {
        await Report(ann, await Meet(ann, bob));
        Assert.Empty(world.Sealer.CaseEnds);
        await world.Executor.Execute(
            Case.Decider, ReportPartnerHandler.CaseOf(bob), new CaseCommand.Hold(Guid.NewGuid(), "sealed", "key", null, Guid.NewGuid(), world.Clock.GetUtcNow()),
            Guid.NewGuid(), EventMetadata.System, default);
        var match = await Meet(carl, bob);
        var answering = new TaskCompletionSource();
        world.Sealer.Answering = () => answering.Task;

        Assert.IsType<Outcome<ReportReceipt>.Done>(await Report(carl, match));

        Assert.Empty(world.Sealer.CaseEnds);
        answering.SetResult();
        Assert.Equal((Reports().Last().CaseKey, KeyLife.NoEnd), (Assert.Single(world.Sealer.CaseEnds).Key, world.Sealer.CaseEnds.Values.Single()));
    }

    [Fact]
    public async Task A_report_is_recorded_though_the_evidence_of_a_held_case_cannot_be_kept_longer_just_then()
    {
        await Report(ann, await Meet(ann, bob));
        await world.Executor.Execute(
            Case.Decider, ReportPartnerHandler.CaseOf(bob), new CaseCommand.Hold(Guid.NewGuid(), "sealed", "key", null, Guid.NewGuid(), world.Clock.GetUtcNow()),
            Guid.NewGuid(), EventMetadata.System, default);
        var match = await Meet(carl, bob);
        world.Sealer.IsDown = true;
        Assert.IsType<Outcome<ReportReceipt>.Done>(await Report(carl, match));
    }

    [Fact]
    public async Task A_report_ends_the_match_though_the_case_cannot_be_recorded()
    {
        var match = await Meet(ann, bob);
        world.Log.Break("case", Fault.Down);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Report(ann, match));

        Assert.True(match.IsEnded);
        Assert.Null(world.Matches.Of(bob));
        world.Log.Mend();
        Assert.IsType<Outcome<ReportReceipt>.Done>(await Report(ann, match));
    }

    [Fact]
    public async Task One_reporter_reports_a_match_once()
    {
        var match = await Meet(ann, bob);
        await Report(ann, match);

        Assert.Equal("conflict", Assert.IsType<Outcome<ReportReceipt>.Refused>(await Report(ann, match)).Refusal.Code);
        Assert.IsType<Outcome<ReportReceipt>.Done>(await Report(bob, match));
    }

    [Fact]
    public async Task Nobody_reports_a_match_of_others()
    {
        var match = await Meet(ann, bob);

        Assert.Equal("not-in-match", Assert.IsType<Outcome<ReportReceipt>.Refused>(await Report(carl, match)).Refusal.Code);
        Assert.False(match.IsEnded);
    }

    [Fact]
    public async Task A_comment_is_kept_whatever_it_says_and_whoever_reads_the_case_is_warned()
    {
        var match = await Meet(ann, bob);

        Assert.IsType<Outcome<ReportReceipt>.Done>(await Report(ann, match, "he said kill yourself"));
        Assert.IsType<Outcome<ReportReceipt>.Done>(await Report(bob, match, "she was rude"));

        Assert.Equal(
            [ScreeningAction.Block, null], Reports().OrderBy(report => report.ReporterId != ann).Select(report => report.CommentVerdict?.Action));
    }

    [Fact]
    public async Task Evidence_holds_what_was_written_what_the_screening_said_of_it_and_what_was_known_of_both()
    {
        await Report(carl, await Meet(carl, bob));
        var statement = await world.Sealer.SealForCase("key", Guid.NewGuid(), "why", CancellationToken.None);
        await world.Executor.Execute(
            Ban.Decider, bob, new BanCommand.Sanction(Guid.NewGuid(), bob, "spam", statement, null, [], world.Clock.GetUtcNow()), Guid.NewGuid(),
            EventMetadata.System, CancellationToken.None);
        await OverturnedBan(bob, statement);
        var match = await Meet(ann, bob);
        await Say(match, ann, "hello");
        await Say(match, bob, "mail me at bob@example.org");
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await Say(match, bob, "kill yourself");

        await Report(ann, match);

        var report = Reports().Single(report => report.ReporterId == ann);
        var json = Assert.IsType<string>(await world.Sealer.OpenForCase(report.ReportId, report.Evidence, CancellationToken.None));
        Assert.Equal(report.EvidenceHash, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))));
        var evidence = JsonSerializer.Deserialize<Evidence>(json, EventCodec.Json)!;
        Assert.Equal([(ann, "hello"), (bob, "mail me at bob@example.org")], evidence.Messages.Select(message => (message.From, message.Body)));
        Assert.Equal(
            [(bob, 2, ScreeningAction.Warn), (bob, 0, ScreeningAction.Block)],
            evidence.Verdicts!.Select(screened => (screened.From, screened.Sequence, screened.Verdict.Action)));
        Assert.Equal(new(Reports: 1, Warnings: 1, Bans: 0, Strikes: 1), evidence.Reported);
        Assert.Equal(new(0, 0, 0, 0), evidence.Reporter);
    }

    [Fact]
    public async Task A_report_waits_for_the_verdicts_that_the_log_did_not_take_yet()
    {
        var match = await Meet(ann, bob);
        await Say(match, bob, "mail me at bob@example.org");
        world.Log.Break("match", Fault.Down);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Report(ann, match));
        world.Log.Mend();

        await Report(ann, match);

        var report = Assert.Single(Reports());
        var evidence = JsonSerializer.Deserialize<Evidence>(
            Assert.IsType<string>(await world.Sealer.OpenForCase(report.ReportId, report.Evidence, CancellationToken.None)), EventCodec.Json)!;
        Assert.Equal(ScreeningAction.Warn, Assert.Single(evidence.Verdicts!).Verdict.Action);
    }

    /// <summary>One that counts for nothing.</summary>
    private async Task OverturnedBan(Guid visitorId, string statement)
    {
        var (sanction, appeal, now) = (Guid.NewGuid(), Guid.NewGuid(), world.Clock.GetUtcNow());
        foreach (var command in new BanCommand[]
        {
            new BanCommand.Issue(sanction, visitorId, "hate", null, statement, Guid.NewGuid(), [], now),
            new BanCommand.FileAppeal(appeal, sanction, statement, now),
            new BanCommand.DecideAppeal(appeal, AppealOutcome.Overturned, statement, Guid.NewGuid(), now),
        })
        {
            Assert.IsType<Executed<BanEvent, BanState>.Done>(await world.Executor.Execute(
                Ban.Decider, visitorId, command, Guid.NewGuid(), EventMetadata.System, CancellationToken.None));
        }
    }

    private async Task Say(LiveMatch match, Guid from, string body) => Assert.IsType<Outcome<MessageAnswer>.Done>(
        await world.Conversation.Send(match, match.Find(from)!, Guid.NewGuid(), body, null, CancellationToken.None));

    /// <summary>Nobody of whom had a report decided yet.</summary>
    private sealed class Newcomers : IReporterRecords
    {
        public ValueTask<IReadOnlyDictionary<Guid, ReporterRecord>> Find(IReadOnlyCollection<Guid> deviceIds, CancellationToken ct) =>
            new(new Dictionary<Guid, ReporterRecord>());
    }

    private IEnumerable<CaseEvent.Reported> Reports() => world.Log.All
        .Where(recorded => recorded.Type == "moderation.case.reported.v1")
        .Select(recorded => (CaseEvent.Reported)EventCodec.Default.Decode(recorded));

    private async Task<LiveMatch> Meet(Guid one, Guid other)
    {
        await world.Join(one);
        await world.Join(other);
        return Assert.IsType<LiveMatch>(world.Matches.Of(one));
    }

    private async Task<Outcome<ReportReceipt>> Report(Guid reporter, LiveMatch match, string comment = "why")
    {
        var handler = new ReportPartnerHandler(
            world.Departures, world.OwnMatches, new(world.Log, EventCodec.Default, world.Conversation, world.Verdicts, world.Executor, world.Sealer), world.Sealer, world.Executor, null!, new NoLimits(),
            new(new LocalTextScreen(), ScreeningPolicyFile.Read(null), new(world.Meters)),
            new(world.Executor, new Newcomers(), world.Bans, world.Sanctions, world.Clock, NullLogger<Escalation>.Instance),
            new(world.Executor, world.Sealer, Options.Create(new RetentionOptions()), NullLogger<Preservation>.Instance), world.ChatMeter, world.Clock);
        return await handler.Handle(new(reporter, match.Id, ReportReason.Spam, comment, Block: false), CancellationToken.None);
    }
}
