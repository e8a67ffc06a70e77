using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using RandomChat.Engines;
using RandomChat.Infrastructure.Backup;
using RandomChat.Web.Tests.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Backup;

/// <summary>Backups of a server that people use, and what a server that starts on them gives back and does not.</summary>
public sealed class BackupTests : IDisposable
{
    private const string Password = "a lantern in the orchard";

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Limits:Enabled"] = "false",
        ["Matching:ReconnectGrace"] = "00:01:00",
        ["Ledger:AnchorEvery"] = "00:00:01",
    };

    private readonly string place = Directory.CreateTempSubdirectory("randomchat-backup-").FullName;

    private string KeyFile => Path.Combine(place, "backup.key");

    private string Folder => Path.Combine(place, "backup");

    [Fact(Explicit = true)]
    public async Task A_backup_that_is_made_while_people_talk_is_sound_and_holds_all_that_was_answered_before()
    {
        await using var server = new ServerProcess(Settings);
        await server.Start();
        await Cli(server, "backup-key", "--out", KeyFile);
        Pair[] pairs = [await Pair.Meet(server.Address), await Pair.Meet(server.Address), await Pair.Meet(server.Address)];
        Talk[] talks = [.. pairs.Select(pair => new Talk(pair.Ann, pair.MatchId))];
        using var over = new CancellationTokenSource();
        var talking = Task.WhenAll(talks.Select(talk => talk.GoOn(Task.FromResult, over.Token)));
        var coming = Come(server.Address, over.Token);
        await Task.WhenAll(talks.Select(talk => talk.Answered(50)));

        for (var round = 1; round <= 3; round++)
        {
            var before = talks.Select(talk => talk.AnsweredSoFar()).ToArray();
            var folder = $"{Folder}-{round}";
            await Cli(server, "backup", "--to", folder, "--key-file", KeyFile, "--with-master-key");
            await Task.WhenAll(talks.Select((talk, i) => talk.Answered(before[i].Count + 20)));

            await using var later = new ServerProcess(Settings);
            await Cli(later, "restore", "--from", folder, "--key-file", KeyFile, "--tombstones", server.Tombstones);
            await Cli(later, "audit");
            await Cli(later, "verify");
            await later.Start();
            foreach (var ((talk, pair), answered) in talks.Zip(pairs).Zip(before))
            {
                await using var bob = await HubVisitor.Connect(later.Address, pair.Bob.Token, pair.Bob.Id);
                await talk.AssertKept(bob, answered);
            }
        }

        await over.CancelAsync();
        await Task.WhenAll(talking, coming);
        foreach (var pair in pairs)
        {
            await pair.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true, Explicit = true)]
    public async Task Who_was_erased_after_a_backup_stays_erased_whether_it_is_put_back_by_the_verb_or_by_hand(bool byHand)
    {
        await using var server = new ServerProcess(Settings);
        await server.Start();
        var (token, id) = await HubVisitor.Session(server.Address, "Robin Nightingale");
        var (others, _) = await HubVisitor.Session(server.Address, "Somebody Else");
        using var ann = new HttpClient { BaseAddress = server.Address }.As(token);
        using (var registered = await ann.Post("/api/register", new { username = "ann.lantern", password = Password, email = "ann@example.org" }))
        {
            await registered.Json(HttpStatusCode.Created);
        }

        if (byHand)
        {
            await server.Terminate();
            Copy(server.Data, Folder);
            await server.Start();
        }
        else
        {
            await Cli(server, "backup-key", "--out", KeyFile);
            await Cli(server, "backup", "--to", Folder, "--key-file", KeyFile);
        }

        using (var erased = await ann.DeleteAsync("/api/me"))
        {
            Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        }

        await server.Terminate();
        Assert.DoesNotContain("Robin", await File.ReadAllTextAsync(server.Tombstones), StringComparison.Ordinal);
        if (byHand)
        {
            Directory.Delete(server.Data, recursive: true);
            Copy(Folder, server.Data);
            Assert.Equal(1, await Count(server.Data, "keys.db", $"SELECT count(*) FROM keys WHERE id = 'visitor-{id:D}'"));
        }
        else
        {
            await Cli(server, "restore", "--from", Folder, "--key-file", KeyFile, "--replace");
            Directory.GetDirectories(Path.GetTempPath(), Path.GetFileName(server.Data) + ".before-*").ToList().ForEach(former => Directory.Delete(former, recursive: true));
            Assert.Equal(0, await Count(server.Data, "accounts.db", "SELECT count(*) FROM holders"));
        }

        await server.Start();

        // Neither key nor account were there when it began to serve; the history says so in a moment.
        Assert.Equal(0, await Count(server.Data, "keys.db", $"SELECT count(*) FROM keys WHERE id = 'visitor-{id:D}'"));
        Assert.Equal(0, await Count(server.Data, "accounts.db", "SELECT count(*) FROM holders"));
        using var anybody = new HttpClient { BaseAddress = server.Address };
        using (var refused = await anybody.PostAsJsonAsync("/api/login", new { username = "ann.lantern", password = Password }))
        {
            await refused.Problem(401, "bad-credentials");
        }

        await Wait.Until(async () =>
        {
            using var answer = await ann.GetAsync("/api/me/export");
            return answer.StatusCode == HttpStatusCode.Unauthorized;
        });
        Assert.Equal(1, await Count(server.Data, "events.db", $"SELECT count(*) FROM events WHERE stream = 'visitor-{id:D}' AND type = 'visitors.visitor.erased.v1'"));
        await AssertExports(server, others, "Somebody Else");

        await server.Terminate();
        foreach (var file in Directory.EnumerateFiles(server.Data, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("ann.lantern", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>The runbook's procedure, with its own commands; the log is the embedded one.</summary>
    [Fact(Explicit = true)]
    public async Task Dumps_of_Postgres_put_back_by_hand_fit_the_log_and_bring_back_nobody_who_was_erased()
    {
        var connection = new NpgsqlConnectionStringBuilder(await (await PostgresServer.Shared()).NewDatabase());
        await using var server = new ServerProcess(new Dictionary<string, string?>(Settings) { ["ConnectionStrings:Postgres"] = connection.ConnectionString });
        await server.Start();
        var (token, id) = await HubVisitor.Session(server.Address, "Robin Nightingale");
        var (others, _) = await HubVisitor.Session(server.Address, "Somebody Else");
        using var ann = new HttpClient { BaseAddress = server.Address }.As(token);
        using (var registered = await ann.Post("/api/register", new { username = "ann.lantern", password = Password }))
        {
            await registered.Json(HttpStatusCode.Created);
        }

        var (told, keys, log) = (Path.Combine(place, "told.dump"), Path.Combine(place, "keys.dump"), Path.Combine(place, "events.db"));
        await Postgres(connection, "pg_dump", "-Fc", "-N", "keys", "-N", "read_*_new", "-f", told);
        DatabaseCopy.ToFile(Path.Combine(server.Data, "events.db"), log, _ => { }, default);
        await Postgres(connection, "pg_dump", "-Fc", "-n", "keys", "-f", keys);
        using (var erased = await ann.DeleteAsync("/api/me"))
        {
            Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        }

        await server.Terminate();
        await Empty(connection);
        await Postgres(connection, "pg_restore", "--exit-on-error", "-d", connection.Database!, told);
        await Postgres(connection, "pg_restore", "--exit-on-error", "-d", connection.Database!, keys);
        Directory.GetFiles(server.Data, "events.db*").Concat(Directory.GetFiles(server.Data, "index.db*")).ToList().ForEach(File.Delete);
        File.Copy(log, Path.Combine(server.Data, "events.db"));
        Assert.Equal(1L, await Ask(connection, $"SELECT count(*) FROM keys.places WHERE id = 'visitor-{id:D}'"));

        await server.Start();

        Assert.Equal(0L, await Ask(connection, $"SELECT count(*) FROM keys.places WHERE id = 'visitor-{id:D}'"));
        using var anybody = new HttpClient { BaseAddress = server.Address };
        using (var refused = await anybody.PostAsJsonAsync("/api/login", new { username = "ann.lantern", password = Password }))
        {
            await refused.Problem(401, "bad-credentials");
        }

        await Wait.Until(async () =>
        {
            using var answer = await ann.GetAsync("/api/me/export");
            return answer.StatusCode == HttpStatusCode.Unauthorized;
        });
        await AssertExports(server, others, "Somebody Else");
        await server.Terminate();
        await Cli(server, "audit", "--without-anchors", $"--ConnectionStrings:Postgres={connection.ConnectionString}");
        await Cli(server, "verify", $"--ConnectionStrings:Postgres={connection.ConnectionString}");
    }

    public void Dispose() => Directory.Delete(place, recursive: true);

    /// <summary>People come, join and go, so that keys and accounts are made all the time.</summary>
    private static async Task Come(Uri address, CancellationToken until)
    {
        for (var n = 0; !until.IsCancellationRequested; n++)
        {
            await using var pair = await Pair.Meet(address);
            using var ann = pair.Ann.Rest();
            using var registered = await ann.Post("/api/register", new { username = $"visitor.{n}", password = Password });
            await registered.Json(HttpStatusCode.Created);
            await pair.Ann.Say(pair.MatchId, "hello");
        }
    }

    /// <summary>What a visitor said of themselves can be read, as soon as the read models have come so far.</summary>
    private static async Task AssertExports(ServerProcess server, string token, string name)
    {
        using var visitor = new HttpClient { BaseAddress = server.Address }.As(token);
        await Wait.Until(async () => (await visitor.GetStringAsync("/api/me/export")).Contains(name, StringComparison.Ordinal));
    }

    private static async Task Cli(ServerProcess server, params string[] arguments)
    {
        var (code, output) = await ProjectionsCli.Run(
            server.Data,
            [.. arguments, $"--Sealing:TombstoneFile={server.Tombstones}", $"--Ledger:AnchorFile={Path.Combine(server.Data, "anchors.ndjson")}"]);
        Assert.True(code == 0, $"{arguments[0]} ended with {code}.\n{output}");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>A program of PostgreSQL's own, on this database.</summary>
    private static async Task Postgres(NpgsqlConnectionStringBuilder connection, string program, params string[] arguments)
    {
        var found = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateFiles("/usr/lib/postgresql", program, SearchOption.AllDirectories).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (found is null)
        {
            Assert.Skip($"{program} is not installed on this machine (Debian: postgresql).");
        }

        var start = new ProcessStartInfo(
            found, ["-h", connection.Host!, "-p", $"{connection.Port}", "-U", connection.Username!, .. program == "pg_dump" ? [connection.Database!] : Array.Empty<string>(), .. arguments])
        {
            RedirectStandardError = true,
        };
        start.Environment["PGPASSWORD"] = connection.Password;
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
    }

    private static async Task Empty(NpgsqlConnectionStringBuilder connection)
    {
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Database = "postgres", Pooling = false });
        foreach (var sql in new[] { $"DROP DATABASE {connection.Database} WITH (FORCE)", $"CREATE DATABASE {connection.Database}" })
        {
            await using var command = server.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<object?> Ask(NpgsqlConnectionStringBuilder connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<long> Count(string data, string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(data, file)};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
