using System.Diagnostics;

namespace RandomChat.Load.Speed;

/// <summary>How long the disk takes for a sync, beside the run that it is compared with: 4 KB written and synced, ten times a second.</summary>
internal sealed class FsyncProbe : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    // Where the servers' data is.
    private readonly string file = Path.GetTempFileName();
    private readonly CancellationTokenSource over = new();
    private readonly Times times = new();
    private readonly Thread thread;

    public FsyncProbe()
    {
        thread = new(Probe) { IsBackground = true };
        thread.Start();
    }

    /// <summary>Ends it, and gives the median in milliseconds.</summary>
    public double Median()
    {
        over.Cancel();
        thread.Join();
        return times.Within(0.5);
    }

    public void Dispose()
    {
        Median();
        over.Dispose();
        File.Delete(file);
    }

    private void Probe()
    {
        var block = new byte[4096];
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write);
        for (var at = 0L; !over.Token.WaitHandle.WaitOne(Between); at += block.Length)
        {
            var began = Stopwatch.GetTimestamp();
            RandomAccess.Write(handle, block, at);
            RandomAccess.FlushToDisk(handle);
            times.Add(Stopwatch.GetTimestamp() - began);
        }
    }
}
