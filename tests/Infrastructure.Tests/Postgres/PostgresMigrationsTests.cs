using Npgsql;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Engines;
using RandomChat.Infrastructure.Migrations;
using RandomChat.Infrastructure.Postgres;

namespace RandomChat.Infrastructure.Tests.Postgres;

public sealed class PostgresMigrationsTests
{
    [Fact]
    public async Task Many_nodes_that_start_at_once_apply_each_script_once()
    {
        var database = await (await PostgresServer.Shared()).NewDatabase();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await using var node = NpgsqlDataSource.Create(database);
            await PostgresMigrations.OfKeys(node).Apply(default);
        })));
        await using var source = NpgsqlDataSource.Create(database);
        await PostgresMigrations.OfKeys(source).Apply(default);
        Assert.Equal("0001-keys.sql", await source.CreateCommand("SELECT string_agg(name, ' ' ORDER BY number) FROM keys.migrations").ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_schema_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await using var source = NpgsqlDataSource.Create(await (await PostgresServer.Shared()).NewDatabase());
        await PostgresMigrations.OfKeys(source).Apply(default);
        await source.CreateCommand("INSERT INTO keys.migrations (number, name) VALUES (9999, '9999-of-tomorrow.sql')").ExecuteNonQueryAsync();
        var error = await Assert.ThrowsAsync<MigrationException>(async () => await PostgresMigrations.OfKeys(source).Apply(default));
        Assert.Contains("newer version (9999)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_without_its_grants_is_told_where_to_find_them()
    {
        var database = await (await PostgresServer.Shared()).NewDatabase();
        var role = $"nobody_{Guid.NewGuid():N}";
        await using (var super = NpgsqlDataSource.Create(database))
        {
#pragma warning disable CA2100
            await super.CreateCommand($"CREATE ROLE {role} LOGIN PASSWORD 'nothing'").ExecuteNonQueryAsync();
#pragma warning restore CA2100
        }

        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Username = role, Password = "nothing" }.ConnectionString);
        var error = await Assert.ThrowsAsync<SealingException>(async () => await PostgresMigrations.OfKeys(source).Apply(default));
        Assert.Contains("runbook", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_named()
    {
        await using var source = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=randomchat;Timeout=2");
        var error = await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await PostgresMigrations.OfKeys(source).Apply(default));
        Assert.Equal("postgres", error.Dependency);
    }
}
