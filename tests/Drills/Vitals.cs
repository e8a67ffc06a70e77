using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using RandomChat.Engines;

namespace RandomChat.Drills;

/// <summary>What a server's process holds at one moment.</summary>
/// <param name="At">From the beginning of the drill.</param>
/// <param name="Heap">Bytes that are alive: the heap after a full collection.</param>
/// <param name="Resident">Bytes of memory that the process has.</param>
internal sealed record Vitals(TimeSpan At, int ProcessId, double Heap, double Resident, int Threads, int Handles, long? RedisKeys)
{
    /// <summary>The keyword of the runtime's events that has a full collection done first.</summary>
    private const long CollectFirst = 0x800000;

    public static async Task<Vitals> Take(World world, TimeSpan at)
    {
        var server = world.Measured;
        await Collect(server.Id);
        using var http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(20) };
        var metrics = await http.GetStringAsync("/metrics");
        var process = $"/proc/{server.Id}";
        var status = await File.ReadAllLinesAsync($"{process}/status");
        return new(
            at, server.Id, Metric(metrics, "dotnet_gc_last_collection_heap_size_bytes"), Field("VmRSS:") * 1024, (int)Field("Threads:"),
            Directory.GetFileSystemEntries($"{process}/fd").Length, await world.RedisKeys());

        double Field(string name) => double.Parse(
            status.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The sum of a metric over its labels.</summary>
    public static double Metric(string scrape, string name) => scrape.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{')
        .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));

    /// <summary>A full collection in the other process, so that only what is alive is counted.</summary>
    private static async Task Collect(int process)
    {
        var client = new DiagnosticsClient(process);
        using var session = client.StartEventPipeSession(
            [new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectFirst)], requestRundown: false);
        var read = session.EventStream.CopyToAsync(Stream.Null);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await session.StopAsync(default);
        await read;
    }
}

/// <summary>Whether something grew, by the line of least squares through its samples.</summary>
/// <param name="Rise">How much it rises over the time of the samples.</param>
/// <param name="Noise">Three standard errors of that.</param>
/// <param name="Mean">Of the samples.</param>
internal readonly record struct Trend(double Rise, double Noise, double Mean)
{
    /// <summary>A rise that the scatter of the samples does not explain, and that is more than a twentieth.</summary>
    public bool Grows => Rise > Noise && Rise > Mean / 20;

    public static Trend Of(IReadOnlyList<(TimeSpan At, double Value)> samples)
    {
        var (x, y) = (samples.Average(sample => sample.At.TotalMinutes), samples.Average(sample => sample.Value));
        var spread = samples.Sum(sample => Math.Pow(sample.At.TotalMinutes - x, 2));
        var slope = samples.Sum(sample => (sample.At.TotalMinutes - x) * (sample.Value - y)) / spread;
        var rest = samples.Sum(sample => Math.Pow(sample.Value - y - (slope * (sample.At.TotalMinutes - x)), 2));
        var error = Math.Sqrt(rest / (samples.Count - 2) / spread);
        var minutes = (samples[^1].At - samples[0].At).TotalMinutes;
        return new(slope * minutes, 3 * error * minutes, y);
    }
}
