using Microsoft.EntityFrameworkCore;
using Npgsql;
using RandomChat.Engines;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Engine;

public sealed class PostgresEngineTests : EngineContract
{
    private string? connection;

    private protected override async Task<IReadStore> Open()
    {
        connection ??= await (await PostgresServer.Shared()).NewDatabase();
        return new PostgresReadStore(connection, TimeProvider.System);
    }

    private protected override async Task KillLeader(ProjectionRunner leader)
    {
        await Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'randomchat-runner' AND datname = current_database()");
        await Eventually.Until(() => Task.FromResult(!leader.Leads), "the first noticed that it lost the lead");
    }

    [Fact]
    public async Task Connections_that_break_in_mid_batch_lose_and_double_nothing()
    {
        var seen = 0;
        var tallies = new Tallies(onMatch: _ =>
        {
            if (++seen is 10 or 40)
            {
                Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'randomchat-read' AND datname = current_database()").GetAwaiter().GetResult();
            }
        });
        await Log.Traffic();
        using var runner = Log.Runner(Store, tallies);
        await runner.StartAsync(default);
        var end = Log.Store.End()!.Value.Value;
        await Eventually.Until(
            async () =>
            {
                try
                {
                    return (await Store.ReadCheckpoint(tallies, default))?.Position >= end;
                }
                catch (Application.Events.DependencyUnavailableException)
                {
                    return false;
                }
            },
            "it went on");
        await runner.StopAsync(default);

        Assert.True((await new Verification(Store, Log.Feed).Run(new Tallies(), null, default)).Same);
        Assert.Null((await Store.ReadCheckpoint(tallies, default))!.Error);
    }

    [Fact]
    public async Task Of_former_builds_nothing_is_left()
    {
        await Log.Traffic();
        for (var n = 0; n < 3; n++)
        {
            await new Rebuild(Store, Log.Feed).Run([new Tallies()], null, default);
        }

        Assert.True((await new Verification(Store, Log.Feed).Run(new Tallies(), null, default)).Same);
        Assert.Equal(1L, await Run("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'read_%'"));
    }

    [Fact]
    public async Task A_stopped_server_is_waited_for_and_then_caught_up_with()
    {
        await using var server = await PostgresServer.Own();
        await using var store = new PostgresReadStore(await server.NewDatabase(), TimeProvider.System);
        var tallies = new Tallies();
        using var runner = Log.Runner(store, tallies);
        await runner.StartAsync(default);
        var position = await Log.Session(Person.New());
        await Eventually.Until(async () => (await store.ReadCheckpoint(tallies, default))?.Position >= position.Value, "it follows");

        await server.Stop();
        position = await Log.Session(Person.New());
        await Assert.ThrowsAsync<Application.Events.DependencyUnavailableException>(() => store.ReadCheckpoint(tallies, default));
        var unanswered = await Assert.ThrowsAsync<Application.Events.DependencyUnavailableException>(
            () => new ReadModels(store, [tallies], TimeProvider.System).Ask<TalliesDb, int>(db => db.Matches.CountAsync(), default));
        Assert.Equal("postgres", unanswered.Dependency);
        await server.Start();

        await Eventually.Until(
            async () =>
            {
                try
                {
                    return (await store.ReadCheckpoint(tallies, default))?.Position >= position.Value;
                }
                catch (Application.Events.DependencyUnavailableException)
                {
                    return false;
                }
            },
            "it caught up");
        await runner.StopAsync(default);
        Assert.True((await new Verification(store, Log.Feed).Run(tallies, null, default)).Same);
    }

    private async Task<object?> Run(string sql)
    {
        await using var session = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
        await session.OpenAsync();
        await using var command = new NpgsqlCommand(sql, session);
        return await command.ExecuteScalarAsync();
    }
}
