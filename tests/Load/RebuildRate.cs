using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections;
using RandomChat.Projections.Engine;
using RandomChat.StandIn;

namespace RandomChat.Load;

/// <summary>How many events a second projections take in a rebuild. Applied are those that a projection was given, skipped the messages.</summary>
internal static class RebuildRate
{
    public static async Task<int> Run(string[] rest)
    {
        var count = Traffic.Count(rest);
        var folder = Directory.CreateTempSubdirectory("randomchat-rebuild-").FullName;
        try
        {
            var file = Path.Combine(folder, "events.db");
            await Traffic.Fill(file, count);
            await using var log = new LogSource(SqliteEventStore.OpenReadOnly(file, TimeProvider.System));
            var feed = new EventFeed(log, EventCodec.Default, TimeProvider.System);
            Console.WriteLine($"{"into",-10} {"projections",-16} {"events",10} {"applied",10} {"skipped",10} {"seconds",8} {"events/s",10} {"peak MiB",9}");

            // Once unmeasured: the first run also compiles.
            await using var sqlite = new SqliteReadStore(Path.Combine(folder, "read"));
            await new Rebuild(sqlite, feed).Run(ProjectionsSetup.All, null, default);
            await Measure("SQLite", sqlite, feed, count);
            if (Environment.GetEnvironmentVariable("POSTGRES_CONNECTION") is { Length: > 0 } connection)
            {
                await using var postgres = new PostgresReadStore(await NewDatabase(connection), TimeProvider.System);
                await Measure("PostgreSQL", postgres, feed, count);
            }
            else
            {
                Console.WriteLine("PostgreSQL: not measured, POSTGRES_CONNECTION names none.");
            }

            await FromStandIn(folder, sqlite, count);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The same log over gRPC, from the wire-compatible stand-in for EventStoreDB.</summary>
    private static async Task FromStandIn(string folder, SqliteReadStore store, int count)
    {
        var data = Path.Combine(folder, "stand-in");
        Directory.CreateDirectory(data);
        File.Copy(Path.Combine(folder, "events.db"), Path.Combine(data, "events.db"));
        await using var standIn = await StandInProcess.Begin(data);
        await using var log = new LogSource(new EventStoreDbEventStore(
            EventStoreDbSettings.Parse(standIn.ConnectionString), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance));
        Console.WriteLine("from the stand-in for EventStoreDB:");
        await Measure("SQLite", "all", store, new EventFeed(log, EventCodec.Default, TimeProvider.System), ProjectionsSetup.All, count);
    }

    private static async Task Measure(string into, IReadStore store, EventFeed feed, int count)
    {
        await Measure(into, "all", store, feed, ProjectionsSetup.All, count);
        foreach (var projection in ProjectionsSetup.All)
        {
            await Measure(into, projection.Name, store, feed, [projection], count);
        }
    }

    private static async Task Measure(string into, string name, IReadStore store, EventFeed feed, IReadOnlyList<Projection> projections, int count)
    {
        GC.Collect();
        var peak = 0L;
        var clock = Stopwatch.StartNew();
        var built = await new Rebuild(store, feed).Run(projections, _ => peak = Math.Max(peak, GC.GetTotalMemory(false)), default);
        var seconds = clock.Elapsed.TotalSeconds;
        var applied = built[0].Events;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{into,-10} {name,-16} {count,10:N0} {applied,10:N0} {count - applied,10:N0} {seconds,8:0.0} {count / seconds,10:N0} {peak / 1048576,9:N0}"));
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
