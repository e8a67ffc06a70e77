using Microsoft.Data.Sqlite;
using Npgsql;
using RandomChat.Engines;
using RandomChat.Web.Hosting;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>The tables of the staff's accounts are made, kept and refused as other tables are that have migrations.</summary>
public sealed class StaffTablesTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("randomchat-test-").FullName;

    private string File => Path.Combine(data, "staff.db");

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task The_role_of_the_runbook_makes_them_and_needs_no_right_to_make_schemas_where_they_are()
    {
        await using var postgres = await PostgresServer.Own();
        var super = await postgres.NewDatabase();
        var settings = new Dictionary<string, string?> { ["ConnectionStrings:Postgres"] = await RunbookSql.SetUp(super) };
        await using (var first = await RunningServer.Start(settings, data))
        {
            using var staff = await Moderator.SignIn(first.Address);
        }

        NpgsqlConnection.ClearAllPools();
        await Run(super, "REVOKE CREATE ON DATABASE randomchat FROM randomchat");
        await using var later = await RunningServer.Start(settings, data);
        using var again = await Moderator.SignIn(later.Address);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tables_of_a_newer_version_are_left_as_they_are_and_the_server_says_why_it_does_not_start(bool postgres)
    {
        var settings = new Dictionary<string, string?>();
        if (postgres)
        {
            settings["ConnectionStrings:Postgres"] = await (await PostgresServer.Shared()).NewDatabase();
        }

        await (await RunningServer.Start(settings, data)).DisposeAsync();
        const string Newer = "migrations (number, name) VALUES (9999, '9999-of-tomorrow.sql')";
        if (postgres)
        {
            await Run(settings["ConnectionStrings:Postgres"]!, "INSERT INTO staff." + Newer);
        }
        else
        {
            await using var staff = new SqliteConnection($"Data Source={File};Pooling=False");
            await staff.OpenAsync();
            await using var insert = staff.CreateCommand();
            insert.CommandText = "INSERT INTO " + Newer;
            await insert.ExecuteNonQueryAsync();
        }

        Assert.Matches($@"^RandomChat cannot start. The {(postgres ? "schema staff in Postgres" : "file .*staff.db")} is of a newer version \(9999\)", await WhyNot(settings));
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_left_as_it_is()
    {
        await System.IO.File.WriteAllTextAsync(File, "This is no database, however long it is. It is not.");

        Assert.Matches("^RandomChat cannot start. The file .*staff.db is damaged", await WhyNot([]));
        Assert.StartsWith("This is no database", await System.IO.File.ReadAllTextAsync(File), StringComparison.Ordinal);
    }

    private async Task<string?> WhyNot(Dictionary<string, string?> settings) =>
        StartFailure.Explain(await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.Start(settings, data)));

    private static async Task Run(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
#pragma warning disable CA2100
        await source.CreateCommand(sql).ExecuteNonQueryAsync();
#pragma warning restore CA2100
    }
}
