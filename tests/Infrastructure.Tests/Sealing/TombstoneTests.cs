using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

/// <summary>The list of destroyed keys: what is said to be on it is on disk, and half a line is no line.</summary>
public sealed class TombstoneTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tombstones-").FullName;
    private readonly FakeTimeProvider clock = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private string List => Path.Combine(folder, "elsewhere", "data.tombstones.ndjson");

    [Fact]
    public void Several_processes_write_one_list_and_none_loses_a_line()
    {
        Parallel.For(0, 8, writer =>
        {
            var file = new TombstoneFile(List, TimeProvider.System);
            for (var n = 0; n < 25; n++)
            {
                file.Add([Destroyed($"visitor-{writer}-{n}"), Destroyed("visitor-everybodys")]);
            }
        });

        var read = new TombstoneFile(List, clock).Read()!;
        Assert.Equal(201, read.DestroyedKeys.Count());
        Assert.Equal(201, read.Lines.Count);
        Assert.NotEqual(Guid.Empty, read.Id);
    }

    [Fact]
    public void Half_a_line_of_a_process_that_died_is_written_over_and_a_line_that_says_nothing_is_refused()
    {
        new TombstoneFile(List, clock).Add([Destroyed("visitor-1")]);
        File.AppendAllText(List, "{\"key\":\"visitor-2\",\"sta");
        var next = new TombstoneFile(List, clock);

        Assert.Equal(["visitor-1"], next.Read()!.DestroyedKeys);
        next.Add([Destroyed("visitor-3")]);
        Assert.Equal(["visitor-1", "visitor-3"], new TombstoneFile(List, clock).Read()!.DestroyedKeys.Order(StringComparer.Ordinal));

        File.AppendAllText(List, "nothing\n");
        var refused = Assert.Throws<SealingException>(() => new TombstoneFile(List, clock).Open());
        Assert.StartsWith($"Line 4 of {List}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_list_no_key_is_destroyed_and_nobody_is_told_that_it_is()
    {
        await using var world = await SealingFixture.Ready();
        var visitor = Guid.NewGuid();
        var store = new TombstonedKeyStore(world.Store, new(List, clock), clock);
        await store.Apply(default);
        using var sealer = new Sealer(store, world.Options, world.MasterKeyFile, world.Time);
        await sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);

        // Its folder is away, and in its place is what no folder can be made of.
        Directory.Delete(Path.GetDirectoryName(List)!, recursive: true);
        await File.WriteAllTextAsync(Path.GetDirectoryName(List)!, "in the way");

        var failed = await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await sealer.ForgetVisitor(visitor, default));
        Assert.Equal("tombstones", failed.Dependency);
        Assert.NotNull(await world.Store.Get($"visitor-{visitor:D}", default));

        File.Delete(Path.GetDirectoryName(List)!);
        await sealer.ForgetVisitor(visitor, default);
        Assert.Equal([visitor], new TombstoneFile(List, clock).Read()!.ErasedVisitors);
    }

    [Fact]
    public async Task A_hold_that_is_placed_in_the_moment_of_destruction_wins_also_after_a_restart()
    {
        await using var inner = new SqliteKeyStore(Path.Combine(folder, "keys.db"));
        var end = clock.GetUtcNow().AddHours(1);
        await inner.Put([new("case-1", KeyKind.Case, new byte[60], KeyLife.NoEnd, clock.GetUtcNow())], default);
        var store = new TombstonedKeyStore(new LateHold(inner, "case-1"), new(List, clock), clock);
        await store.Apply(default);
        await store.Shorten([new("case-1", end)], default);
        clock.Advance(TimeSpan.FromHours(2));

        await store.DestroyDue(clock.GetUtcNow(), default);

        Assert.NotNull(await inner.Get("case-1", default));
        Assert.Empty((await new TombstonedKeyStore(inner, new(List, clock), clock).Apply(default)).Revived);
        Assert.NotNull(await inner.Get("case-1", default));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Tombstone Destroyed(string key) => new(key, TombstoneState.Destroyed, null, clock.GetUtcNow());

    /// <summary>Somebody holds a case after it was looked whether its key is due, and before it is destroyed.</summary>
    private sealed class LateHold(IKeyStore inner, string held) : IKeyStore
    {
        public string Name => inner.Name;

        public string Kind => inner.Kind;

        public ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct) => inner.Page(after, most, ct);

        public ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct) => inner.Exchange(exchanges, ct);

        public ValueTask<StoredKey?> Get(string id, CancellationToken ct) => inner.Get(id, ct);

        public ValueTask<StoredKey?> Any(CancellationToken ct) => inner.Any(ct);

        public ValueTask<IReadOnlyList<StoredKey>> Put(IReadOnlyList<StoredKey> keys, CancellationToken ct) => inner.Put(keys, ct);

        public ValueTask<IReadOnlyList<string>> Touch(IReadOnlyList<KeyLife> lives, CancellationToken ct) => inner.Touch(lives, ct);

        public ValueTask Shorten(IReadOnlyList<KeyLife> lives, CancellationToken ct) => inner.Shorten(lives, ct);

        public ValueTask<Destruction> Destroy(IReadOnlyList<string> ids, CancellationToken ct) => inner.Destroy(ids, ct);

        public async ValueTask<Destruction> DestroyDue(DateTimeOffset now, CancellationToken ct)
        {
            await inner.Touch([new(held, KeyLife.NoEnd)], ct);
            return await inner.DestroyDue(now, ct);
        }
    }
}
