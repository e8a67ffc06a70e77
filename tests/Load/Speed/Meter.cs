using System.Diagnostics;

namespace RandomChat.Load.Speed;

/// <summary>What a server and this program take from now on, for a stretch of a run.</summary>
internal sealed class Meter
{
    private readonly Crowd crowd;
    private readonly Subject subject;
    private readonly ServerCounts counts;
    private readonly double flushes = DiskFlushes.Count();
    private readonly double server;
    private readonly double here;
    private readonly double busy;
    private readonly long began;

    public Meter(Crowd crowd, Subject subject)
    {
        (this.crowd, this.subject) = (crowd, subject);
        counts = crowd.Driver.During(subject.Counts());
        (server, here, busy, began) = (Processors.Taken(subject.Id), Processors.Taken(Environment.ProcessId), Processors.Busy(), Stopwatch.GetTimestamp());
    }

    /// <summary>The stretch is over.</summary>
    public Taken End()
    {
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (byServer, byThis) = (Processors.Taken(subject.Id) - server, Processors.Taken(Environment.ProcessId) - here);
        var byOthers = Math.Max(0, Processors.Busy() - busy - byServer - byThis);
        return new(seconds, byServer, byThis, byOthers, DiskFlushes.Count() - flushes, crowd.Driver.During(subject.Counts()) - counts);
    }
}

/// <param name="Seconds">By the clock.</param>
/// <param name="Server">Seconds of processor time of the server's process.</param>
/// <param name="Here">The same of this program.</param>
/// <param name="Others">The same of all else that runs on the machine: more than a little, and the figures are not worth much.</param>
/// <param name="Flushes">Of the disk, whoever asked for them.</param>
internal sealed record Taken(double Seconds, double Server, double Here, double Others, double Flushes, ServerCounts Counts);
