using System.Globalization;

namespace RandomChat.Projections.Commands;

/// <summary>How far something has come, in words.</summary>
/// <param name="end">How much there is to do; 0 where that is not known, and then nothing is said of it.</param>
internal sealed class ProgressMeter(long end, TimeProvider time)
{
    private readonly long began = time.GetTimestamp();
    private long reached;

    public long End => end;

    public long Reached => Volatile.Read(ref reached);

    public string Speed
    {
        get
        {
            var rate = Reached / Math.Max(0.001, time.GetElapsedTime(began).TotalSeconds);
            var left = rate > 0 ? $"{TimeSpan.FromSeconds(Math.Max(0, end - Reached) / rate):hh\\:mm\\:ss} left" : "time left not known yet";
            return string.Create(CultureInfo.InvariantCulture, $"{rate:N0}/s{(end > 0 ? $", {left}" : "")}");
        }
    }

    public void Reach(long amount) => Volatile.Write(ref reached, amount);

    public override string ToString() => end > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Reached:N0} of {end:N0} ({Math.Min(1, (double)Reached / end):P0}), {Speed}")
        : string.Create(CultureInfo.InvariantCulture, $"{Reached:N0}, {Speed}");
}
