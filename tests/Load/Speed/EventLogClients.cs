using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RandomChat.Engines;
using RandomChat.StandIn;

namespace RandomChat.Load.Speed;

/// <summary>The EventStoreDB adapter and the official Node client by turns on the same server, each a process of its own that stays warm.</summary>
internal sealed class EventLogClients(string connection, int rounds, double seconds, int events) : IAsyncDisposable
{
    private const int NameWidth = 34;
    private readonly LogClient adapter = LogClient.Adapter(connection);
    private readonly LogClient official = LogClient.Official(connection);

    /// <param name="connection">A server; null starts a stand-in of its own, which is no measure of anything but of the program.</param>
    /// <param name="events">How many a read takes.</param>
    public static async Task Run(string? connection, int rounds, double seconds, int events)
    {
        var folder = Directory.CreateTempSubdirectory("randomchat-esdb-").FullName;
        var standIn = connection is null ? await StandInProcess.Begin(Path.Combine(folder, "log")) : null;
        try
        {
            await using var clients = new EventLogClients(connection ?? standIn!.ConnectionString, rounds, seconds, events);
            await clients.Compare();
        }
        finally
        {
            await (standIn?.DisposeAsync() ?? default);
            Directory.Delete(folder, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await adapter.DisposeAsync();
        await official.DisposeAsync();
    }

    private async Task Compare()
    {
        Console.WriteLine($"{"",-NameWidth} {"client",-10} {"events/s",18} {"client µs for one",18} {"else µs for one",16} {"ratio",7}   each run");
        await Append("single appends, 64 writers", writers: 64, batch: 1);
        await Append("100 at once, 64 writers", writers: 64, batch: 100);
        await Append("100 at once, 1 writer", writers: 1, batch: 100);
        await Case("$all from the start, read", $"read {events}", $"read {events}");
        await Case("$all from the start, subscription", $"subscribe {events}", $"subscribe {events}");
    }

    private Task Append(string name, int writers, int batch)
    {
        var command = string.Create(CultureInfo.InvariantCulture, $"append {writers} {batch} {seconds}");
        return Case(name, command, command);
    }

    private async Task Case(string name, string command, string officialCommand)
    {
        // What has not been compiled for good, or has no connection yet, counts for nothing.
        await adapter.Do(command);
        await official.Do(officialCommand);
        var (ours, theirs) = (new List<Done>(), new List<Done>());
        for (var run = 0; run < rounds * 2; run++)
        {
            // A B B A A B …: what the machine does by and by falls on both.
            var isOfficial = run % 4 is 1 or 2;
            var done = isOfficial ? await official.Do(officialCommand) : await adapter.Do(command);
            (isOfficial ? theirs : ours).Add(done);
        }

        Print(name, adapter.Name, ours, Median(ours.Select(done => done.Rate)) / Median(theirs.Select(done => done.Rate)));
        Print("", official.Name, theirs, null);
    }

    private static void Print(string name, string client, List<Done> runs, double? ratio)
    {
        var rates = runs.Select(run => run.Rate).ToArray();
        var median = $"{Text(Median(rates))} ± {Text((rates.Max() - rates.Min()) / 2)}";
        var cost = Median(runs.Select(run => run.Processor / run.Events)) * 1e6;
        var others = Median(runs.Select(run => run.Others / run.Events)) * 1e6;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-NameWidth} {client,-10} {median,18} {cost,18:N1} {others,16:N1} {ratio?.ToString("N2", CultureInfo.InvariantCulture),7}   {string.Join(' ', rates.Select(Text))}"));
    }

    private static string Text(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}

/// <summary>What a client did for one command.</summary>
/// <param name="Events">How many it appended or read.</param>
/// <param name="Seconds">By its own clock.</param>
/// <param name="Processor">Seconds of processor time of its process.</param>
/// <param name="Others">The same of all else on the machine, which is the server where it runs here.</param>
internal sealed record Done(double Events, double Seconds, double Processor, double Others)
{
    public double Rate => Events / Seconds;
}

/// <summary>A process that takes one command a line and answers each with <c>{ "events", "seconds" }</c> on a line.</summary>
internal sealed class LogClient(string name, ProcessStartInfo start) : IAsyncDisposable
{
    private readonly Process process = Process.Start(start)!;

    public string Name => name;

    /// <summary>This program with the verb <c>esdb-client</c>, under the settings of the runtime that the server has.</summary>
    public static LogClient Adapter(string connection)
    {
        var settings = Path.ChangeExtension(BuiltProgram.Path("Web"), ".runtimeconfig.json");
        return new("adapter", Piped(new("dotnet", ["exec", "--runtimeconfig", settings, typeof(LogClient).Assembly.Location, "esdb-client", connection])));
    }

    /// <summary>The version of <c>@eventstore/db-client</c> that the tests hold the stand-in to; it is installed beside its scripts where it is not yet.</summary>
    public static LogClient Official(string connection)
    {
        var folder = Path.Combine(RepositoryFolder.Path, "tests", "Infrastructure.Tests", "EventStoreDb", "node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@eventstore", "db-client")))
        {
            using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--silent"]) { WorkingDirectory = folder })!;
            install.WaitForExit();
        }

        return new("official", Piped(new("node", ["rates.mjs", connection]) { WorkingDirectory = folder }));
    }

    public async Task<Done> Do(string command)
    {
        var (taken, busy) = (Processors.Taken(process.Id), Processors.Busy());
        await process.StandardInput.WriteLineAsync(command);
        var answer = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The {name} client ended at '{command}'.");
        var done = JsonDocument.Parse(answer).RootElement;
        taken = Processors.Taken(process.Id) - taken;
        return new(done.GetProperty("events").GetDouble(), done.GetProperty("seconds").GetDouble(), taken, Processors.Busy() - busy - taken);
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private static ProcessStartInfo Piped(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        return start;
    }
}
