using System.Globalization;

namespace RandomChat.Load.Speed;

/// <summary>How often a disk was told to bring everything to where it outlasts a loss of power: the kernel's count, whoever asked for it.</summary>
internal static class DiskFlushes
{
    private const int Field = 18;

    /// <summary>Of the disk with the servers' data, since the machine started; NaN where the kernel does not count it.</summary>
    public static double Count()
    {
        var device = Device(Path.GetTempPath());
        var fields = File.ReadLines("/proc/diskstats").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(fields => $"{fields[0]}:{fields[1]}" == device);
        return fields?.Length > Field ? double.Parse(fields[Field], CultureInfo.InvariantCulture) : double.NaN;
    }

    /// <summary>Its two numbers, by the innermost mount that holds the folder.</summary>
    private static string Device(string folder) => File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '))
        .Where(mount => folder.StartsWith(mount[4].TrimEnd('/') + '/', StringComparison.Ordinal))
        .MaxBy(mount => mount[4].Length)![2];
}
