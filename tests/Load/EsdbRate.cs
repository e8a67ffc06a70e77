using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.StandIn;

namespace RandomChat.Load;

/// <summary>What the EventStoreDB adapter appends and reads in a second, and the official Node client beside it on the same server.</summary>
internal static class EsdbRate
{
    private const int Writers = 64;

    /// <param name="connectionString">A server; null starts a stand-in of its own.</param>
    public static async Task<int> Run(string? connectionString)
    {
        var folder = Directory.CreateTempSubdirectory("randomchat-esdb-").FullName;
        var standIn = connectionString is null ? await StandInProcess.Begin(Path.Combine(folder, "log")) : null;
        connectionString ??= standIn!.ConnectionString;
        try
        {
            await using var store = new EventStoreDbEventStore(
                EventStoreDbSettings.Parse(connectionString), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);
            await Append(store, each: 200, batch: 1, print: false);
            Console.WriteLine($"{"",-34} {"events/s",10} {"median",9} {"p99",9}");
            await Append(store, each: 300, batch: 1, print: true);
            await Append(store, each: 20, batch: 100, print: true);
            await ReadAll(store);
            return await Node(connectionString);
        }
        finally
        {
            if (standIn is not null)
            {
                await standIn.DisposeAsync();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Append(EventStoreDbEventStore store, int each, int batch, bool print)
    {
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(() => Write(store, each, batch))));
        var seconds = clock.Elapsed.TotalSeconds;
        var sorted = latencies.SelectMany(times => times).Order().ToArray();
        if (print)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{$"adapter, {Writers} writers, {batch} at once",-34} {sorted.Length * batch / seconds,10:N0} {sorted[sorted.Length / 2],6:0.0} ms {sorted[sorted.Length * 99 / 100],6:0.0} ms"));
        }
    }

    private static async Task<double[]> Write(EventStoreDbEventStore store, int count, int batch)
    {
        var stream = StreamName.For("messages", Guid.NewGuid());
        var data = new byte[200];
        Array.Fill(data, (byte)'1');
        var times = new double[count];
        for (var n = 0; n < count; n++)
        {
            var events = Enumerable.Range(0, batch).Select(_ => new NewEvent(Guid.NewGuid(), "load.appended.v1", data, "{}"u8.ToArray())).ToArray();
            var began = Stopwatch.GetTimestamp();
            var result = await store.Append(stream, new((n * batch) - 1), events, default);
            times[n] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (result is not AppendResult.Appended)
            {
                throw new InvalidOperationException($"{stream} at {n}: {result}");
            }
        }

        return times;
    }

    private static async Task ReadAll(EventStoreDbEventStore store)
    {
        var clock = Stopwatch.StartNew();
        var events = 0;
        await foreach (var item in store.Subscribe(null, default))
        {
            if (item is LogItem.CaughtUp)
            {
                break;
            }

            events += item is LogItem.Event ? 1 : 0;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"adapter, all of the log",-34} {events / clock.Elapsed.TotalSeconds,10:N0}"));
    }

    private static async Task<int> Node(string connectionString)
    {
        var folder = Path.Combine(SourceRoot(), "tests", "Infrastructure.Tests", "EventStoreDb", "node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Console.WriteLine($"The official client is not installed: run 'npm ci' in {folder}.");
            return 0;
        }

        using var node = Process.Start(new ProcessStartInfo("node", ["rates.mjs", connectionString]) { WorkingDirectory = folder })!;
        await node.WaitForExitAsync();
        return node.ExitCode;
    }

    private static string SourceRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RandomChat.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("This runs from the sources only.");
        }

        return folder.FullName;
    }
}
