using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Bots;
using RandomChat.Application.Moderation;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Moderation;
using static RandomChat.Application.Tests.Fakes.FaultyEventStore;

namespace RandomChat.Application.Tests.Bots;

/// <summary>When people are asked to look at what behaves like a program.</summary>
public sealed class SuspectCasesTests
{
    private readonly World world = new();
    private readonly SuspectCases suspects;
    private readonly Guid visitor = Guid.NewGuid();
    private readonly Guid device = Guid.NewGuid();

    public SuspectCasesTests() => suspects = new(world.Suspicion, world.Executor, world.Clock, NullLogger<SuspectCases>.Instance);

    [Fact]
    public async Task The_last_step_opens_a_case_and_no_earlier_one_does()
    {
        BehaveUntil(SuspicionStep.Slowed);
        await suspects.Consider(visitor, device);
        Assert.Empty((await Case(visitor)).Open);

        BehaveUntil(SuspicionStep.Case);
        await suspects.Consider(visitor, device);

        var flag = Assert.Single((await Case(visitor)).Flags.Values);
        Assert.Equal((visitor, device, "spam", null, "probes"), (flag.VisitorId, flag.VisitorDeviceId, flag.Policy, flag.Verdict, flag.Habits));
        Assert.Empty((await world.Executor.Load(Ban.Decider, visitor, CancellationToken.None)).Sanctions);
    }

    [Fact]
    public async Task One_browser_opens_one_a_day_whoever_it_comes_as()
    {
        var other = Guid.NewGuid();
        BehaveUntil(SuspicionStep.Case);
        await suspects.Consider(visitor, device);
        await suspects.Consider(visitor, device);
        await suspects.Consider(other, device);
        Assert.Single((await Case(visitor)).Flags);
        Assert.Empty((await Case(other)).Flags);

        world.Clock.Advance(TimeSpan.FromDays(1));
        await suspects.Consider(other, device);
        Assert.Empty((await Case(other)).Flags);

        BehaveUntil(SuspicionStep.Case);
        await suspects.Consider(other, device);
        Assert.Single((await Case(other)).Flags);
    }

    [Fact]
    public async Task Two_nodes_that_flag_one_browser_as_two_visitors_name_two_flags()
    {
        var (other, elsewhere) = (Guid.NewGuid(), new SuspectCases(world.Suspicion, world.Executor, world.Clock, NullLogger<SuspectCases>.Instance));
        BehaveUntil(SuspicionStep.Case);
        await suspects.Consider(visitor, device);
        await elsewhere.Consider(other, device);

        Assert.NotEqual(Assert.Single((await Case(visitor)).Flags.Keys), Assert.Single((await Case(other)).Flags.Keys));
    }

    [Fact]
    public async Task What_could_not_be_recorded_is_recorded_when_the_browser_comes_by_again()
    {
        BehaveUntil(SuspicionStep.Case);
        world.Log.Break("case", Fault.Down);
        await suspects.Consider(visitor, device);
        world.Log.Mend();
        Assert.Empty((await Case(visitor)).Flags);

        await suspects.Consider(visitor, device);
        Assert.Single((await Case(visitor)).Flags);
    }

    /// <summary>Joins and leaves at once, again and again.</summary>
    private void BehaveUntil(SuspicionStep step)
    {
        while (world.Suspicion.StepOf(device) < step)
        {
            world.Suspicion.Joined(device, "address");
            world.Suspicion.LeftQueue(device);
        }
    }

    private Task<CaseState> Case(Guid who) =>
        world.Executor.Load(Domain.Moderation.Case.Decider, ReportPartnerHandler.CaseOf(who), CancellationToken.None);
}
