using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace RandomChat.Engines;

/// <summary>What a server's process holds, seen from outside.</summary>
public static class ServerMemory
{
    /// <summary>The keyword of the runtime's events that has a full collection done first.</summary>
    private const long CollectFirst = 0x800000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The bytes on the heap that are alive: those that are left by a full collection.</summary>
    public static async Task<double> Live(IServerProcess server) => (await Heap(server)).Live;

    /// <summary>A full collection, and what is alive after it; and what the heap has from the operating system, the free parts of it too.</summary>
    public static async Task<(double Live, double Committed)> Heap(IServerProcess server)
    {
        var client = new DiagnosticsClient(server.Id);
        using (var session = client.StartEventPipeSession(
            [new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectFirst)], requestRundown: false))
        {
            var read = session.EventStream.CopyToAsync(Stream.Null);
            await Task.Delay(TimeSpan.FromSeconds(1));
            await session.StopAsync(default);
            await read;
        }

        using var http = new HttpClient { BaseAddress = server.Address, Timeout = Patience };
        var scrape = await http.GetStringAsync("/metrics");
        return (Sum(scrape, "dotnet_gc_last_collection_heap_size_bytes"), Sum(scrape, "dotnet_gc_last_collection_memory_committed_size_bytes"));
    }

    /// <summary>The bytes of memory that the process has, its code and mapped files with it.</summary>
    public static double Resident(IServerProcess server) => Status(server, "VmRSS:") * 1024;

    /// <summary>The bytes of memory that nothing else shares: the heap with what it has free, stacks, and what native code took.</summary>
    public static double Own(IServerProcess server) => Status(server, "RssAnon:") * 1024;

    /// <summary>The bytes of compiled code, which the runtime keeps in memory that it maps twice.</summary>
    public static double Code(IServerProcess server) => Status(server, "RssShmem:") * 1024;

    /// <summary>
    /// Files, sockets and pipes that it has open, but for libraries: the runtime opens one when it is first used, and keeps it.
    /// </summary>
    public static int Handles(IServerProcess server) => Directory.GetFileSystemEntries($"/proc/{server.Id}/fd")
        .Count(handle => new FileInfo(handle).LinkTarget is { } target && !target.EndsWith(".dll", StringComparison.Ordinal));

    /// <summary>A number of what Linux says about the process.</summary>
    public static double Status(IServerProcess server, string field) => double.Parse(
        File.ReadLines($"/proc/{server.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>A metric over all its labels.</summary>
    public static double Sum(string scrape, string name) => scrape.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{')
        .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));
}
