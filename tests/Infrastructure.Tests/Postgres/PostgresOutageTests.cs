using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Postgres;

/// <summary>Several nodes on one server, which is stopped and started.</summary>
public sealed class PostgresOutageTests
{
    [Fact]
    public async Task Nodes_that_start_at_once_hold_the_same_keys_and_open_each_others_texts()
    {
        await using var world = await PostgresFixture.Ready();
        var nodes = Enumerable.Range(0, 3).Select(_ => world.NewSealer()).ToList();
        await Task.WhenAll(nodes.Select(node => Task.Run(async () => await node.EnsureReady(default))));
        var (match, message, visitor) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await Task.WhenAll(nodes.Select(node => Task.Run(async () => await node.EnsureVisitorKey(visitor, world.Now.AddDays(30), default))));
        foreach (var hours in new[] { 0, 1, 2 })
        {
            foreach (var (writer, reader) in nodes.SelectMany(writer => nodes.Select(reader => (writer, reader))))
            {
                Assert.Equal("hello", await reader.OpenMessage(match, message, writer.SealMessage(match, message, world.Now.AddHours(hours), "hello"), default));
                Assert.Equal("Ada", await reader.OpenForVisitor(visitor, await writer.SealForVisitor(visitor, "Ada", default), default));
            }
        }

        var cases = await Task.WhenAll(nodes.Select(async node => await node.TakeCaseKey(default)));
        Assert.Equal(3, cases.Distinct().Count());
    }

    [Fact]
    public async Task A_key_destroyed_by_one_node_opens_nothing_on_another_after_its_next_run()
    {
        await using var world = await PostgresFixture.Ready();
        var (one, other) = (world.NewSealer(), world.NewSealer());
        await one.EnsureReady(default);
        await other.EnsureReady(default);
        var visitor = Guid.NewGuid();
        await one.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var text = await one.SealForVisitor(visitor, "Ada", default);
        Assert.Equal("Ada", await other.OpenForVisitor(visitor, text, default));

        await one.DestroyVisitorKey(visitor, default);
        Assert.Null(await one.OpenForVisitor(visitor, text, default));
        await other.DestroyDue(default);
        Assert.Null(await other.OpenForVisitor(visitor, text, default));
        await Assert.ThrowsAsync<KeyDestroyedException>(async () => await other.SealForVisitor(visitor, "Ada", default));
    }

    [Fact]
    public async Task While_Postgres_is_down_whoever_is_in_goes_on_for_two_hours_and_nobody_new_comes_in()
    {
        await using var world = await PostgresFixture.Ready();
        var sealer = world.NewSealer();
        await sealer.EnsureReady(default);
        var visitors = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToList();
        foreach (var visitor in visitors)
        {
            await sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        }

        // Just before the retention job's next run, when the keys held ahead are fewest.
        world.Time.Advance(TimeSpan.FromSeconds(59));
        await world.Server.Stop();
        var match = Guid.NewGuid();
        for (var minute = 0; minute <= 120; minute++)
        {
            // The retention job's run fails and takes nothing away that is needed.
            await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await sealer.DestroyDue(default));
            if (minute > 0)
            {
                // By then case keys were taken, so there is something to store.
                await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await sealer.EnsureReady(default));
            }

            var message = Guid.NewGuid();
            var text = sealer.SealMessage(match, message, world.Now, $"minute {minute}");
            Assert.Equal($"minute {minute}", await sealer.OpenMessage(match, message, text, default));
            foreach (var visitor in visitors)
            {
                await sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
                Assert.Equal("chess", await sealer.OpenForVisitor(visitor, await sealer.SealForVisitor(visitor, "chess", default), default));
            }

            var report = Guid.NewGuid();
            for (var reports = 0; reports < 8; reports++)
            {
                var evidence = await sealer.SealForCase(await sealer.TakeCaseKey(default), report, "evidence", default);
                Assert.Equal("evidence", await sealer.OpenForCase(report, evidence, default));
            }

            var refused = await Assert.ThrowsAsync<DependencyUnavailableException>(
                async () => await sealer.EnsureVisitorKey(Guid.NewGuid(), world.Now.AddDays(30), default));
            Assert.Equal("postgres", refused.Dependency);
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        world.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("postgres", Assert.Throws<DependencyUnavailableException>(() => sealer.SealMessage(match, match, world.Now, "too late")).Dependency);

        await world.Server.Start();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await sealer.DestroyDue(default);
        await sealer.EnsureReady(default);
        Assert.NotNull(sealer.SealMessage(match, match, world.Now, "again"));
        await sealer.EnsureVisitorKey(Guid.NewGuid(), world.Now.AddDays(30), default);
    }

    [Fact]
    public async Task A_restart_of_the_server_between_two_calls_is_not_noticed()
    {
        await using var world = await PostgresFixture.Ready();
        var store = world.NewStore();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Task.Run(async () => await store.Put([Key($"a{number}", world)], default))));
        await world.Server.Stop();
        await world.Server.Start();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Task.Run(async () => Assert.NotNull(await store.Get($"a{number}", default)))));
    }

    [Fact]
    public async Task While_it_is_down_one_caller_in_a_while_tries_and_the_others_are_told_at_once()
    {
        await using var world = await PostgresFixture.Ready();
        var store = world.NewStore();
        await world.Server.Stop();
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await store.Get("a", default));

        // It is back, but nobody has tried again yet.
        await world.Server.Start();
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await store.Get("a", default));
        world.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await store.Get("a", default));
        Assert.Null(await store.Get("b", default));
    }

    private static StoredKey Key(string id, PostgresFixture world) => new(id, KeyKind.Visitor, new byte[60], world.Now.AddDays(1), world.Now);
}
