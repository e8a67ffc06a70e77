using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RandomChat.Load.Speed;

/// <summary>Times of many events, all of them kept.</summary>
internal sealed class Times
{
    private readonly List<long> ticks = new(1 << 20);
    private bool isSorted;

    /// <param name="time">In ticks of <see cref="Stopwatch"/>.</param>
    public void Add(long time)
    {
        ticks.Add(time);
        isSorted = false;
    }

    public int Count => ticks.Count;

    /// <summary>In milliseconds, the time within which so large a share of the events was over.</summary>
    public double Within(double share)
    {
        if (ticks.Count == 0)
        {
            return double.NaN;
        }

        if (!isSorted)
        {
            CollectionsMarshal.AsSpan(ticks).Sort();
            isSorted = true;
        }

        return ticks[Math.Min(ticks.Count - 1, (int)(ticks.Count * share))] * 1e3 / Stopwatch.Frequency;
    }
}
