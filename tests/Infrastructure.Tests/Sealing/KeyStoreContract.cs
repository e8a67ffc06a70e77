using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

/// <summary>What every key store promises, whatever engine it runs on.</summary>
public abstract class KeyStoreContract : IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    protected IKeyStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await Open();

    public virtual async ValueTask DisposeAsync()
    {
        if (Store is not null)
        {
            await Close(Store);
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_stored_key_is_there_as_it_was_stored_also_after_a_restart()
    {
        var key = Key("visitor-1", Noon.AddTicks(7));
        Assert.Null(await Store.Any(default));
        await Store.Put([key, Key("visitor-2", Noon)], default);
        await Close(Store);
        Store = await Open();

        var found = await Store.Get("visitor-1", default);
        Assert.NotNull(found);
        Assert.Equal((key.Id, key.Kind, key.DestroyAfter, key.CreatedAt), (found.Id, found.Kind, found.DestroyAfter, found.CreatedAt));
        Assert.Equal(key.Wrapped.ToArray(), found.Wrapped.ToArray());
        Assert.NotNull(await Store.Any(default));
        Assert.Null(await Store.Get("visitor-3", default));
    }

    [Fact]
    public async Task Every_kind_of_key_comes_back_as_its_kind()
    {
        await Store.Put([.. Enum.GetValues<KeyKind>().Select(kind => Key($"{kind}", Noon) with { Kind = kind })], default);
        foreach (var kind in Enum.GetValues<KeyKind>())
        {
            Assert.Equal(kind, (await Store.Get($"{kind}", default))!.Kind);
        }
    }

    [Fact]
    public async Task The_first_writer_of_an_id_wins_and_later_ones_get_its_key_whatever_time_they_gave_it()
    {
        var tries = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(
            async () => (await Store.Put([Key("hour-1", Noon.AddHours(number % 5))], default))[0])));
        var stored = await Store.Get("hour-1", default);
        Assert.All(tries, key => Assert.Equal(stored!.Wrapped.ToArray(), key.Wrapped.ToArray()));
        Assert.All(tries, key => Assert.Equal(stored!.DestroyAfter, key.DestroyAfter));
    }

    [Fact]
    public async Task Several_keys_come_back_in_the_order_in_which_they_were_given()
    {
        var first = Key("b", Noon);
        await Store.Put([first], default);
        var stored = await Store.Put([Key("c", Noon.AddHours(3)), Key("b", Noon), Key("a", Noon)], default);
        Assert.Equal(["c", "b", "a"], stored.Select(key => key.Id));
        Assert.Equal(first.Wrapped.ToArray(), stored[1].Wrapped.ToArray());
    }

    [Fact]
    public async Task Writers_of_the_same_keys_in_different_orders_do_not_block_each_other()
    {
        var ids = Enumerable.Range(0, 40).Select(number => $"case-{number}").ToArray();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(writer => Task.Run(async () =>
        {
            var order = ids.ToArray();
            new Random(writer).Shuffle(order);
            await Store.Put([.. order.Select(id => Key(id, Noon.AddHours(writer % 3)))], default);
            await Store.Touch([.. order.Select(id => new KeyLife(id, Noon.AddHours(writer)))], default);
        })));
        foreach (var id in ids)
        {
            Assert.Equal(Noon.AddHours(11), (await Store.Get(id, default))!.DestroyAfter);
        }
    }

    [Fact]
    public async Task Touching_lengthens_a_life_never_shortens_it_and_names_what_is_gone()
    {
        var key = Key("visitor-1", Noon);
        await Store.Put([key], default);
        Assert.Equal(["visitor-9"], await Store.Touch([new KeyLife("visitor-1", Noon.AddDays(1)), new KeyLife("visitor-9", Noon)], default));
        Assert.Empty(await Store.Touch([new KeyLife("visitor-1", Noon)], default));
        Assert.Equal(Noon.AddDays(1), (await Store.Get("visitor-1", default))!.DestroyAfter);
        Assert.Empty((await Store.DestroyDue(Noon.AddHours(23), default)).Ids);
        Assert.Equal(key.Wrapped.ToArray(), (await Store.Get("visitor-1", default))!.Wrapped.ToArray());
        Assert.Equal(["visitor-1"], (await Store.DestroyDue(Noon.AddDays(1), default)).Ids);
        Assert.Equal(["visitor-1"], await Store.Touch([new KeyLife("visitor-1", Noon.AddDays(2))], default));
    }

    [Fact]
    public async Task Shortening_a_life_never_lengthens_it_and_passes_over_what_is_gone()
    {
        var key = Key("case-1", Noon);
        await Store.Put([key, Key("case-2", Noon.AddDays(2))], default);
        await Store.Touch([new KeyLife("case-1", Noon.AddYears(7_000))], default);
        Assert.DoesNotContain("case-1", (await Store.DestroyDue(Noon.AddYears(3), default)).Ids);
        await Store.Shorten([new KeyLife("case-1", Noon.AddYears(4)), new KeyLife("case-9", Noon)], default);
        await Store.Shorten([new KeyLife("case-1", Noon.AddYears(5))], default);

        var found = await Store.Get("case-1", default);
        Assert.Equal((Noon.AddYears(4), KeyKind.Visitor, Noon), (found!.DestroyAfter, found.Kind, found.CreatedAt));
        Assert.Equal(key.Wrapped.ToArray(), found.Wrapped.ToArray());
        Assert.Equal(["case-1"], (await Store.DestroyDue(Noon.AddYears(4), default)).Ids);
        Assert.Null(await Store.Get("case-1", default));
    }

    [Fact]
    public async Task A_life_goes_back_and_forth_as_often_as_it_has_to()
    {
        var key = Key("case-1", Noon.AddDays(180));
        await Store.Put([key], default);
        for (var i = 0; i < 3; i++)
        {
            await Store.Touch([new KeyLife("case-1", Noon.AddDays(9_000))], default);
            await Store.Shorten([new KeyLife("case-1", Noon.AddDays(180))], default);
        }

        await Store.Touch([new KeyLife("case-1", Noon.AddDays(365))], default);
        Assert.Equal(key.Wrapped.ToArray(), (await Store.Get("case-1", default))!.Wrapped.ToArray());
        Assert.Equal(["case-1"], (await Store.Destroy(["case-1"], default)).Ids);
        Assert.Null(await Store.Get("case-1", default));
    }

    [Fact]
    public async Task What_was_destroyed_before_its_time_is_destroyed_again_when_an_older_copy_is_put_back()
    {
        var (visitor, list) = ($"visitor-{Guid.NewGuid():D}", Path.Combine(Directory.CreateTempSubdirectory("tombstones-").FullName, "list"));
        var clock = new FakeTimeProvider(Noon);
        var mine = new TombstonedKeyStore(Store, new(list, clock), clock);
        Assert.True((await mine.Apply(default)).IsNew);
        StoredKey[] keys =
        [
            Key(visitor, Noon.AddDays(30)), Key("visitor-other", Noon.AddDays(30)), Key("hour-1", Noon.AddMinutes(30)),
            Key("case-released", Noon.AddDays(9_000)), Key("case-held-again", Noon.AddDays(9_000)),
        ];
        await Store.Put(keys, default);

        // Erased; a hold that was lifted and is over; one that was lifted and placed again; and one that ends by time.
        await mine.Destroy([visitor], default);
        await mine.Shorten([new("case-released", Noon.AddHours(1)), new("case-held-again", Noon.AddHours(1))], default);
        await mine.Touch([new("case-held-again", Noon.AddDays(9_000))], default);
        clock.Advance(TimeSpan.FromHours(2));
        await mine.DestroyDue(clock.GetUtcNow(), default);
        Assert.Null(await Store.Get("case-released", default));
        await Store.Put(keys, default);

        var later = new TombstonedKeyStore(Store, new(list, clock), clock);
        var (revived, isNew) = await later.Apply(default);

        Assert.False(isNew);
        Assert.Equal(["case-released", visitor], revived.Order(StringComparer.Ordinal));
        Assert.Null(await Store.Get(visitor, default));
        Assert.NotNull(await Store.Get("case-held-again", default));
        Assert.NotNull(await Store.Get("visitor-other", default));

        // What ends by time has its end in every copy, and nobody opens anything with it from then on.
        Assert.True((await Store.Get("hour-1", default))!.DestroyAfter <= clock.GetUtcNow());
        Assert.DoesNotContain("hour-1", await File.ReadAllTextAsync(list), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(list)!, recursive: true);
    }

    [Fact]
    public async Task Only_due_keys_are_destroyed()
    {
        await Store.Put([Key("a", Noon), Key("b", Noon.AddTicks(1)), Key("c", Noon.AddSeconds(-1))], default);
        Assert.Equal(["a", "c"], (await Store.DestroyDue(Noon, default)).Ids.Order(StringComparer.Ordinal));
        Assert.Empty((await Store.DestroyDue(Noon, default)).Ids);
        Assert.Null(await Store.Get("a", default));
        Assert.NotNull(await Store.Get("b", default));
    }

    [Fact]
    public async Task A_due_key_is_destroyed_when_its_hour_is_over_at_the_latest()
    {
        await Store.Put([Key("a", Noon.AddMinutes(20))], default);
        await Store.DestroyDue(Noon.AddMinutes(19), default);
        Assert.NotNull(await Store.Get("a", default));
        await Store.DestroyDue(Noon.AddHours(1), default);
        Assert.Null(await Store.Get("a", default));
    }

    [Fact]
    public async Task Of_keys_to_be_destroyed_those_that_exist_are_named_once()
    {
        await Store.Put([Key("a", Noon), Key("b", Noon.AddDays(3)), Key("c", Noon)], default);
        await Store.Touch([new KeyLife("a", Noon.AddDays(5))], default);
        Assert.Equal(["a", "b"], (await Store.Destroy(["b", "x", "a"], default)).Ids.Order(StringComparer.Ordinal));
        Assert.Empty((await Store.Destroy(["a", "b"], default)).Ids);
        Assert.Null(await Store.Get("a", default));
        Assert.NotNull(await Store.Get("c", default));

        // The id is free again, for another key.
        var next = Key("a", Noon);
        Assert.Equal(next.Wrapped.ToArray(), (await Store.Put([next], default))[0].Wrapped.ToArray());
    }

    [Fact]
    public async Task Many_who_destroy_the_same_keys_at_once_name_each_of_them_once()
    {
        await Store.Put([.. Enumerable.Range(0, 30).Select(number => Key($"early-{number}", Noon.AddDays(9)))], default);
        await Store.Put([.. Enumerable.Range(0, 30).Select(number => Key($"due-{number}", Noon.AddHours(number % 4)))], default);
        var destroyed = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(async () => number % 2 == 0
            ? await Store.DestroyDue(Noon.AddHours(3), default)
            : await Store.Destroy([.. Enumerable.Range(0, 30).Select(key => $"early-{key}")], default))));
        var named = destroyed.SelectMany(destruction => destruction.Ids).ToList();
        Assert.Equal(30, named.Count(id => id.StartsWith("due-", StringComparison.Ordinal)));
        Assert.Equal(30, named.Where(id => id.StartsWith("early-", StringComparison.Ordinal)).Distinct().Count());
        Assert.Null(await Store.Any(default));
    }

    [Fact]
    public async Task A_key_that_is_touched_while_it_falls_due_either_lives_or_is_named_as_gone()
    {
        for (var round = 0; round < 20; round++)
        {
            var id = $"visitor-{round}";
            var key = Key(id, Noon);
            await Store.Put([key], default);
            var touched = Task.Run(async () => await Store.Touch([new KeyLife(id, Noon.AddDays(1))], default));
            var destroyed = Task.Run(async () => await Store.DestroyDue(Noon, default));
            var found = ((await touched).Count, (await destroyed).Ids.Contains(id), (await Store.Get(id, default))?.Wrapped.ToArray());
            Assert.True(found is (0, false, { } bytes) ? bytes.SequenceEqual(key.Wrapped.ToArray()) : found is (1, true, null), $"{found}");
        }
    }

    [Fact]
    public async Task Pages_name_every_key_once_also_while_keys_move_and_an_exchange_touches_only_what_is_as_it_was_read()
    {
        var keys = Enumerable.Range(0, 25).Select(number => Key($"case-{number:D2}", Noon.AddHours(number % 7))).ToList();
        await Store.Put(keys, default);
        var seen = new List<WrappedSecret>();
        for (string? after = null; await Store.Page(after, 10, default) is { Count: > 0 } page; after = page[^1].Id)
        {
            Assert.True(page.Count <= 10);
            seen.AddRange(page);
            await Store.Touch([new KeyLife("case-00", Noon.AddDays(seen.Count)), new KeyLife("case-24", Noon.AddDays(seen.Count))], default);
            await Store.Shorten([new KeyLife("case-13", Noon.AddHours(1))], default);
        }

        Assert.Equal(keys.Select(key => key.Id), seen.Select(key => key.Id));
        Assert.All(seen.Zip(keys), pair => Assert.Equal(pair.Second.Wrapped.ToArray(), pair.First.Wrapped.ToArray()));

        // One is destroyed, one was exchanged by somebody else, one never was.
        var anew = Enumerable.Range(0, 4).Select(_ => new ReadOnlyMemory<byte>(RandomNumberGenerator.GetBytes(61))).ToArray();
        await Store.Destroy(["case-01"], default);
        Assert.Equal(1, await Store.Exchange([new("case-02", keys[2].Wrapped, anew[0])], default));
        Assert.Equal(1, await Store.Exchange(
            [new("case-00", keys[0].Wrapped, anew[1]), new("case-01", keys[1].Wrapped, anew[2]), new("case-02", keys[2].Wrapped, anew[2]), new("case-99", anew[3], anew[3])],
            default));
        Assert.Equal(anew[1].ToArray(), (await Store.Get("case-00", default))!.Wrapped.ToArray());
        Assert.Null(await Store.Get("case-01", default));
        Assert.Equal(anew[0].ToArray(), (await Store.Get("case-02", default))!.Wrapped.ToArray());
        Assert.Null(await Store.Get("case-99", default));

        // Everything else about it is as it was: it ends when it would have ended.
        Assert.Equal(Noon.AddDays(25), (await Store.Get("case-00", default))!.DestroyAfter);
        Assert.Contains("case-02", (await Store.DestroyDue(Noon.AddHours(2), default)).Ids);
    }

    /// <summary>Opens the same store, again or a second time.</summary>
    protected abstract ValueTask<IKeyStore> Open();

    protected abstract ValueTask Close(IKeyStore store);

    protected static StoredKey Key(string id, DateTimeOffset destroyAfter) => new(id, KeyKind.Visitor, RandomNumberGenerator.GetBytes(60), destroyAfter, Noon);
}
