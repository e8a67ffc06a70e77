using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

/// <summary>The steps of a rotation, each beside a sealer that goes on sealing and opening.</summary>
public sealed class MasterKeyRingTests
{
    private readonly Guid match = Guid.NewGuid();

    [Fact]
    public async Task A_master_key_is_rotated_beside_a_running_server_and_after_it_the_old_one_opens_nothing()
    {
        await using var world = await SealingFixture.Ready(new() { CasePool = 3 });
        var visitor = Guid.NewGuid();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var name = await world.Sealer.SealForVisitor(visitor, "Ada", default);
        var before = world.Sealer.SealMessage(match, match, world.Now, "before");
        var source = MasterKeySource.OfFile(world.MasterKeyFile);
        var old = source.Read();

        var ring = old.WithNew();
        Write(world, ring);
        Assert.Equal(old.First.Fingerprint, (await Openers(world)).Distinct().Single());
        await Come(world);
        Assert.Equal(old.First.Fingerprint, (await Openers(world)).Distinct().Single());

        Write(world, ring = ring.Promote(ring.Keys[^1]));
        var late = await Come(world);
        Assert.Equal(ring.First.Fingerprint, ring.OpenerOf(await Stored(world, late))!.Fingerprint);

        // Beside it somebody is erased and somebody visits again: neither is undone.
        var (erased, visited) = (await Come(world), await Come(world));
        var revenant = new Interrupted(world.Store, async () =>
        {
            await world.Sealer.DestroyVisitorKey(erased, default);
            await world.Sealer.EnsureVisitorKey(visited, world.Now.AddDays(60), default);
        });
        var done = Assert.Single(await new Rewrapping(new LocalMasterKeys(source), [revenant]).Run(_ => { }, default));
        Assert.True(done.Rewrapped > 5);
        Assert.Equal(ring.First.Fingerprint, (await Openers(world)).Distinct().Single());
        Assert.Null(await world.Store.Get($"visitor-{erased:D}", default));
        Assert.True((await world.Store.Get($"visitor-{visited:D}", default))!.DestroyAfter >= world.Now.AddDays(60));
        Assert.Equal(0, (await new Rewrapping(new LocalMasterKeys(source), [world.Store]).Run(_ => { }, default)).Single().Rewrapped);

        Write(world, ring.Without([old.First]));
        await Come(world);
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, name, default));
        Assert.Equal("before", await world.Sealer.OpenMessage(match, match, before, default));
        await world.Restart();
        await world.Sealer.EnsureReady(default);
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, name, default));
        Assert.Equal("before", await world.Sealer.OpenMessage(match, match, before, default));

        Write(world, old);
        await world.Restart();
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.EnsureReady(default));
    }

    [Fact]
    public async Task A_node_that_has_not_read_the_new_ring_yet_reads_it_when_it_meets_a_key_of_it()
    {
        await using var world = await SealingFixture.Ready();
        var ring = MasterKeySource.OfFile(world.MasterKeyFile).Read().WithNew();
        Write(world, ring = ring.Promote(ring.Keys[^1]));
        using var other = new Sealer(world.Store, world.Options, world.MasterKeyFile, world.Time);
        var visitor = Guid.NewGuid();
        await other.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);

        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, await other.SealForVisitor(visitor, "Ada", default), default));
    }

    [Fact]
    public async Task A_file_that_is_moved_or_exchanged_by_mistake_puts_nobody_out_and_wraps_nothing()
    {
        await using var world = await SealingFixture.Ready();
        var right = MasterKeySource.OfFile(world.MasterKeyFile).Read();
        File.Delete(world.MasterKeyFile);
        await Come(world);
        await world.Sealer.EnsureReady(default);
        Assert.False(File.Exists(world.MasterKeyFile));

        Write(world, MasterKeyRing.New());
        var refused = await Assert.ThrowsAsync<DependencyUnavailableException>(() => Come(world));
        Assert.Equal("master-keys", refused.Dependency);
        Assert.Contains("in common", refused.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(right.First.Fingerprint, (await Openers(world, right)).Distinct().Single());

        Write(world, right);
        await Come(world);
    }

    [Fact]
    public async Task Several_steps_at_once_are_taken_up_since_the_new_ring_opens_what_is_stored()
    {
        await using var world = await SealingFixture.Ready();
        var (old, anew) = (MasterKeySource.OfFile(world.MasterKeyFile).Read(), MasterKeyRing.New());
        Write(world, anew.With(old.Keys));
        await new Rewrapping(new LocalMasterKeys(MasterKeySource.OfFile(world.MasterKeyFile)), [world.Store]).Run(_ => { }, default);
        Write(world, anew);

        await world.Sealer.EnsureReady(default);
        Assert.Equal(anew.First.Fingerprint, anew.OpenerOf(await Stored(world, await Come(world)))!.Fingerprint);
    }

    [Fact]
    public async Task It_may_come_from_a_setting_and_not_from_two()
    {
        await using var world = await SealingFixture.Ready();
        await Come(world);
        var text = Convert.ToBase64String(await File.ReadAllBytesAsync(world.MasterKeyFile));
        Assert.Equal(world.MasterKeyFile, Of(("Sealing:MasterKeyFile", world.MasterKeyFile)).File);
        var setting = Of(("Sealing:MasterKey", text));
        Assert.True(setting.Read().IsSame(MasterKeySource.OfFile(world.MasterKeyFile).Read()));
        Assert.Contains("both set", Assert.Throws<SealingException>(() => Of(("Sealing:MasterKey", text), ("Sealing:MasterKeyFile", "m"))).Message, StringComparison.Ordinal);
        var wrong = Assert.Throws<SealingException>(() => Of(("Sealing:MasterKey", "secret words")).Read());
        Assert.DoesNotContain("secret words", wrong.ToString(), StringComparison.Ordinal);

        File.Delete(world.MasterKeyFile);
        world.Masters = new LocalMasterKeys(setting);
        await world.Restart();
        await world.Sealer.EnsureReady(default);
        Assert.False(File.Exists(world.MasterKeyFile));

        MasterKeySource Of(params (string Key, string Value)[] settings) => MasterKeySource.Of(
            new Microsoft.Extensions.Configuration.ConfigurationManager { Sources = { new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = settings.ToDictionary(one => one.Key, one => (string?)one.Value) } } },
            world.Directory);
    }

    [Fact]
    public async Task A_ring_tells_a_key_that_is_to_come_from_one_that_was_in_use_before()
    {
        await using var world = await SealingFixture.Ready();
        var old = MasterKeySource.OfFile(world.MasterKeyFile).Read();
        Assert.Empty(old.ToCome);
        var added = Again(old.WithNew());
        var anew = Assert.Single(added.ToCome);
        Assert.Equal(added.Keys[1], anew);
        Assert.Equal(2, added.Keys.Count);

        // A file of two keys, as any version reads it, once neither is to come.
        var promoted = Again(added.Promote(anew));
        Assert.Empty(promoted.ToCome);
        Assert.Equal([.. promoted.Keys[0].Bytes, .. promoted.Keys[1].Bytes], promoted.ToBytes());
        Assert.Empty(Again(promoted.Promote(old.First)).ToCome);
        Assert.False(added.IsSame(promoted.Promote(promoted.Keys[1])));

        // Files that were put one behind the other, as a restore from a setting asks for.
        var twice = Again(promoted, [.. promoted.ToBytes(), .. old.ToBytes()]);
        Assert.Equal((2, 0), (twice.Keys.Count, twice.ToCome.Count));
        Assert.Empty(MasterKeyRing.New().With(added.Keys).ToCome);
        Assert.Equal(anew.Fingerprint, Assert.Single(Again(added.With(MasterKeyRing.New().Keys)).ToCome).Fingerprint);
        Assert.Empty(Again(added.Without([anew])).ToCome);

        MasterKeyRing Again(MasterKeyRing ring, byte[]? bytes = null)
        {
            File.WriteAllBytes(world.MasterKeyFile, bytes ?? ring.ToBytes());
            var read = MasterKeySource.OfFile(world.MasterKeyFile).Read();
            Assert.True(read.IsSame(ring));
            return read;
        }
    }

    private static void Write(SealingFixture world, MasterKeyRing ring) => MasterKeySource.Write(world.MasterKeyFile, ring, overwrite: true);

    /// <summary>A visitor whose key is made now.</summary>
    private static async Task<Guid> Come(SealingFixture world)
    {
        var visitor = Guid.NewGuid();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        return visitor;
    }

    private static async Task<WrappedSecret> Stored(SealingFixture world, Guid visitor) =>
        new($"visitor-{visitor:D}", (await world.Store.Get($"visitor-{visitor:D}", default))!.Wrapped);

    /// <summary>Which key opens each of the stored ones.</summary>
    private static async Task<List<string>> Openers(SealingFixture world, MasterKeyRing? ring = null)
    {
        ring ??= MasterKeySource.OfFile(world.MasterKeyFile).Read();
        return [.. (await world.Store.Page(null, 1_000, default)).Select(key => ring.OpenerOf(key)!.Fingerprint)];
    }

    /// <summary>Something happens between the reading of a page and the exchange.</summary>
    private sealed class Interrupted(IWrappedSecrets inner, Func<Task> happens) : IWrappedSecrets
    {
        public string Kind => inner.Kind;

        public async ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct)
        {
            var page = await inner.Page(after, most, ct);
            if (after is null)
            {
                await happens();
            }

            return page;
        }

        public ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct) => inner.Exchange(exchanges, ct);
    }
}
