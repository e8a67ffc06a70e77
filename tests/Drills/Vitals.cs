using RandomChat.Engines;

namespace RandomChat.Drills;

/// <summary>What a server's process holds at one moment.</summary>
/// <param name="At">From the beginning of the drill.</param>
/// <param name="Heap">Bytes that are alive: the heap after a full collection.</param>
/// <param name="Committed">Bytes that the heap has from the operating system, alive or free.</param>
/// <param name="Own">Bytes of memory that nothing else shares.</param>
/// <param name="Code">Bytes of compiled code; the runtime compiles what is used often anew for hours.</param>
/// <param name="Resident">Bytes of memory that the process has in all.</param>
/// <param name="Handles">Open ones, without libraries.</param>
internal sealed record Vitals(TimeSpan At, int ProcessId, double Heap, double Committed, double Own, double Code, double Resident, int Threads, int Handles, long? RedisKeys)
{
    public static async Task<Vitals> Take(World world, TimeSpan at)
    {
        var server = world.Measured;
        var heap = await ServerMemory.Heap(server);
        return new(
            at, server.Id, heap.Live, heap.Committed, ServerMemory.Own(server), ServerMemory.Code(server), ServerMemory.Resident(server), (int)ServerMemory.Status(server, "Threads:"), ServerMemory.Handles(server),
            await world.RedisKeys());
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
