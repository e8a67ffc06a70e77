using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

public sealed class VisitorSealingTests
{
    private readonly Guid visitor = Guid.NewGuid();

    [Fact]
    public async Task A_visitors_text_opens_for_that_visitor_also_after_a_restart()
    {
        await using var world = await SealingFixture.Ready();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var text = await world.Sealer.SealForVisitor(visitor, "Ada", default);
        Assert.StartsWith($"rc1:visitor-{visitor:D}:", text, StringComparison.Ordinal);
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, text, default));
        await world.Restart();
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, text, default));
    }

    [Fact]
    public async Task One_visitors_text_does_not_open_for_another_even_under_the_others_key()
    {
        await using var world = await SealingFixture.Ready();
        var other = Guid.NewGuid();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        await world.Sealer.EnsureVisitorKey(other, world.Now.AddDays(30), default);
        var text = await world.Sealer.SealForVisitor(visitor, "Ada", default);
        var theirs = await world.Sealer.SealForVisitor(other, "Bob", default);

        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenForVisitor(other, text, default));
        await Assert.ThrowsAsync<SealingException>(
            async () => await world.Sealer.OpenForVisitor(other, text.Replace($"{visitor:D}", $"{other:D}", StringComparison.Ordinal), default));
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenForVisitor(visitor, text[..^4] + (text[^4] == 'A' ? "B" : "A") + text[^3..], default));
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, text, default));
        Assert.Equal("Bob", await world.Sealer.OpenForVisitor(other, theirs, default));
    }

    [Fact]
    public async Task Thirty_days_and_some_hours_after_the_last_visit_the_text_is_gone()
    {
        await using var world = await SealingFixture.Ready();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var text = await world.Sealer.SealForVisitor(visitor, "Ada", default);

        world.Time.Advance(TimeSpan.FromDays(30));
        await world.Run();
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, text, default));

        world.Time.Advance(TimeSpan.FromDays(1));
        Assert.Contains($"visitor-{visitor:D}", (await world.Run()).Ids);
        Assert.Null(await world.Sealer.OpenForVisitor(visitor, text, default));
        await Assert.ThrowsAsync<KeyDestroyedException>(async () => await world.Sealer.SealForVisitor(visitor, "Ada", default));
    }

    [Fact]
    public async Task Visits_keep_the_key_alive_and_write_at_most_once_a_day()
    {
        await using var world = await SealingFixture.Ready();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var text = await world.Sealer.SealForVisitor(visitor, "Ada", default);
        var before = world.Store.Writes;
        for (var hour = 0; hour < 24 * 40; hour++)
        {
            world.Time.Advance(TimeSpan.FromHours(1));
            await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        }

        Assert.InRange(world.Store.Writes - before, 1, 40);
        world.Time.Advance(TimeSpan.FromDays(30));
        await world.Run();
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, text, default));
    }

    [Fact]
    public async Task A_destroyed_key_leaves_memory_at_once()
    {
        await using var world = await SealingFixture.Ready();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var text = await world.Sealer.SealForVisitor(visitor, "Ada", default);

        var destruction = await world.Sealer.DestroyVisitorKey(visitor, default);
        Assert.Equal([$"visitor-{visitor:D}"], destruction.Ids);
        Assert.True(destruction.Gone);
        Assert.Null(await world.Sealer.OpenForVisitor(visitor, text, default));
        await Assert.ThrowsAsync<KeyDestroyedException>(async () => await world.Sealer.SealForVisitor(visitor, "Ada", default));
        Assert.Empty((await world.Sealer.DestroyVisitorKey(visitor, default)).Ids);
    }

    [Fact]
    public async Task A_key_read_while_it_is_destroyed_is_not_remembered()
    {
        await using var world = await SealingFixture.Ready();
        for (var round = 0; round < 50; round++)
        {
            var id = Guid.NewGuid();
            await world.Sealer.EnsureVisitorKey(id, world.Now.AddDays(30), default);
            var text = await world.Sealer.SealForVisitor(id, "Ada", default);
            using var fresh = new RandomChat.Infrastructure.Sealing.Sealer(world.Store, world.Options, world.MasterKeyFile, world.Time);
            var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await fresh.OpenForVisitor(id, text, default))).ToList();
            var destroyed = Task.Run(async () => await fresh.DestroyVisitorKey(id, default));
            await Task.WhenAll([.. readers, destroyed]);
            Assert.Null(await fresh.OpenForVisitor(id, text, default));
        }
    }

    [Fact]
    public async Task With_a_dead_key_store_known_visitors_go_on_and_unknown_ones_get_the_reason()
    {
        await using var world = await SealingFixture.Ready();
        var unknown = Guid.NewGuid();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        world.Store.Down = true;
        world.Time.Advance(TimeSpan.FromDays(2));

        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var text = await world.Sealer.SealForVisitor(visitor, "Ada", default);
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, text, default));
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await world.Sealer.EnsureVisitorKey(unknown, world.Now.AddDays(30), default));
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await world.Sealer.SealForVisitor(unknown, "Bob", default));
    }

    [Fact]
    public async Task A_visitor_without_a_key_cannot_be_sealed_for()
    {
        await using var world = await SealingFixture.Ready();
        await Assert.ThrowsAsync<KeyDestroyedException>(async () => await world.Sealer.SealForVisitor(visitor, "Ada", default));
    }

    [Fact]
    public async Task A_key_made_by_many_at_once_is_one_key()
    {
        await using var world = await SealingFixture.Ready();
        var texts = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => Task.Run(async () =>
        {
            await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
            return await world.Sealer.SealForVisitor(visitor, $"text {number}", default);
        })));
        await world.Restart();
        for (var number = 0; number < texts.Length; number++)
        {
            Assert.Equal($"text {number}", await world.Sealer.OpenForVisitor(visitor, texts[number], default));
        }
    }
}
