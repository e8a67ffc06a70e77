using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Copy;
using RandomChat.Projections.Ledger;
using RandomChat.StandIn;

namespace RandomChat.Load;

/// <summary>How many events a second <c>copy-log</c> moves into an EventStoreDB, and how many it compares with the ledger.</summary>
internal static class CopyRate
{
    /// <summary>Longer than the log is old: every message is copied.</summary>
    public static readonly TimeSpan Readable = TimeSpan.FromDays(10_000);

    public static async Task<int> Run(string[] arguments)
    {
        var events = Traffic.Count(arguments);
        var folder = Directory.CreateTempSubdirectory("randomchat-copy-").FullName;
        var standIn = arguments is [_, _] ? null : await StandInProcess.Begin(Path.Combine(folder, "target"));
        try
        {
            var file = Path.Combine(folder, "events.db");
            await Traffic.Fill(file, events);
            await using var source = SqliteEventStore.OpenReadOnly(file, TimeProvider.System);
            await using var ledger = LedgerStore.InFile(Path.Combine(folder, "ledger.db"));
            var anchors = new AnchorFile(Path.Combine(folder, "anchors.ndjson"));
            using var keeper = new LedgerKeeper(
                new(source), ledger, anchors, TimeSpan.FromHours(1), Readable, TimeProvider.System, NullLogger<LedgerKeeper>.Instance);
            await keeper.CatchUp(default);
            await using var target = new EventStoreDbCopy(
                EventStoreDbSettings.Parse(standIn?.ConnectionString ?? arguments[1]), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);
            var copy = new LogCopy(source, target, Readable, TimeProvider.System);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a log of {events:N0} events, {new FileInfo(file).Length / 1e6:N0} MB"));

            var clock = Stopwatch.StartNew();
            var (copied, _) = await copy.Run((await copy.Look(default)).After, null, default);
            Say("copied", copied, clock);
            clock.Restart();
            var found = await copy.Verify(ledger, anchors.Read(), null, default);
            Say("compared with the ledger", found.Events, clock);
            return found.IsSound ? 0 : 1;
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

    private static void Say(string what, long events, Stopwatch clock) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what,-26} {events,10:N0} in {clock.Elapsed.TotalSeconds,6:0.0} s, {events / clock.Elapsed.TotalSeconds,8:N0}/s"));
}
