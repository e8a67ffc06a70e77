using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Engines;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Load;

/// <summary>
/// How long a start of the server takes until it says that it is ready, and whether it takes longer when the log is old: opens log and
/// index and asks for the open matches.
/// </summary>
internal static class StartTime
{
    private const int Repeats = 7;
    private const int LeftOpen = 200;

    public static async Task<int> Run(string[] args)
    {
        var count = args is [var given, ..] ? int.Parse(given, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : 1_000_000;
        await Ready("built", null);
        if (args is [_, var published, ..])
        {
            await Ready("published", Path.GetFullPath(published));
        }

        if (count == 0)
        {
            return 0;
        }

        var folder = Directory.CreateTempSubdirectory("randomchat-start-").FullName;
        try
        {
            var (none, many) = (Path.Combine(folder, "none"), Path.Combine(folder, "many"));
            await Start(none);
            await Start(many);
            Fill(Path.Combine(many, "events.db"), count);

            var filling = Stopwatch.StartNew();
            await Start(many);
            Console.WriteLine($"index filled once in {filling.Elapsed.TotalSeconds:0.0} s");

            // Alternating, so that whatever else the machine does falls on both.
            var (withNone, withMany) = (new List<Opening>(), new List<Opening>());
            for (var i = 0; i < Repeats; i++)
            {
                withNone.Add(await Start(none));
                withMany.Add(await Start(many));
            }

            var (a, b) = (Median(withNone), Median(withMany));
            Console.WriteLine();
            Console.WriteLine($"{"old events",12} {"log",10} {"index",10} {"open matches",13} {"total",10}");
            Print("0", a);
            Print(count.ToString("N0", CultureInfo.InvariantCulture), b);
            Console.WriteLine($"ratio {b.Total / a.Total:0.00} (median of {Repeats}; {b.Matches} matches found open)");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>From the start of the process until <c>/health/ready</c> says so, asked every 10 ms: in an empty folder, and again there.</summary>
    /// <param name="published">The folder; null: the server that was built beside this program.</param>
    private static async Task Ready(string name, string? published)
    {
        var (first, next) = (new List<double>(), new List<double>());
        for (var i = 0; i < Repeats; i++)
        {
            await using var server = new ServerProcess { Version = published };
            foreach (var times in (List<double>[])[first, next])
            {
                var clock = Stopwatch.StartNew();
                await server.Start();
                times.Add(clock.Elapsed.TotalSeconds);
                await server.Terminate();
            }
        }

        foreach (var (what, times) in (ReadOnlySpan<(string, List<double>)>)[("first", first), ("next", next)])
        {
            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-10} {what,-6} start to ready {times[Repeats / 2]:0.00} s (median of {Repeats}, {times[0]:0.00} to {times[^1]:0.00})"));
        }
    }

    private static async Task<Opening> Start(string folder)
    {
        var clock = Stopwatch.StartNew();
        await using var store = SqliteEventStore.Open(Path.Combine(folder, "events.db"), TimeProvider.System);
        var log = clock.Elapsed;
        await using var index = new SqlitePairingIndex(
            store, Path.Combine(folder, "index.db"), TimeSpan.FromDays(1), TimeProvider.System, NullLogger<SqlitePairingIndex>.Instance);
        await index.CatchUp(default);
        var caughtUp = clock.Elapsed;
        var matches = await index.OpenMatches(default);
        return new(log, caughtUp - log, clock.Elapsed - caughtUp, matches.Count);
    }

    private static Opening Median(List<Opening> openings) => openings.OrderBy(o => o.Total).ElementAt(openings.Count / 2);

    private static void Print(string name, Opening o) => Console.WriteLine(
        $"{name,12} {o.Log.TotalMilliseconds,7:0.0} ms {o.Index.TotalMilliseconds,7:0.0} ms {o.Query.TotalMilliseconds,10:0.0} ms {o.Total.TotalMilliseconds,7:0.0} ms");

    /// <summary>Ten events a match: two visitors' sessions every other match, started, eight messages, ended; some blocks. The last matches stay open.</summary>
    private static void Fill(string file, int count)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA synchronous=OFF; PRAGMA cache_size=-262144;");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO events (stream, revision, id, type, at, data, metadata) VALUES ($s, $r, $i, $t, $at, $d, '{}')";
        foreach (var name in (string[])["$s", "$r", "$i", "$t", "$at", "$d"])
        {
            insert.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        var random = new Random(1);
        var from = DateTimeOffset.UtcNow.AddDays(-30);
        var step = TimeSpan.FromDays(30) / count;
        var written = 0;
        void Write(string stream, int revision, string type, Func<string, string> data)
        {
            if (written == count)
            {
                return;
            }

            var at = from + (step * written);
            object[] values =
                [stream, revision, Guid.NewGuid().ToString("D"), type, at.ToUnixTimeMilliseconds(), data(at.ToString("O", CultureInfo.InvariantCulture))];
            for (var i = 0; i < values.Length; i++)
            {
                insert.Parameters[i].Value = values[i];
            }

            insert.ExecuteNonQuery();
            if (++written % 50_000 == 0)
            {
                Execute(connection, "COMMIT; BEGIN;");
                Console.Write(string.Create(CultureInfo.InvariantCulture, $"\rwriting old events: {written:N0} of {count:N0}"));
            }
        }

        Execute(connection, "BEGIN");
        var matches = (count + 9) / 10;
        for (var n = 0; written < count; n++)
        {
            var (match, a, b) = (Guid.NewGuid(), (V: Guid.NewGuid(), D: Guid.NewGuid()), (V: Guid.NewGuid(), D: Guid.NewGuid()));
            Write($"match-{match}", 0, "matches.match.started.v1", at =>
                $$"""{"matchId":"{{match}}","mode":"text","first":{{Ticket(a, at)}},"second":{{Ticket(b, at)}},"sharedInterests":1,"at":"{{at}}"}""");
            for (var m = 0; m < 8; m++)
            {
                Write($"messages-{match}", m, "matches.message.sent.v1", at =>
                    $$"""{"messageId":"{{Guid.NewGuid()}}","matchId":"{{match}}","sequence":{{m + 1}},"from":"{{a.V}}","body":"{{Sealed(random)}}","at":"{{at}}"}""");
            }

            if (n >= matches - LeftOpen)
            {
                continue;
            }

            Write($"match-{match}", 1, "matches.match.ended.v1", at =>
                $$"""{"matchId":"{{match}}","reason":"skipped","endedBy":"{{a.V}}","first":"{{a.V}}","firstDevice":"{{a.D}}","second":"{{b.V}}","secondDevice":"{{b.D}}","messagesFromFirst":4,"messagesFromSecond":4,"durationMilliseconds":60000,"at":"{{at}}"}""");
            if (n % 100 == 0)
            {
                Write($"visitor-{a.V}", 0, "visitors.visitor.blocked.v1", at =>
                    $$"""{"visitorId":"{{a.V}}","deviceId":"{{a.D}}","blockedVisitorId":"{{b.V}}","blockedDeviceId":"{{b.D}}","matchId":"{{match}}","at":"{{at}}"}""");
            }
        }

        Execute(connection, LogWriter.EnterIntoIndex);
        Execute(connection, "COMMIT");
        Console.WriteLine();
    }

    private static string Ticket((Guid V, Guid D) who, string at) =>
        $$"""{"ticketId":"{{Guid.NewGuid()}}","visitorId":"{{who.V}}","deviceId":"{{who.D}}","mode":"text","language":"en","interests":null,"interestCount":0,"acceptAny":false,"frequentSkipper":false,"askedAt":"{{at}}","waitedMilliseconds":1200}""";

    private static string Sealed(Random random)
    {
        var bytes = new byte[random.Next(30, 200)];
        random.NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed record Opening(TimeSpan Log, TimeSpan Index, TimeSpan Query, int Matches)
    {
        public TimeSpan Total => Log + Index + Query;
    }
}
