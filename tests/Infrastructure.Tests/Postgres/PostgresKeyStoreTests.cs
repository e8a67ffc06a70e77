using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RandomChat.Application.Sealing;
using RandomChat.Engines;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Tests.Sealing;

namespace RandomChat.Infrastructure.Tests.Postgres;

public sealed class PostgresKeyStoreTests : KeyStoreContract
{
    private readonly List<NpgsqlDataSource> sources = [];
    private string? database;

    protected override async ValueTask<IKeyStore> Open()
    {
        database ??= await (await PostgresServer.Shared()).NewDatabase();
        var source = NpgsqlDataSource.Create(database);
        sources.Add(source);
        await PostgresMigrations.OfKeys(source).Apply(default);
        return new PostgresKeyStore(source, TimeSpan.FromHours(1), TimeProvider.System, NullLogger<PostgresKeyStore>.Instance);
    }

    protected override ValueTask Close(IKeyStore store) => ValueTask.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var source in sources)
        {
            await source.DisposeAsync();
        }
    }

    [Fact]
    public async Task Nodes_that_put_the_same_key_at_once_end_with_the_same()
    {
        var nodes = new List<IKeyStore> { Store, await Open(), await Open() };
        var stored = await Task.WhenAll(Enumerable.Range(0, 24).Select(number => Task.Run(
            async () => await nodes[number % 3].Put([Key("hour-1", Noon), Key("hour-2", Noon.AddHours(1)), Key($"case-{number}", Noon)], default))));
        Assert.Single(stored.Select(keys => Convert.ToHexString(keys[0].Wrapped.Span)).Distinct());
        Assert.Single(stored.Select(keys => Convert.ToHexString(keys[1].Wrapped.Span)).Distinct());
        Assert.Equal(24, stored.Select(keys => Convert.ToHexString(keys[2].Wrapped.Span)).Distinct().Count());
    }

    [Fact]
    public async Task What_one_node_destroys_early_the_others_learn_at_their_next_run_once()
    {
        var other = await Open();
        await Store.Put([Key("visitor-1", Noon.AddDays(30))], default);
        await other.DestroyDue(Noon, default);
        await Store.Destroy(["visitor-1"], default);
        Assert.Equal(["visitor-1"], (await other.DestroyDue(Noon, default)).Ids);
        Assert.Empty((await other.DestroyDue(Noon, default)).Ids);
        Assert.Empty((await Store.DestroyDue(Noon, default)).Ids);
    }

    [Fact]
    public async Task What_one_node_shortens_the_others_learn_at_their_next_run_once()
    {
        var other = await Open();
        await Store.Put([Key("case-1", Noon.AddDays(30))], default);
        await other.DestroyDue(Noon, default);
        await Store.Shorten([new KeyLife("case-1", Noon.AddDays(3))], default);
        Assert.Equal(["case-1"], (await other.DestroyDue(Noon, default)).Ids);
        Assert.Empty((await other.DestroyDue(Noon, default)).Ids);
        Assert.Empty((await Store.DestroyDue(Noon, default)).Ids);
        Assert.NotNull(await other.Get("case-1", default));
    }

    [Fact]
    public async Task A_shortened_key_leaves_no_row_dead_or_alive_in_the_partition_where_it_would_have_stayed()
    {
        await Store.Put([Key("case-1", Noon)], default);
        await Store.Touch([new KeyLife("case-1", Noon.AddYears(1))], default);
        await Store.Put([Key("case-2", Noon.AddYears(1))], default);
        Assert.Equal("(0,2)", await Number("SELECT max(ctid)::text FROM keys.wrapped_20270301t120000"));
        await Store.Shorten([new KeyLife("case-1", Noon.AddHours(1))], default);

        // Written anew, the other key's row has moved to where the first one was.
        Assert.Equal("(0,1)", await Number("SELECT max(ctid)::text FROM keys.wrapped_20270301t120000"));
        Assert.Equal(0L, await Number("SELECT count(*) FROM keys.remains WHERE due IS NOT NULL"));
        Assert.Equal(["case-1"], (await Store.DestroyDue(Noon.AddHours(1), default)).Ids);
    }

    [Fact]
    public async Task Shortening_what_is_short_already_clears_nothing()
    {
        await Store.Put([Key("case-1", Noon), Key("case-2", Noon)], default);

        // What a node that died left undone is for the run of the retention.
        await using (var dying = await sources[0].OpenConnectionAsync())
        {
            await KeyRows.Delete(dying, ["case-2"], default);
        }

        await Store.Shorten([new KeyLife("case-1", Noon.AddDays(1)), new KeyLife("case-9", Noon)], default);
        Assert.Equal(1L, await Number("SELECT count(*) FROM keys.remains WHERE due IS NOT NULL"));
    }

    [Fact]
    public async Task Due_partitions_are_dropped_and_others_stay()
    {
        await Store.Put([Key("a", Noon), Key("b", Noon.AddMinutes(59)), Key("c", Noon.AddHours(1)), Key("d", Noon.AddDays(180))], default);
        Assert.Equal(["wrapped_20260301t120000", "wrapped_20260301t130000", "wrapped_20260828t120000"], await Partitions());
        await Store.DestroyDue(Noon.AddMinutes(90), default);
        Assert.Equal(["wrapped_20260828t120000"], await Partitions());
    }

    [Fact]
    public async Task Statistics_hold_no_samples_of_keys()
    {
        await Store.Put([.. Enumerable.Range(0, 400).Select(number => Key($"case-{number}", Noon))], default);
        await sources[0].CreateCommand("ANALYZE").ExecuteNonQueryAsync();
        Assert.Equal(2L, await Number("SELECT count(*) FROM pg_stats WHERE schemaname = 'keys' AND tablename LIKE 'wrapped%' AND attname = 'id'"));
        Assert.Equal(0L, await Number("SELECT count(*) FROM pg_stats WHERE schemaname = 'keys' AND attname = 'wrapped'"));
    }

    [Fact]
    public async Task A_partition_that_a_dump_reads_goes_later_and_its_keys_are_out_of_reach_at_once()
    {
        await Store.Put([Key("a", Noon), Key("b", Noon.AddHours(2))], default);
        await using (var dump = await sources[0].OpenConnectionAsync())
        {
            await using var transaction = await dump.BeginTransactionAsync();
            await using (var read = new NpgsqlCommand("SELECT count(*) FROM keys.wrapped", dump))
            {
                Assert.Equal(2L, await read.ExecuteScalarAsync());
            }

            var destruction = await Store.DestroyDue(Noon, default);
            Assert.Equal(["a"], destruction.Ids);
            Assert.False(destruction.Gone);
            Assert.Null(await Store.Get("a", default));

            // Nobody else is held up.
            await Store.Put([Key("a", Noon), Key("c", Noon.AddHours(7))], default);
            Assert.NotNull(await Store.Get("b", default));
        }

        Assert.Equal(["a"], (await Store.DestroyDue(Noon, default)).Ids);
        Assert.Equal(2, (await Partitions()).Count);
    }

    [Fact]
    public async Task A_place_without_its_key_is_damage_and_not_a_destroyed_key()
    {
        await Store.Put([Key("a", Noon)], default);
        await sources[0].CreateCommand("DELETE FROM keys.wrapped").ExecuteNonQueryAsync();
        var error = await Assert.ThrowsAsync<SealingException>(async () => await Store.Get("a", default));
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_without_the_schema_is_no_key_store()
    {
        await using var empty = NpgsqlDataSource.Create(await (await PostgresServer.Shared()).NewDatabase());
        var store = new PostgresKeyStore(empty, TimeSpan.FromHours(1), TimeProvider.System, NullLogger<PostgresKeyStore>.Instance);
        await Assert.ThrowsAsync<SealingException>(async () => await store.Get("a", default));
        await Assert.ThrowsAsync<SealingException>(async () => await store.Put([Key("a", Noon)], default));
    }

    private async Task<List<string>> Partitions()
    {
        var names = new List<string>();
        await using var command = sources[0].CreateCommand("SELECT relname::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'keys.wrapped'::regclass ORDER BY 1");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    private async Task<object?> Number(string sql)
    {
#pragma warning disable CA2100
        await using var command = sources[0].CreateCommand(sql);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
