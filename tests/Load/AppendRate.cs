using System.Diagnostics;
using System.Globalization;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Load;

/// <summary>How many appends a second the embedded log acknowledges, alone and when many come at once.</summary>
internal static class AppendRate
{
    public static async Task<int> Run()
    {
        var folder = Directory.CreateTempSubdirectory("randomchat-appends-").FullName;
        try
        {
            await using var store = SqliteEventStore.Open(Path.Combine(folder, "events.db"), TimeProvider.System);
            await Measure(store, writers: 8, each: 50, print: false);
            Console.WriteLine($"{"writers",8} {"appends/s",10} {"median",9} {"p99",9} {"appends/commit",15}");
            await Measure(store, writers: 1, each: 500, print: true);
            await Measure(store, writers: 64, each: 200, print: true);
            await Measure(store, writers: 1_000, each: 50, print: true);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Measure(SqliteEventStore store, int writers, int each, bool print)
    {
        var groups = store.CommittedGroups;
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(() => Write(store, each))));
        var seconds = clock.Elapsed.TotalSeconds;
        var sorted = latencies.SelectMany(times => times).Order().ToArray();
        if (print)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{writers,8} {sorted.Length / seconds,10:N0} {sorted[sorted.Length / 2],6:0.0} ms {sorted[sorted.Length * 99 / 100],6:0.0} ms {sorted.Length / (double)(store.CommittedGroups - groups),15:0.0}"));
        }
    }

    private static async Task<double[]> Write(SqliteEventStore store, int count)
    {
        var stream = StreamName.For("messages", Guid.NewGuid());
        var data = new byte[300];
        Array.Fill(data, (byte)'1');
        var times = new double[count];
        for (var n = 0; n < count; n++)
        {
            var began = Stopwatch.GetTimestamp();
            var result = await store.Append(stream, new(n - 1), [new(Guid.NewGuid(), "load.appended.v1", data, "{}"u8.ToArray())], default);
            times[n] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (result is not AppendResult.Appended)
            {
                throw new InvalidOperationException($"{stream} at {n}: {result}");
            }
        }

        return times;
    }
}
