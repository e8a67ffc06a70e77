using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Tests.Sealing;

namespace RandomChat.Infrastructure.Tests.Postgres;

/// <summary>Looks for wrapped keys in every file of a server: tables, indexes, statistics, the write-ahead log and its log of statements.</summary>
public sealed class NothingIsLeftInPostgresTests
{
    private const string Hour = "hour-20260301T100000";

    [Fact]
    public async Task The_wrapped_key_is_found_before_its_destruction_and_nowhere_afterwards()
    {
        await using var world = await PostgresFixture.Ready();

        // An operator looks for slow statements, and the server logs them.
        await world.AsSuperuser("ALTER SYSTEM SET log_min_duration_statement = 0");
        await world.AsSuperuser("SELECT pg_reload_conf()");
        var store = world.NewStore();
        var sealer = world.NewSealer();
        var visitor = Guid.NewGuid();
        await sealer.EnsureReady(default);
        await sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var caseKey = await sealer.TakeCaseKey(default);
        await sealer.EnsureReady(default);
        await world.AsSuperuser("VACUUM ANALYZE");

        foreach (var (id, wait) in new[] { (Hour, TimeSpan.FromHours(25)), ($"visitor-{visitor:D}", TimeSpan.FromDays(31)), (caseKey, TimeSpan.FromDays(180)) })
        {
            var wrapped = (await store.Get(id, default))!.Wrapped.ToArray();
            await world.AsSuperuser("CHECKPOINT");
            Assert.Contains(FilesWith(world, [wrapped]), file => file.StartsWith("base", StringComparison.Ordinal));

            world.Time.Advance(wait);
            var destruction = await sealer.DestroyDue(default);
            Assert.Contains(id, destruction.Ids);
            Assert.True(destruction.Gone, string.Join('\n', world.Log.Lines));
            Assert.Empty(FilesWith(world, Disk.FormsOfKey(wrapped)));
        }

        Assert.Empty(world.Log.Lines);
    }

    [Fact]
    public async Task An_early_erasure_leaves_nothing_of_the_key_in_any_place_it_ever_had_and_all_of_the_others()
    {
        await using var world = await PostgresFixture.Ready();
        var store = world.NewStore();
        var sealer = world.NewSealer();
        var (visitor, other) = (Guid.NewGuid(), Guid.NewGuid());
        await sealer.EnsureReady(default);
        for (var day = 0; day < 4; day++)
        {
            // Each visit moves the key to another partition.
            await sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
            await sealer.EnsureVisitorKey(other, world.Now.AddDays(30), default);
            world.Time.Advance(TimeSpan.FromDays(2));
        }

        var wrapped = (await store.Get($"visitor-{visitor:D}", default))!.Wrapped.ToArray();
        var others = (await store.Get($"visitor-{other:D}", default))!.Wrapped.ToArray();
        await world.AsSuperuser("CHECKPOINT");
        Assert.True(FilesWith(world, [wrapped]).Count(file => file.StartsWith("base", StringComparison.Ordinal)) > 3);

        var destruction = await sealer.DestroyVisitorKey(visitor, default);
        Assert.Equal([$"visitor-{visitor:D}"], destruction.Ids);
        Assert.True(destruction.Gone, string.Join('\n', world.Log.Lines));
        Assert.Empty(FilesWith(world, Disk.FormsOfKey(wrapped)));

        Assert.NotEmpty(FilesWith(world, [others]));
        Assert.Equal(others, (await store.Get($"visitor-{other:D}", default))!.Wrapped.ToArray());
        await world.Server.Stop();
        await world.Server.Start();
        Assert.Empty(FilesWith(world, Disk.FormsOfKey(wrapped)));
    }

    [Fact]
    public async Task What_was_wrapped_under_an_older_master_key_is_in_no_file_after_the_next_upkeep()
    {
        await using var world = await PostgresFixture.Ready();
        var (source, store, sealer) = (world.NewSource(), world.NewStore(), world.NewSealer());
        await sealer.EnsureReady(default);
        var secrets = new PostgresSecrets(source, () => new LocalMasterKeys(MasterKeySource.OfFile(world.MasterKeyFile)));
        var secret = secrets.Random("server");
        var old = new[] { (await store.Get(Hour, default))!.Wrapped.ToArray(), (await secrets.Page(null, 1, default))[0].Wrapped.ToArray() };
        await world.AsSuperuser("CHECKPOINT");
        Assert.All(old, wrapped => Assert.NotEmpty(FilesWith(world, [wrapped])));

        var ring = MasterKeySource.OfFile(world.MasterKeyFile).Read().WithNew();
        MasterKeySource.Write(world.MasterKeyFile, ring.Promote(ring.Keys[^1]), overwrite: true);
        await new Rewrapping(new LocalMasterKeys(MasterKeySource.OfFile(world.MasterKeyFile)), [store, secrets]).Run(_ => { }, default);
        Assert.Equal(secret, secrets.Random("server"));
        var destruction = await sealer.DestroyDue(default);

        Assert.True(destruction.Gone, string.Join('\n', world.Log.Lines));
        Assert.Empty(FilesWith(world, old.SelectMany(Disk.FormsOfKey)));
    }

    [Fact]
    public async Task A_key_that_was_kept_longer_and_shortened_again_leaves_nothing_in_any_place_it_ever_had()
    {
        await using var world = await PostgresFixture.Ready();
        var store = world.NewStore();
        var sealer = world.NewSealer();
        await sealer.EnsureReady(default);
        var caseKey = await sealer.TakeCaseKey(default);
        await sealer.EnsureReady(default);
        foreach (var end in new[] { world.Now.AddDays(365), KeyLife.NoEnd })
        {
            await sealer.KeepCaseKeys([new(caseKey, end)], default);
        }

        var wrapped = (await store.Get(caseKey, default))!.Wrapped.ToArray();
        await world.AsSuperuser("CHECKPOINT");
        Assert.True(FilesWith(world, [wrapped]).Count(file => file.StartsWith("base", StringComparison.Ordinal)) > 2);

        await sealer.ShortenCaseKeys([new(caseKey, world.Now.AddHours(1))], default);
        world.Time.Advance(TimeSpan.FromHours(2));
        var destruction = await sealer.DestroyDue(default);

        Assert.Contains(caseKey, destruction.Ids);
        Assert.True(destruction.Gone, string.Join('\n', world.Log.Lines));
        Assert.Empty(FilesWith(world, Disk.FormsOfKey(wrapped)));
    }

    [Fact]
    public async Task What_a_node_that_died_left_undone_the_next_run_of_any_node_clears()
    {
        await using var world = await PostgresFixture.Ready();
        var store = world.NewStore();
        var sealer = world.NewSealer();
        await sealer.EnsureReady(default);
        var visitor = Guid.NewGuid();
        await sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var wrapped = (await store.Get($"visitor-{visitor:D}", default))!.Wrapped.ToArray();

        // Deleted as a node does it, which is then gone before it clears anything.
        await using (var dying = await world.NewSource().OpenConnectionAsync())
        {
            await RandomChat.Infrastructure.Postgres.KeyRows.Delete(dying, [$"visitor-{visitor:D}"], default);
        }

        Assert.NotEmpty(FilesWith(world, [wrapped]));
        Assert.True((await world.NewStore().DestroyDue(world.Now, default)).Gone);
        Assert.Empty(FilesWith(world, Disk.FormsOfKey(wrapped)));
    }

    [Theory]
    [InlineData("pg_switch_wal", "pg_switch_wal()")]
    [InlineData("pg_checkpoint", "pg_checkpoint")]
    [InlineData("pg_ls_waldir", "pg_ls_waldir()")]
    [InlineData("wal_recycle", "wal_recycle")]
    public async Task Where_the_role_may_not_or_the_server_recycles_the_operator_is_told_once_what_is_missing(string without, string named)
    {
        await using var world = await PostgresFixture.Ready(without);
        var store = world.NewStore();
        await store.Put([new StoredKey("visitor-1", KeyKind.Visitor, new byte[60], world.Now.AddDays(1), world.Now)], default);
        var destruction = await store.Destroy(["visitor-1"], default);
        Assert.Equal(["visitor-1"], destruction.Ids);
        Assert.False(destruction.Gone);
        Assert.False((await store.DestroyDue(world.Now, default)).Gone);
        Assert.Contains(named, Assert.Single(world.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_files_that_the_server_keeps_are_not_called_gone_until_it_lets_go_of_them()
    {
        await using var world = await PostgresFixture.Ready();
        var store = world.NewStore();
        var key = new StoredKey("visitor-1", KeyKind.Visitor, System.Security.Cryptography.RandomNumberGenerator.GetBytes(60), world.Now.AddDays(1), world.Now);
        await store.Put([key], default);
        await world.AsSuperuser("SELECT pg_create_physical_replication_slot('standby', true)");
        Assert.False((await store.Destroy(["visitor-1"], default)).Gone);
        Assert.NotEmpty(FilesWith(world, [key.Wrapped.ToArray()]));
        Assert.Contains("replication slot", Assert.Single(world.Log.Lines), StringComparison.Ordinal);

        await world.AsSuperuser("SELECT pg_drop_replication_slot('standby')");
        await world.AsSuperuser("SELECT pg_switch_wal()");
        await world.AsSuperuser("CHECKPOINT");
        Assert.True((await store.DestroyDue(world.Now, default)).Gone);
        Assert.Empty(FilesWith(world, Disk.FormsOfKey(key.Wrapped.ToArray())));
    }

    private static List<string> FilesWith(PostgresFixture world, params IEnumerable<byte[]> needles)
    {
        var log = File.ReadAllBytes(Path.Combine(world.Server.DataFolder, "..", "log"));
        var all = needles.ToList();
        return [.. Disk.FilesWith(world.Server.DataFolder, all), .. all.Where(needle => log.AsSpan().IndexOf(needle) >= 0).Select(_ => "log")];
    }
}
