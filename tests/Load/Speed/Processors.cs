using System.Globalization;

namespace RandomChat.Load.Speed;

/// <summary>Processor time, as the kernel counts it: in hundredths of a second.</summary>
internal static class Processors
{
    private const double TicksASecond = 100;

    /// <summary>Seconds that a process has taken so far, in its own code and in the kernel.</summary>
    public static double Taken(int process)
    {
        // The name, in brackets, may hold spaces; the numbers begin behind it.
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..13].Sum(Seconds);
    }

    /// <summary>Seconds that all processors together were busy so far, those included in which the host gave them to another guest.</summary>
    public static double Busy()
    {
        // user nice system idle iowait irq softirq steal
        var all = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
        return all.Sum(Seconds) - Seconds(all[3]) - Seconds(all[4]);
    }

    private static double Seconds(string ticks) => double.Parse(ticks, CultureInfo.InvariantCulture) / TicksASecond;
}
