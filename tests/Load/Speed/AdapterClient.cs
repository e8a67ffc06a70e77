using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;

namespace RandomChat.Load.Speed;

/// <summary>The adapter's side of <see cref="EventLogClients"/>; <c>rates.mjs</c> of the tests is the official client's, and does the same.</summary>
internal static class AdapterClient
{
    /// <summary>200 bytes, a JSON string as the official client makes it of its text.</summary>
    private static readonly byte[] Data = [(byte)'"', .. Enumerable.Repeat((byte)'1', 198), (byte)'"'];

    private static readonly byte[] Metadata = [.. "{}"u8];

    public static async Task<int> Run(string connection)
    {
        await using var store = new EventStoreDbEventStore(
            EventStoreDbSettings.Parse(connection), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var clock = Stopwatch.StartNew();
            var events = line.Split(' ') switch
            {
                ["append", var writers, var batch, var seconds] =>
                    await Append(store, Whole(writers), Whole(batch), TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture))),
                ["read" or "subscribe", var count] => await Read(store, Whole(count)),
                _ => throw new InvalidOperationException($"There is no command '{line}'."),
            };
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{{ \"events\": {events}, \"seconds\": {clock.Elapsed.TotalSeconds} }}"));
        }

        return 0;
    }

    private static int Whole(string number) => int.Parse(number, CultureInfo.InvariantCulture);

    private static async Task<long> Append(EventStoreDbEventStore store, int writers, int batch, TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        var written = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(() => Write(store, batch, began, time))));
        return written.Sum();
    }

    /// <summary>One append after the other to a new stream, until the time is over.</summary>
    private static async Task<long> Write(EventStoreDbEventStore store, int batch, long began, TimeSpan time)
    {
        var stream = StreamName.For("messages", Guid.NewGuid());
        var count = 0L;
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            var events = new NewEvent[batch];
            for (var n = 0; n < batch; n++)
            {
                events[n] = new(Guid.NewGuid(), "load.appended.v1", Data, Metadata);
            }

            var result = await store.Append(stream, new(count - 1), events, default);
            if (result is not AppendResult.Appended)
            {
                throw new InvalidOperationException($"{stream} at {count}: {result}");
            }

            count += batch;
        }

        return count;
    }

    /// <summary>There is one way to read all: a subscription, which says when it has caught up.</summary>
    private static async Task<long> Read(EventStoreDbEventStore store, long most)
    {
        var events = 0L;
        await foreach (var item in store.Subscribe(null, default))
        {
            events += item is LogItem.Event ? 1 : 0;
            if (events == most || item is LogItem.CaughtUp)
            {
                break;
            }
        }

        return events;
    }
}
