using System.CommandLine;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Copy;
using RandomChat.Projections.Engine;

namespace RandomChat.Load;

/// <summary>The verb <c>rebuild</c>: makes a log, or takes one that it made before, and measures reads and rebuilds of it.</summary>
internal static class RebuildCommand
{
    private static readonly Argument<string> Events = new("events") { Description = "How many the log has.", DefaultValueFactory = _ => "1,000,000" };
    private static readonly Option<bool> Desk = new("--desk") { Description = "A log of which every tenth event is a report, in place of traffic." };
    private static readonly Option<bool> Growth = new("--growth") { Description = "A hundred thousand events, then ten times as many, and so on up to that number." };
    private static readonly Option<string[]> Only = new("--only") { Description = "Only these projections; 'all' for all at once.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each; the median counts.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Keep = new("--keep") { Description = "A folder in which logs stay for the next time." };
    private static readonly Option<string?> Server = new("--esdb") { Description = "An EventStoreDB that holds nothing, or this log's copy: the log is copied there and read from there too." };

    public static Task<int> Run(string[] args)
    {
        var command = new RootCommand("Measures rebuilds.") { Events, Desk, Growth, Only, Rounds, Keep, Server };
        command.SetAction((given, _) => Measure(given));
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<int> Measure(ParseResult given)
    {
        var folder = Directory.CreateTempSubdirectory("randomchat-rebuild-").FullName;
        try
        {
            var most = Traffic.Count([given.GetValue(Events)!]);
            for (var count = given.GetValue(Growth) ? Math.Min(100_000, most) : most; count <= most; count *= 10)
            {
                var file = await LogOf(given.GetValue(Keep) ?? folder, given.GetValue(Desk), count);
                Mix(file);
                // A live build that has come further than the log does not let another one take its place: each log gets its own.
                var read = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"read-{count}"));
                await WarmUp(folder, read + "-warm-up");
                await Embedded(given, read, file, count);
                if (given.GetValue(Server) is { } server)
                {
                    await FromServer(given, read + "-server", file, server, count);
                }
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Embedded(ParseResult given, string read, string file, int count)
    {
        await using var log = new LogSource(SqliteEventStore.OpenReadOnly(file, TimeProvider.System));
        await using var sqlite = new SqliteReadStore(read);
        var rate = new RebuildRate("embedded log", log, count, given.GetValue(Rounds));
        RebuildRate.Head();
        await rate.Read();
        await rate.Rebuild("SQLite", sqlite, given.GetValue(Only)!);
        if (Environment.GetEnvironmentVariable("POSTGRES_CONNECTION") is { Length: > 0 } connection)
        {
            await using var postgres = new PostgresReadStore(await NewDatabase(connection), TimeProvider.System);
            await rate.Rebuild("PostgreSQL", postgres, given.GetValue(Only)!);
        }
        else
        {
            Console.WriteLine("PostgreSQL: not measured, POSTGRES_CONNECTION names none.");
        }
    }

    private static async Task FromServer(ParseResult given, string read, string file, string server, int count)
    {
        var settings = EventStoreDbSettings.Parse(server);
        await using (var source = SqliteEventStore.OpenReadOnly(file, TimeProvider.System))
        await using (var target = new EventStoreDbCopy(settings, TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance))
        {
            var copy = new LogCopy(source, target, CopyRate.Readable, TimeProvider.System);
            if (await copy.Look(default) is { Moved: null } state)
            {
                // Nobody has a ledger here; whoever rebuilds asks whether the copy is whole.
                await copy.Run(state.After, null, default);
                await copy.Finish(new(), default);
            }
        }

        await using var log = new LogSource(new EventStoreDbEventStore(settings, TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance));
        await using var sqlite = new SqliteReadStore(read);
        var rate = new RebuildRate("EventStoreDB", log, count, given.GetValue(Rounds));
        await rate.Read();
        await rate.Rebuild("SQLite", sqlite, given.GetValue(Only)!);
    }

    /// <summary>The first run also compiles.</summary>
    private static async Task WarmUp(string folder, string read)
    {
        await using var store = new SqliteReadStore(read);
        var file = await LogOf(folder, desk: true, 20_000);
        await using var log = new LogSource(SqliteEventStore.OpenReadOnly(file, TimeProvider.System));
        await new Rebuild(store, new(log, EventCodec.Default, TimeProvider.System)).Run(Projections.ProjectionsSetup.All, null, default);
    }

    /// <summary>The file of a log that may be there from the time before.</summary>
    private static async Task<string> LogOf(string folder, bool desk, int count)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{(desk ? "desk" : "traffic")}-{count}.db"));
        if (File.Exists(file))
        {
            return file;
        }

        var making = file + ".new";
        foreach (var rest in Directory.GetFiles(folder, Path.GetFileName(making) + "*"))
        {
            File.Delete(rest);
        }

        await (desk ? DeskLog.Fill(making, count / DeskLog.EventsACase) : Traffic.Fill(making, count));
        File.Move(making, file);
        return file;
    }

    /// <summary>What a log is made of.</summary>
    private static void Mix(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var query = connection.CreateCommand();
        query.CommandText =
            """
            SELECT type, count(*), avg(octet_length(data)), 100.0 * count(*) / (SELECT count(*) FROM events)
            FROM events GROUP BY type ORDER BY count(*) DESC
            """;
        using var types = query.ExecuteReader();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}, {new FileInfo(file).Length / 1e6:N0} MB"));
        while (types.Read())
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {types.GetString(0),-34} {types.GetInt64(1),10:N0} {types.GetDouble(3),7:0.00} % {types.GetDouble(2),6:0} bytes"));
        }
    }

    /// <summary>An empty database on a server, which stays; the connection string to it.</summary>
    public static async Task<string> NewDatabase(string connection)
    {
        var name = $"rc_load_{Guid.NewGuid():N}";
        await using var server = NpgsqlDataSource.Create(connection);
        await using var create = server.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(connection) { Database = name }.ConnectionString;
    }
}
