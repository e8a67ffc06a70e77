using Microsoft.Extensions.DependencyInjection;
using RandomChat.Engines;
using RandomChat.StandIn;
using RandomChat.Web.Hosting;
using RandomChat.Web.Tests.Realtime;
using StackExchange.Redis;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>Which servers may share a Postgres or a Redis: those of one log.</summary>
public sealed class SharedStoreTests : IDisposable
{
    private readonly DirectoryInfo place = Directory.CreateTempSubdirectory("randomchat-shared-");

    public void Dispose() => place.Delete(recursive: true);

    [Theory]
    [InlineData("Postgres")]
    [InlineData("Redis")]
    public async Task A_server_whose_embedded_log_is_another_one_does_not_start_and_says_why(string engine)
    {
        await using var redis = engine == "Redis" ? await RedisServer.Own() : null;
        var settings = Settings(engine, redis?.ConnectionString ?? await (await PostgresServer.Shared()).NewDatabase());
        await using var first = await RunningServer.Start(settings, Folder("first"));

        // Neither log has an event of a visitor yet; later ones have.
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.Start(settings, Folder("second")));

        Assert.StartsWith(
            $"RandomChat cannot start. What ConnectionStrings:{engine} names belongs to another event log, and this server has an embedded one",
            StartFailure.Explain(failure), StringComparison.Ordinal);
        using var browser = first.NewBrowser();
        await browser.Enter();
    }

    [Fact]
    public async Task A_process_that_is_refused_ends_with_one()
    {
        await using var redis = await RedisServer.Own();
        var settings = Settings("Redis", redis.ConnectionString);
        await using var first = await RunningServer.Start(settings, Folder("first"));
        await using var second = new ServerProcess(settings);

        await Assert.ThrowsAnyAsync<Exception>(second.Start);

        Assert.Equal(1, await second.Ended());
        Assert.Contains("RandomChat cannot start. What ConnectionStrings:Redis names belongs to another event log", second.Output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task One_server_keeps_its_Postgres_and_Redis_over_a_restart_an_older_log_a_rebuild_and_an_emptied_Redis()
    {
        await using var redis = await RedisServer.Own();
        var settings = Settings("Redis", redis.ConnectionString);
        settings["ConnectionStrings:Postgres"] = await (await PostgresServer.Shared()).NewDatabase();
        var (data, older) = (Folder("data"), Folder("older"));
        await using (var server = await RunningServer.Start(settings, data))
        {
            await using var pair = await Pair.Meet(server.Address);
        }

        File.Copy(Path.Combine(data, "events.db"), Path.Combine(older, "events.db"));
        await using (var server = await RunningServer.Start(settings, data))
        {
            await using var pair = await Pair.Meet(server.Address);
            await redis.FlushAll();
            using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
            await Wait.Until(async () => await client.GetDatabase().KeyExistsAsync("rc:log"));
            await Refused(settings, "another event log");
        }

        var rebuilt = await ProjectionsCli.Run(data, "rebuild", "--all", $"--ConnectionStrings:Postgres={settings["ConnectionStrings:Postgres"]}");
        Assert.True(rebuilt.Code == 0, rebuilt.Output);
        File.Copy(Path.Combine(older, "events.db"), Path.Combine(data, "events.db"), overwrite: true);
        File.Delete(Path.Combine(data, "index.db"));
        await redis.FlushAll();
        await using (var server = await RunningServer.Start(settings, data))
        {
            await using var pair = await Pair.Meet(server.Address);
        }
    }

    [Fact(Explicit = true)]
    public async Task What_restore_puts_back_is_the_same_log()
    {
        await using var redis = await RedisServer.Own();
        var settings = Settings("Redis", redis.ConnectionString);
        settings.Remove("Sealing:MasterKeyFile");
        var (data, key, backup) = (Folder("data"), Path.Combine(place.FullName, "backup.key"), Path.Combine(place.FullName, "backup"));
        var list = $"--Sealing:TombstoneFile={Path.Combine(data, "tombstones.ndjson")}";
        Assert.Equal(0, (await ProjectionsCli.Run(data, "backup-key", "--out", key)).Code);
        await using (var server = await RunningServer.Start(settings, data))
        {
            await using var pair = await Pair.Meet(server.Address);
            var taken = await ProjectionsCli.Run(data, "backup", "--to", backup, "--key-file", key, list);
            Assert.True(taken.Code == 0, taken.Output);
        }

        // The list lies outside a data directory that is replaced; here the tests' default is inside.
        File.Copy(Path.Combine(data, "tombstones.ndjson"), Path.Combine(place.FullName, "tombstones.ndjson"));
        settings["Sealing:TombstoneFile"] = Path.Combine(place.FullName, "tombstones.ndjson");
        var restored = await ProjectionsCli.Run(
            data, "restore", "--from", backup, "--key-file", key, "--replace", "--master-key-file", Path.Combine(data, "master.key"),
            $"--Sealing:TombstoneFile={settings["Sealing:TombstoneFile"]}");
        Assert.True(restored.Code == 0, restored.Output);

        await using var again = await RunningServer.Start(settings, data);
        await using var later = await Pair.Meet(again.Address);
    }

    [Fact]
    public async Task A_log_that_moved_into_EventStoreDB_takes_its_Postgres_and_Redis_along_and_leaves_nothing_to_the_former_one()
    {
        await using var redis = await RedisServer.Own();
        await using var eventStore = await StandInServer.Start(new() { Data = Path.Combine(place.FullName, "target") });
        var embedded = Settings("Redis", redis.ConnectionString);
        embedded["ConnectionStrings:Postgres"] = await (await PostgresServer.Shared()).NewDatabase();
        var moved = new Dictionary<string, string?>(embedded) { ["ConnectionStrings:EventStoreDb"] = $"esdb://127.0.0.1:{eventStore.Address.Port}?tls=false" };
        var data = Folder("data");
        await (await RunningServer.Start(embedded, data)).DisposeAsync();

        await using (var one = await RunningServer.Start(moved, data))
        await using (var other = await RunningServer.Start(moved, Folder("other")))
        {
            Assert.Null(one.Services.GetService<Infrastructure.Sqlite.SqliteEventStore>());
            await using var pair = await Pair.Meet(one.Address, other.Address);
        }

        await Refused(embedded, "belongs to a log on EventStoreDB", data);
    }

    private async Task Refused(Dictionary<string, string?> settings, string why, string? data = null)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.Start(settings, data ?? Folder("refused")));
        Assert.Contains(why, StartFailure.Explain(failure), StringComparison.Ordinal);
    }

    private string Folder(string name) => place.CreateSubdirectory(name).FullName;

    private Dictionary<string, string?> Settings(string engine, string connection) => new()
    {
        [$"ConnectionStrings:{engine}"] = connection,
        ["Sealing:MasterKeyFile"] = Path.Combine(place.FullName, "master.key"),
        ["Limits:Enabled"] = "false",
    };
}
