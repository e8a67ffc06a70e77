using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

public sealed class SqliteKeyStoreTests : KeyStoreContract
{
    private readonly string directory = Directory.CreateTempSubdirectory("keys-").FullName;

    private string FileName => Path.Combine(directory, "keys.db");

    protected override ValueTask<IKeyStore> Open() => ValueTask.FromResult<IKeyStore>(new SqliteKeyStore(FileName));

    protected override ValueTask Close(IKeyStore store) => ((SqliteKeyStore)store).DisposeAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task The_bytes_of_destroyed_keys_are_in_no_file_after_thousands_came_and_went()
    {
        var alive = new Dictionary<string, byte[]>();
        var destroyed = new List<byte[]>();
        var random = new Random(4711);
        for (var round = 0; round < 60; round++)
        {
            var keys = Enumerable.Range(0, 50).Select(_ => Key($"visitor-{Guid.NewGuid():D}", Noon)).ToList();
            await Store.Put(keys, default);
            keys.ForEach(key => alive[key.Id] = key.Wrapped.ToArray());
            if (round % 4 == 3)
            {
                var ids = alive.Keys.Where(_ => random.Next(3) > 0).ToList();
                var destruction = await Store.Destroy(ids, default);
                Assert.True(destruction.Gone);
                Assert.Equal(ids.Count, destruction.Ids.Count);
                foreach (var id in ids)
                {
                    alive.Remove(id, out var wrapped);
                    destroyed.Add(wrapped!);
                }
            }
        }

        Assert.InRange(destroyed.Count, 1_000, 3_000);
        var pieces = Disk.Read(directory).Values
            .SelectMany(bytes => Enumerable.Range(0, Math.Max(0, bytes.Length - 15)).Select(at => Convert.ToHexString(bytes, at, 16)))
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(alive.Values, key => Assert.Contains(Convert.ToHexString(key, 0, 16), pieces));
        Assert.Equal(0, destroyed.Count(key => Enumerable.Range(0, key.Length - 15).Any(at => pieces.Contains(Convert.ToHexString(key, at, 16)))));
    }

    [Fact]
    public async Task While_somebody_reads_an_old_state_the_remains_are_reported_and_the_next_run_clears_them()
    {
        var key = Key("visitor-1", Noon);
        await Store.Put([key], default);
        await using var other = new SqliteConnection($"Data Source={FileName};Mode=ReadOnly;Pooling=False");
        await other.OpenAsync();
        var reading = other.BeginTransaction(deferred: true);
        Assert.Equal(1L, Scalar(other, "SELECT count(*) FROM keys"));

        var destruction = await Store.DestroyDue(Noon, default);
        Assert.Equal(["visitor-1"], destruction.Ids);
        Assert.False(destruction.Gone);
        Assert.Null(await Store.Get("visitor-1", default));
        Assert.NotEmpty(Disk.FilesWith(directory, Disk.FormsOfKey(key.Wrapped.ToArray())));

        await reading.DisposeAsync();
        destruction = await Store.DestroyDue(Noon, default);
        Assert.Empty(destruction.Ids);
        Assert.True(destruction.Gone);
        Assert.Empty(Disk.FilesWith(directory, Disk.FormsOfKey(key.Wrapped.ToArray())));
    }

    [Fact]
    public async Task The_remains_of_a_run_that_died_are_cleared_by_the_first_run_after_it()
    {
        var key = Key("visitor-1", Noon);
        await Store.Put([key], default);

        // A second process that deletes the key and is gone before it empties the log; the file's other user keeps the log alive.
        await using var died = new SqliteConnection($"Data Source={FileName};Pooling=False");
        await died.OpenAsync();
        Scalar(died, "PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0; DELETE FROM keys");
        Assert.NotEmpty(Disk.FilesWith(directory, Disk.FormsOfKey(key.Wrapped.ToArray())));
        Assert.True((await Store.DestroyDue(Noon, default)).Gone);
        Assert.Empty(Disk.FilesWith(directory, Disk.FormsOfKey(key.Wrapped.ToArray())));
    }

    [Fact]
    public async Task A_file_that_is_no_key_store_is_refused_and_left_as_it_is()
    {
        await File.WriteAllTextAsync(FileName, "This is somebody's diary, not a database. " + new string('x', 2_000));
        var before = Disk.Read(directory);
        var error = await Assert.ThrowsAsync<SealingException>(async () => await Store.Get("a", default));
        Assert.Contains(FileName, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SealingException>(async () => await Store.Put([Key("a", Noon)], default));
        Assert.Equal(before, Disk.Read(directory));
    }

    [Fact]
    public async Task Somebody_elses_database_is_refused_and_left_as_it_is()
    {
        await using (var other = new SqliteConnection($"Data Source={FileName};Pooling=False"))
        {
            await other.OpenAsync();
            Scalar(other, "CREATE TABLE keys (mine TEXT)");
        }

        var before = Disk.Read(directory);
        await Assert.ThrowsAsync<SealingException>(async () => await Store.Put([Key("a", Noon)], default));
        Assert.Equal(before, Disk.Read(directory));
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_says_so_and_works_again_when_it_can()
    {
        var folder = Path.Combine(directory, "not-there");
        await File.WriteAllTextAsync(folder, "a file where a folder should be");
        await using var unreachable = new SqliteKeyStore(Path.Combine(folder, "keys.db"));
        var error = await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await unreachable.Put([Key("a", Noon)], default));
        Assert.Equal("key-store", error.Dependency);
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await unreachable.Get("a", default));

        File.Delete(folder);
        await unreachable.Put([Key("a", Noon)], default);
        Assert.NotNull(await unreachable.Get("a", default));
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
