using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RandomChat.Application;
using RandomChat.Domain.Accounts;
using RandomChat.Engines;
using RandomChat.Web.Accounts;
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
        await Two_who_remove_each_other_at_once_are_not_both_gone(later, super);
    }

    [Fact]
    public async Task Who_was_an_administrator_before_severe_cases_were_a_right_of_their_own_keeps_them()
    {
        await using (var staff = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            await staff.OpenAsync();
            await using var before = staff.CreateCommand();
            before.CommandText = await System.IO.File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "src", "Web", "Accounts", "Migrations", "0001-members.sqlite.sql")) +
                """
                ;CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
                INSERT INTO migrations (number, name) VALUES (1, '0001-members.sqlite.sql');
                INSERT INTO members (id, user_name, normalized_user_name, security_stamp, two_factor_enabled, lockout_enabled, access_failed_count)
                VALUES ('11111111-1111-4111-8111-111111111111', 'olga', 'OLGA', 'S', 0, 0, 0), ('22222222-2222-4222-8222-222222222222', 'robin', 'ROBIN', 'S', 0, 0, 0);
                INSERT INTO claims (user_id, claim_type, claim_value)
                VALUES ('11111111-1111-4111-8111-111111111111', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role', 'administrator'),
                       ('22222222-2222-4222-8222-222222222222', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role', 'moderator');
                """;
            await before.ExecuteNonQueryAsync();
        }

        await using var server = await RunningServer.Start(null, data);

        Assert.Equal(
            [("morgan", StaffRole.Administrator, true), ("olga", StaffRole.Administrator, true), ("robin", StaffRole.Moderator, false)],
            (await server.Services.GetRequiredService<StaffAccounts>().All()).Select(member => (member.Name, member.Role, member.HandlesSevere)));
    }

    private static async Task Two_who_remove_each_other_at_once_are_not_both_gone(RunningServer server, string super)
    {
        var (accounts, changes, invitations) = (
            server.Services.GetRequiredService<StaffAccounts>(), server.Services.GetRequiredService<StaffChanges>(), server.Services.GetRequiredService<StaffInvitations>());
        var morgan = Assert.Single(await accounts.All()).StaffId;
        async Task<Guid> Join(string name)
        {
            var token = Assert.IsType<Outcome<string>.Done>(await invitations.Invite(StaffRole.Administrator, morgan, default)).Value;
            var joined = await Task.WhenAll(Enumerable.Range(0, 3).Select(one => invitations.Accept(token, $"{name}{one}", Moderator.Password, "A program", default)));
            var staffId = Assert.Single(joined.OfType<Outcome<SignedIn>.Done>()).Value.StaffId;
            Assert.All(joined.OfType<Outcome<SignedIn>.Refused>(), late => Assert.Equal("not-found", late.Refusal.Code));
            Assert.IsType<Outcome<Nothing>.Done>(await changes.Change(staffId, (_, at) => new StaffCommand.GrantSevere(morgan, at), default));
            return staffId;
        }

        async Task<(Guid Gone, Guid Left)> RemoveEachOther(Guid one, Guid other)
        {
            var removed = await Task.WhenAll(
                changes.Change(other, (others, at) => new StaffCommand.Remove(one, others, at), default),
                changes.Change(one, (others, at) => new StaffCommand.Remove(other, others, at), default));
            Assert.Equal("forbidden", Assert.Single(removed.OfType<Outcome<Nothing>.Refused>()).Refusal.Code);
            Assert.Single(removed.OfType<Outcome<Nothing>.Done>());
            return removed[0] is Outcome<Nothing>.Done ? (other, one) : (one, other);
        }

        var (robin, sam) = (await Join("robin"), await Join("sam"));
        await A_right_that_is_withdrawn_is_not_held_though_its_holder_signs_out_meanwhile(changes, accounts, morgan, robin, super);

        // Of three as well: whoever is gone takes nobody along.
        var (gone, left) = await RemoveEachOther(robin, sam);
        Assert.Equal(new[] { morgan, left }.Order(), (await accounts.All()).Select(member => member.StaffId).Order());
        Assert.IsType<Outcome<string>.Refused>(await invitations.Invite(StaffRole.Administrator, gone, default));
        await RemoveEachOther(morgan, left);
        Assert.Single(await accounts.All());
    }

    private static async Task A_right_that_is_withdrawn_is_not_held_though_its_holder_signs_out_meanwhile(
        StaffChanges changes, StaffAccounts accounts, Guid by, Guid staffId, string super)
    {
        Task? signedOut = null;
        bool IsWaiting()
        {
            using var database = new NpgsqlConnection(super);
            database.Open();
            using var waiting = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)", database);
            return (bool)waiting.ExecuteScalar()!;
        }

        // The member has been read when the command is made; signing out then either changes them or waits.
        var withdrawn = await changes.Change(staffId, (others, at) =>
        {
            signedOut = accounts.SignOut(staffId);
            SpinWait.SpinUntil(() => signedOut.IsCompleted || IsWaiting());
            return new StaffCommand.RevokeSevere(by, others, at);
        }, default);

        Assert.IsType<Outcome<Nothing>.Done>(withdrawn);
        await signedOut!;
        Assert.False((await accounts.All()).Single(member => member.StaffId == staffId).HandlesSevere);
        Assert.IsType<Outcome<Nothing>.Done>(await changes.Change(staffId, (_, at) => new StaffCommand.GrantSevere(by, at), default));
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
