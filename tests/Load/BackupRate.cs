using System.Diagnostics;
using System.Globalization;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Backup;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Load;

/// <summary>What a backup of the log costs those who append meanwhile, and how far its write-ahead log grows.</summary>
internal static class BackupRate
{
    private const int Writers = 16;
    private const int Seeders = 64;

    public static async Task<int> Run(string[] arguments)
    {
        var events = arguments is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 300_000;
        var folder = Directory.CreateTempSubdirectory("randomchat-backup-").FullName;
        try
        {
            var file = Path.Combine(folder, "events.db");
            await using var store = SqliteEventStore.Open(file, TimeProvider.System);
            await Task.WhenAll(Enumerable.Range(0, Seeders).Select(_ => Append(store, n => n < events / Seeders)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a log of {events:N0} events, {new FileInfo(file).Length / 1e6:N0} MB; {Writers} append all the time"));
            Console.WriteLine($"{string.Empty,14} {"appends/s",10} {"median",9} {"p99",9} {"longest",9}");
            var pause = Task.Delay(TimeSpan.FromSeconds(5));
            await Measure("alone", store, pause);
            var parts = 0;
            var began = Stopwatch.StartNew();
            var copy = Task.Run(() => DatabaseCopy.ToFile(file, Path.Combine(folder, "copy.db"), _ => parts++, CancellationToken.None));
            await Measure("while copied", store, copy);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"copied in {began.Elapsed.TotalSeconds:0.0} s and {parts} parts; the write-ahead log came to {new FileInfo(file + "-wal").Length / 1e6:N0} MB"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Measure(string what, SqliteEventStore store, Task until)
    {
        var began = Stopwatch.StartNew();
        var times = (await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Append(store, _ => !until.IsCompleted)))).SelectMany(some => some).Order().ToArray();
        await until;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,14} {times.Length / began.Elapsed.TotalSeconds,10:N0} {times[times.Length / 2],6:0.0} ms {times[times.Length * 99 / 100],6:0.0} ms {times[^1],6:0.0} ms"));
    }

    private static Task<List<double>> Append(SqliteEventStore store, Func<int, bool> goesOn) => Task.Run(async () =>
    {
        var (stream, data, times) = (StreamName.For("messages", Guid.NewGuid()), new byte[600], new List<double>());
        Array.Fill(data, (byte)'1');
        for (var n = 0; goesOn(n); n++)
        {
            var began = Stopwatch.GetTimestamp();
            if (await store.Append(stream, new(n - 1), [new(Guid.NewGuid(), "load.appended.v1", data, "{}"u8.ToArray())], default) is not AppendResult.Appended)
            {
                throw new InvalidOperationException($"{stream} at {n} was not appended.");
            }

            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return times;
    });
}
