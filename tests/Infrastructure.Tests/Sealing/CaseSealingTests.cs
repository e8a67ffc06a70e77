using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

public sealed class CaseSealingTests
{
    private readonly Guid report = Guid.NewGuid();

    [Fact]
    public async Task Evidence_opens_for_its_report_alone()
    {
        await using var world = await SealingFixture.Ready();
        var key = await world.Sealer.TakeCaseKey(default);
        var text = await world.Sealer.SealForCase(key, report, "what they wrote", default);
        Assert.Equal("what they wrote", await world.Sealer.OpenForCase(report, text, default));
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenForCase(Guid.NewGuid(), text, default));
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenForCase(report, text[..^4] + (text[^4] == 'A' ? "B" : "A") + text[^3..], default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await world.Sealer.SealForCase("hour-20260301T100000", report, "x", default));
        await world.Restart();
        Assert.Equal("what they wrote", await world.Sealer.OpenForCase(report, text, default));
    }

    [Fact]
    public async Task Each_key_is_handed_out_once_also_to_many_at_once_and_after_a_restart()
    {
        await using var world = await SealingFixture.Ready();
        var keys = (await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await world.Sealer.TakeCaseKey(default))))).ToList();
        await world.Restart();
        await world.Sealer.EnsureReady(default);
        keys.AddRange(await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => world.Sealer.TakeCaseKey(default).AsTask())));
        Assert.Equal(140, keys.Distinct().Count());
        foreach (var key in keys)
        {
            Assert.NotNull(await world.Store.Get(key, default));
        }
    }

    [Fact]
    public async Task A_dead_key_store_leaves_a_pool_of_keys_and_then_a_clear_refusal()
    {
        await using var world = await SealingFixture.Ready();
        world.Store.Down = true;
        for (var number = 0; number < world.Options.CasePool; number++)
        {
            var key = await world.Sealer.TakeCaseKey(default);
            var text = await world.Sealer.SealForCase(key, report, "evidence", default);
            Assert.Equal("evidence", await world.Sealer.OpenForCase(report, text, default));
        }

        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await world.Sealer.TakeCaseKey(default));
        world.Store.Down = false;
        Assert.NotNull(await world.Sealer.TakeCaseKey(default));
    }

    [Fact]
    public async Task Evidence_is_kept_for_its_retention_from_when_the_key_was_taken_however_long_that_lay_in_the_pool()
    {
        await using var world = await SealingFixture.Ready();
        for (var day = 0; day < 200; day++)
        {
            world.Time.Advance(TimeSpan.FromDays(1));
            await world.Run();
        }

        world.Time.Advance(TimeSpan.FromHours(12));
        var key = await world.Sealer.TakeCaseKey(default);
        var text = await world.Sealer.SealForCase(key, report, "evidence", default);
        await world.Run();
        await world.Restart();
        world.Time.Advance(TimeSpan.FromDays(180) - TimeSpan.FromSeconds(1));
        await world.Run();
        Assert.Equal("evidence", await world.Sealer.OpenForCase(report, text, default));

        world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains(key, (await world.Run()).Ids);
        Assert.Null(await world.Sealer.OpenForCase(report, text, default));
        await Assert.ThrowsAsync<KeyDestroyedException>(async () => await world.Sealer.SealForCase(key, report, "more", default));
    }

    [Fact]
    public async Task A_key_without_an_end_outlives_its_retention_and_a_restart_until_it_is_shortened()
    {
        await using var world = await SealingFixture.Ready();
        var key = await world.Sealer.TakeCaseKey(default);
        var text = await world.Sealer.SealForCase(key, report, "evidence", default);
        Assert.Empty(await world.Sealer.KeepCaseKeys([new(key, KeyLife.NoEnd)], default));
        await world.Run();
        await world.Restart();
        world.Time.Advance(TimeSpan.FromDays(9_000));
        await world.Run();
        Assert.Equal("evidence", await world.Sealer.OpenForCase(report, text, default));

        await world.Sealer.KeepCaseKeys([new(key, world.Now.AddDays(2))], default);
        await world.Sealer.ShortenCaseKeys([new(key, world.Now.AddDays(2))], default);
        await world.Sealer.ShortenCaseKeys([new(key, DateTimeOffset.MaxValue)], default);
        world.Time.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1));
        await world.Run();
        Assert.Equal("evidence", await world.Sealer.OpenForCase(report, text, default));
        world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await world.Sealer.OpenForCase(report, text, default));
        Assert.Contains(key, (await world.Run()).Ids);
        Assert.Equal([key], await world.Sealer.KeepCaseKeys([new(key, DateTimeOffset.MaxValue)], default));
    }

    [Fact]
    public async Task An_end_in_the_past_is_the_end_at_once()
    {
        await using var world = await SealingFixture.Ready();
        var key = await world.Sealer.TakeCaseKey(default);
        var text = await world.Sealer.SealForCase(key, report, "evidence", default);
        await world.Run();
        await world.Sealer.ShortenCaseKeys([new(key, world.Now.AddDays(-3))], default);
        Assert.Null(await world.Sealer.OpenForCase(report, text, default));
        Assert.Contains(key, (await world.Run()).Ids);
        await Assert.ThrowsAsync<ArgumentException>(async () => await world.Sealer.ShortenCaseKeys([new("hour-20260301T100000", world.Now)], default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await world.Sealer.KeepCaseKeys([new("hour-20260301T100000", world.Now)], default));
    }

    [Fact]
    public async Task Whoever_is_overtaken_while_shortening_takes_it_back()
    {
        await using var world = await SealingFixture.Ready();
        var key = await world.Sealer.TakeCaseKey(default);
        var text = await world.Sealer.SealForCase(key, report, "evidence", default);
        await world.Run();
        await world.Sealer.ShortenCaseKeys([new(key, world.Now)], default);
        Assert.Empty(await world.Sealer.KeepCaseKeys([new(key, KeyLife.NoEnd)], default));
        await world.Run();
        Assert.Equal("evidence", await world.Sealer.OpenForCase(report, text, default));
    }

    [Fact]
    public async Task The_keys_of_a_case_are_kept_in_one_write()
    {
        await using var world = await SealingFixture.Ready();
        var keys = new[] { await world.Sealer.TakeCaseKey(default), await world.Sealer.TakeCaseKey(default), await world.Sealer.TakeCaseKey(default) };
        var before = world.Store.Writes;
        await world.Sealer.KeepCaseKeys([.. keys.Select(key => new KeyLife(key, KeyLife.NoEnd))], default);
        Assert.Equal(before + 1, world.Store.Writes);
        await world.Sealer.ShortenCaseKeys([.. keys.Select(key => new KeyLife(key, world.Now))], default);
        Assert.Equal(before + 2, world.Store.Writes);
    }
}
