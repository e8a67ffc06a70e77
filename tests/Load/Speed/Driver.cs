using System.Diagnostics;

namespace RandomChat.Load.Speed;

/// <summary>All connections of a run, on the one thread that calls it.</summary>
internal sealed class Driver : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    private readonly Epoll epoll = new();
    private readonly List<Line> lines = [];
    private readonly byte[] buffer = new byte[256 * 1024];

    public void Add(Line line)
    {
        line.Enlist(epoll, lines.Count);
        lines.Add(line);
    }

    /// <summary>Takes what has arrived; where nothing has, waits for it, at most so long.</summary>
    public void Turn(TimeSpan most)
    {
        var count = epoll.Wait(most < TimeSpan.Zero ? TimeSpan.Zero : most);
        for (var i = 0; i < count; i++)
        {
            if (lines[epoll[i]] is { IsGone: false } line)
            {
                line.Receive(buffer);
            }
        }
    }

    /// <summary>Goes on for a time.</summary>
    public void For(TimeSpan time)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) is var since && since < time;)
        {
            Turn(time - since);
        }
    }

    /// <summary>Goes on while something else is done, so that nobody is taken for dead meanwhile.</summary>
    public T During<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            Turn(Glance);
        }

        return work.GetAwaiter().GetResult();
    }

    /// <summary>Goes on until something is so, at most for a time.</summary>
    /// <returns>Whether it is.</returns>
    public bool Until(Func<bool> isSo, TimeSpan patience)
    {
        for (var began = Stopwatch.GetTimestamp(); !isSo();)
        {
            var left = patience - Stopwatch.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            Turn(left);
        }

        return true;
    }

    public void Dispose()
    {
        foreach (var line in lines)
        {
            line.Dispose();
        }

        epoll.Dispose();
    }
}
