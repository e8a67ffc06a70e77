using System.Diagnostics;

namespace RandomChat.Load.Speed;

/// <summary>What a server and this program take from now on, for a stretch of a run.</summary>
internal sealed class Meter
{
    private readonly Crowd crowd;
    private readonly Subject subject;
    private readonly ServerCounts counts;
    private readonly double flushes = DiskFlushes.Count();
    private readonly double processor;
    private readonly TimeSpan own;
    private readonly long began;

    public Meter(Crowd crowd, Subject subject)
    {
        (this.crowd, this.subject) = (crowd, subject);
        counts = crowd.Driver.During(subject.Counts());
        (processor, own, began) = (subject.ProcessorSeconds(), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
    }

    /// <summary>The stretch is over.</summary>
    public Taken End()
    {
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (server, here) = (subject.ProcessorSeconds() - processor, (Environment.CpuUsage.TotalTime - own).TotalSeconds);
        return new(seconds, server, here, DiskFlushes.Count() - flushes, crowd.Driver.During(subject.Counts()) - counts);
    }
}

/// <param name="Seconds">By the clock.</param>
/// <param name="Server">Seconds of processor time of the server's process.</param>
/// <param name="Here">The same of this program.</param>
/// <param name="Flushes">Of the disk, whoever asked for them.</param>
internal sealed record Taken(double Seconds, double Server, double Here, double Flushes, ServerCounts Counts);
