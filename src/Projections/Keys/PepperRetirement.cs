using System.Globalization;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Keys;

/// <summary>Whether something that lives is still keyed with a generation of the pepper.</summary>
internal static class PepperRetirement
{
    /// <summary>
    /// Addresses of banned people are remembered for a day, captchas for minutes; and nodes' clocks, and the time that a node
    /// takes to read a new generation, differ by less.
    /// </summary>
    public static readonly TimeSpan ShortLived = TimeSpan.FromDays(2);

    /// <summary>Why the generation before <paramref name="next"/> has to stay; null where it need not.</summary>
    /// <param name="oldestMark">When the oldest ban was given that is in force and follows a browser; null where there is none.</param>
    public static string? Why(PepperGeneration next, DateTimeOffset? oldestMark, DateTimeOffset now) =>
        next.Begins + ShortLived > now
            ? string.Create(CultureInfo.InvariantCulture, $"addresses are remembered as it keyed them until {next.Begins + ShortLived:u}.")
            : oldestMark is { } mark && mark < next.Begins + ShortLived
                ? string.Create(CultureInfo.InvariantCulture, $"a ban of {mark:u} is in force and follows a browser by the mark that it made.")
                : null;
}

/// <summary>The marks of browsers that bans in force follow, as the log has them.</summary>
internal static class LiveMarks
{
    /// <returns>When the oldest of them was made; null where there is none.</returns>
    public static async Task<DateTimeOffset?> Oldest(LogSource log, DateTimeOffset now, Action<long> passed, CancellationToken ct)
    {
        var marks = new Dictionary<Guid, BanEvent.DeviceMarked>();
        await foreach (var recorded in log.LastingUntil(null, ct))
        {
            passed(recorded.Position.Value);
            switch (recorded.Stream.Category == "ban" ? EventCodec.Default.Decode(recorded) : null)
            {
                case BanEvent.DeviceMarked marked when marked.Until is null || marked.Until > now:
                    marks.TryAdd(marked.SanctionId, marked);
                    break;

                case BanEvent.Lifted lifted:
                    marks.Remove(lifted.SanctionId);
                    break;

                case BanEvent.AppealDecided { Outcome: AppealOutcome.Overturned } decided:
                    marks.Remove(decided.SanctionId);
                    break;
            }
        }

        return marks.Count == 0 ? null : marks.Values.Min(mark => mark.At);
    }
}
