using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Limits;

namespace RandomChat.Infrastructure.Tests.Limits;

/// <summary>What every counter of limits does.</summary>
public abstract class LimitsContract
{
    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private protected abstract ValueTask<ILimits> Create(LimitOptions options);

    [Theory]
    [InlineData(LimitNames.Sessions)]
    [InlineData(LimitNames.Messages)]
    public async Task So_many_pass_at_once_and_the_next_is_told_how_long_to_wait(string limit)
    {
        var limits = await Create(Options());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(LimitDecision.Yes, await Take(limits, limit));
        }

        Assert.Equal(LimitDecision.No(TimeSpan.FromSeconds(6)), await Take(limits, limit));
        Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(LimitDecision.No(TimeSpan.FromSeconds(2)), await Take(limits, limit));
    }

    [Theory]
    [InlineData(LimitNames.Joins)]
    [InlineData(LimitNames.Typing)]
    public async Task Permits_come_back_one_by_one(string limit)
    {
        var limits = await Create(Options());
        for (var i = 0; i < 3; i++)
        {
            await Take(limits, limit);
        }

        for (var i = 0; i < 5; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(6));
            Assert.True((await Take(limits, limit)).Allowed);
            Assert.False((await Take(limits, limit)).Allowed);
        }
    }

    [Fact]
    public async Task Being_refused_costs_nothing()
    {
        var limits = await Create(Options());
        for (var i = 0; i < 20; i++)
        {
            await Take(limits, LimitNames.Skips);
        }

        Time.Advance(TimeSpan.FromSeconds(6));
        Assert.True((await Take(limits, LimitNames.Skips)).Allowed);
    }

    [Fact]
    public async Task Everybody_and_every_limit_is_counted_apart()
    {
        var limits = await Create(Options());
        for (var i = 0; i < 4; i++)
        {
            await Take(limits, LimitNames.Reports);
        }

        Assert.True((await Take(limits, LimitNames.Reports, "other")).Allowed);
        Assert.True((await Take(limits, LimitNames.Challenges)).Allowed);
    }

    [Fact]
    public async Task However_many_come_at_once_no_more_pass()
    {
        var limits = await Create(Options());
        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(async () => await Take(limits, LimitNames.Sessions))));

        Assert.Equal(3, decisions.Count(decision => decision.Allowed));
    }

    [Fact]
    public async Task What_is_switched_off_or_unknown_is_not_limited()
    {
        var options = Options();
        options.Sessions.Enabled = false;
        var limits = await Create(options);
        options = Options();
        options.Enabled = false;
        var none = await Create(options);
        for (var i = 0; i < 10; i++)
        {
            Assert.True((await Take(limits, LimitNames.Sessions)).Allowed);
            Assert.True((await Take(limits, "unheard-of")).Allowed);
            Assert.True((await Take(none, LimitNames.Joins)).Allowed);
        }
    }

    /// <summary>Ten a minute, three at once.</summary>
    private protected static LimitOptions Options()
    {
        var options = new LimitOptions();
        foreach (var rule in options.ByName().Values)
        {
            (rule.Permits, rule.Window, rule.Burst) = (10, TimeSpan.FromMinutes(1), 3);
        }

        return options;
    }

    private protected static ValueTask<LimitDecision> Take(ILimits limits, string limit, string key = "one") =>
        limits.Take(limit, key, CancellationToken.None);
}
