using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Moderation;

/// <summary>How long the keys of severe and held evidence live, whatever happens at the same time and whatever fails.</summary>
public sealed class PreservationTests
{
    private static readonly Guid CaseId = new("cccccccc-0000-4000-8000-000000000001");
    private static readonly Guid Visitor = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");
    private static readonly TimeSpan Usual = TimeSpan.FromDays(180);
    private static readonly TimeSpan Longer = TimeSpan.FromDays(365);

    private readonly World world = new();
    private readonly List<Guid> cases = [CaseId];
    private readonly List<SevereBan> bans = [];
    private readonly List<Guid> forGood = [];

    [Fact]
    public async Task Whoever_knows_a_case_from_before_a_hold_does_not_end_what_it_keeps()
    {
        await Reported("key-1", ReportReason.Underage);
        var before = await Case();
        await Hold(null);

        await Keys().Ensure(CaseId, before, default);

        Assert.Equal(KeyLife.NoEnd, world.Sealer.CaseEnds["key-1"]);
    }

    [Fact]
    public async Task A_hold_that_is_placed_while_another_is_lifted_outlasts_it()
    {
        var reported = await Reported("key-1");
        await Hold(null);
        world.Clock.Advance(TimeSpan.FromDays(400));
        var (calls, raced) = (0, false);
        world.Sealer.Answering = async () =>
        {
            // The second answer is the one that shortens: it was decided by the hold that is lifted.
            if (++calls == 2 && !raced)
            {
                raced = true;
                await Hold(null);
            }
        };

        await Release();

        Assert.True(raced);
        Assert.Equal(KeyLife.NoEnd, world.Sealer.CaseEnds["key-1"]);
        Assert.True(reported.At + Usual < world.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Lifting_a_hold_gives_everything_its_time_back_and_so_does_one_that_ends_earlier()
    {
        var reported = await Reported("key-1");
        await Hold(null);
        await Hold(reported.At.AddDays(300));
        Assert.Equal(reported.At.AddDays(300), world.Sealer.CaseEnds["key-1"]);

        await Release();
        await Release();

        Assert.Equal(reported.At + Usual, world.Sealer.CaseEnds["key-1"]);
        Assert.All((await Case()).Holds, hold => Assert.Equal(world.Clock.GetUtcNow() + Usual, world.Sealer.CaseEnds[hold.Placed.CaseKey]));
        Assert.Single(world.Log.All, recorded => recorded.Type == "moderation.case.released.v1");
    }

    [Fact]
    public async Task What_was_reported_or_held_while_the_store_was_away_is_kept_as_soon_as_it_is_back()
    {
        var reports = new[] { await Reported("key-1", ReportReason.Underage), await Reported("key-2", ReportReason.Spam) };
        world.Sealer.IsDown = true;
        await Keys().Ensure(CaseId, await Case(), default);
        Assert.Equal(new PreservedEvidence(0, 0, 2), await Hold(world.Clock.GetUtcNow().AddDays(1)));
        Assert.False(await Sweep());

        world.Sealer.IsDown = false;
        Assert.True(await Sweep());

        Assert.Equal(reports.Select(report => (DateTimeOffset?)report.At + Longer), reports.Select(report => End(report.CaseKey)));
    }

    [Fact]
    public async Task What_was_lifted_while_the_store_was_away_ends_with_its_time_as_soon_as_it_is_back()
    {
        var reported = await Reported("key-1");
        await Hold(null);
        world.Sealer.IsDown = true;
        await Release();
        world.Sealer.IsDown = false;
        Assert.Equal(KeyLife.NoEnd, End("key-1"));

        Assert.True(await Sweep());

        Assert.Equal(reported.At + Usual, End("key-1"));
    }

    [Fact]
    public async Task A_node_that_dies_between_the_event_and_the_keys_leaves_it_to_the_next_start()
    {
        var reported = await Reported("key-1");
        await Execute(new CaseCommand.FindSevere(CaseId, Visitor, "child-safety", Staff, world.Clock.GetUtcNow()));
        Assert.Null(End("key-1"));

        Assert.True(await Sweep());
        Assert.Equal(reported.At + Longer, End("key-1"));

        await Execute(new CaseCommand.Hold(Guid.NewGuid(), "sealed", "key-9", null, Staff, world.Clock.GetUtcNow(), HandlesSevere: true));
        Assert.True(await Sweep());
        Assert.Equal((KeyLife.NoEnd, KeyLife.NoEnd), (End("key-1"), End("key-9")));
    }

    [Fact]
    public async Task What_is_severe_no_longer_ends_with_its_time_as_soon_as_somebody_looks()
    {
        var reported = await Reported("key-1", ReportReason.Underage);
        Assert.True(await Sweep());
        Assert.Equal(reported.At + Longer, End("key-1"));

        await Execute(new CaseCommand.Decide(CaseOutcome.Dismissed, null, Staff, world.Clock.GetUtcNow(), HandlesSevere: true));
        Assert.True(await Sweep());

        Assert.Equal(reported.At + Usual, End("key-1"));
    }

    [Fact]
    public async Task A_case_that_a_severe_ban_left_as_it_was_is_severe_as_soon_as_somebody_looks()
    {
        bans.Add(new(Guid.NewGuid(), Visitor, "child-safety", Staff));

        Assert.True(await Sweep());
        Assert.True(await Sweep());

        var found = Assert.Single(world.Log.All, recorded => recorded.Type == "moderation.case.restricted.v1");
        Assert.Equal(
            new CaseEvent.FoundSevere(ReportPartnerHandler.CaseOf(Visitor), Visitor, "child-safety", Staff, world.Clock.GetUtcNow()),
            EventCodec.Default.Decode(found));
    }

    [Fact]
    public async Task Whoever_reviews_a_ban_for_good_has_something_to_read_however_late_and_nothing_of_one_that_is_over_is_kept_for_that()
    {
        var (banned, lifted, appealId, sanctionId, issued) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), world.Clock.GetUtcNow());
        forGood.AddRange([banned, lifted]);
        await Ban(banned, new BanCommand.Issue(sanctionId, banned, "hate", null, "why", Staff, [], issued));
        await Ban(banned, new BanCommand.FileAppeal(appealId, sanctionId, "against it", issued));
        await Ban(banned, new BanCommand.DecideAppeal(appealId, AppealOutcome.Upheld, "the answer", Guid.NewGuid(), issued));
        await Ban(lifted, new BanCommand.Issue(Guid.NewGuid(), lifted, "hate", null, "another why", Staff, [], issued));
        await Ban(lifted, new BanCommand.Lift("why not", Staff, issued));

        Assert.True(await Sweep());
        Assert.Equal(["against it", "the answer", "why"], world.Sealer.CaseEnds.Keys.Order());
        Assert.All(world.Sealer.CaseEnds.Values, end => Assert.Equal(issued + Domain.Moderation.Ban.ReviewedEvery + Usual, end));

        world.Clock.Advance(Domain.Moderation.Ban.ReviewedEvery + TimeSpan.FromDays(300));
        Assert.True(await Sweep());
        Assert.All(world.Sealer.CaseEnds.Values, end => Assert.Equal(issued + (2 * Domain.Moderation.Ban.ReviewedEvery) + Usual, end));

        await Ban(banned, new BanCommand.Review("kept", Staff, world.Clock.GetUtcNow()));
        Assert.True(await Sweep());
        Assert.Equal(world.Clock.GetUtcNow() + Domain.Moderation.Ban.ReviewedEvery + Usual, End("kept"));
        Assert.Equal(End("kept"), End("why"));

        async Task Ban(Guid visitorId, BanCommand command) => Assert.IsType<Executed<BanEvent, BanState>.Done>(
            await world.Executor.Execute(Domain.Moderation.Ban.Decider, visitorId, command, Guid.NewGuid(), EventMetadata.System, default));
    }

    [Fact]
    public async Task What_goes_wrong_with_one_case_holds_up_none_of_the_others()
    {
        await Reported("key-1", ReportReason.Underage);
        await world.Log.Append(
            StreamName.For("case", Staff), ExpectedRevision.NoStream, [new(Guid.NewGuid(), "moderation.case.reported.v1", "{"u8.ToArray(), "{}"u8.ToArray())], default);
        cases.Insert(0, Staff);

        Assert.False(await Sweep());

        Assert.NotNull(End("key-1"));
    }

    [Fact]
    public async Task A_hold_is_placed_for_years_and_not_for_thousands_and_one_that_was_makes_nothing_unusable()
    {
        await Reported("key-1");
        var far = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
        var refused = await new HoldCaseHandler(world.Executor, world.Sealer, Keys(), world.Clock).Handle(new(CaseId, "Why.", far, Staff), default);
        Assert.Equal("invalid", Assert.IsType<Outcome<HeldCase>.Refused>(refused).Refusal.Code);

        await world.Log.Append(
            StreamName.For("case", CaseId), new(0),
            [EventCodec.Default.Encode(
                Guid.NewGuid(), new CaseEvent.Held(CaseId, Visitor, Guid.NewGuid(), "sealed", "key-9", far, Staff, world.Clock.GetUtcNow()),
                new(Guid.NewGuid(), Guid.NewGuid(), EventMetadata.Staff(Staff)))],
            default);
        Assert.True(await Sweep());
        Assert.Equal(KeyLife.NoEnd, End("key-9"));
        await Release();
        Assert.Equal(world.Clock.GetUtcNow() + Usual, End("key-9"));
    }

    private DateTimeOffset? End(string key) => world.Sealer.CaseEnds.TryGetValue(key, out var end) ? end : null;

    private Preservation Keys() => new(world.Executor, world.Sealer, Options.Create(new RetentionOptions()), NullLogger<Preservation>.Instance);

    /// <summary>As after a start: by services that know of nothing.</summary>
    private Task<bool> Sweep() => new PreservationSweep(new Listed(cases, bans, forGood), Keys(), world.Clock, NullLogger<PreservationSweep>.Instance).Run(default);

    private Task<CaseState> Case() => world.Executor.Load(Domain.Moderation.Case.Decider, CaseId, default);

    private async Task<CaseEvent.Reported> Reported(string key, ReportReason reason = ReportReason.Harassment)
    {
        var report = new CaseEvent.Reported(
            CaseId, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Visitor, Guid.NewGuid(), reason, null, key, "sealed", "00ff", 1,
            world.Clock.GetUtcNow());
        await Execute(new CaseCommand.Report(report));
        return report;
    }

    private async Task<PreservedEvidence> Hold(DateTimeOffset? until)
    {
        var held = await new HoldCaseHandler(world.Executor, world.Sealer, Keys(), world.Clock).Handle(new(CaseId, "Why.", until, Staff, HandlesSevere: true), default);
        return Assert.IsType<Outcome<HeldCase>.Done>(held).Value.Evidence;
    }

    private async Task Release() => Assert.IsType<Outcome<Nothing>.Done>(
        await new ReleaseCaseHandler(world.Executor, world.Sealer, Keys(), world.Clock).Handle(new(CaseId, "Why not.", Staff), default));

    private async Task Execute(CaseCommand command) => Assert.IsType<Executed<CaseEvent, CaseState>.Done>(
        await world.Executor.Execute(Domain.Moderation.Case.Decider, CaseId, command, Guid.NewGuid(), EventMetadata.System, default));

    private sealed class Listed(IReadOnlyList<Guid> cases, IReadOnlyList<SevereBan> bans, IReadOnlyList<Guid> forGood) : IPreservedCases
    {
        public Task<IReadOnlyList<Guid>> PreservedCases(CancellationToken ct) => Task.FromResult(cases);

        public Task<IReadOnlyList<SevereBan>> SevereBansAlone(CancellationToken ct) => Task.FromResult(bans);

        public Task<IReadOnlyList<Guid>> BannedForGood(CancellationToken ct) => Task.FromResult(forGood);
    }
}
