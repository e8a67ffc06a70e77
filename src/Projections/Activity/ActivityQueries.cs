using Microsoft.EntityFrameworkCore;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Activity;

/// <summary>Questions about what went on. Every one throws <see cref="Application.Events.DependencyUnavailableException"/> while the read models cannot be read.</summary>
public sealed class ActivityQueries(ReadModels models)
{
    /// <summary>The hours from one moment up to another, oldest first; those in which nothing happened are left out.</summary>
    /// <param name="from">Hours that begin at this moment or later.</param>
    /// <param name="to">Hours that begin before this moment.</param>
    public Task<List<ActivityHour>> Hours(DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var (first, behind) = (from.ToUniversalTime(), to.ToUniversalTime());
        return models.Ask<ActivityDb, List<ActivityHour>>(
            db => db.Hours.Where(hour => hour.Hour >= first && hour.Hour < behind).OrderBy(hour => hour.Hour).ToListAsync(ct), ct);
    }

    /// <summary>The sums over the hours that begin at a moment or later; all zero where nothing happened.</summary>
    public async Task<ActivityTotals> Since(DateTimeOffset from, CancellationToken ct)
    {
        var first = from.ToUniversalTime();
        return await models.Ask<ActivityDb, ActivityTotals?>(
            db => db.Hours.Where(hour => hour.Hour >= first).GroupBy(_ => 1).Select(hours => new ActivityTotals(
                hours.Sum(hour => hour.Sessions),
                hours.Sum(hour => hour.TextMatches + hour.VideoMatches),
                hours.Sum(hour => hour.MatchesEnded),
                hours.Sum(hour => hour.Messages),
                hours.Sum(hour => hour.Reports))).SingleOrDefaultAsync(ct),
            ct) ?? new(0, 0, 0, 0, 0);
    }

    /// <summary>How calls went that ended in the hours from one moment up to another; all zero where there were none.</summary>
    /// <param name="from">Hours that begin at this moment or later.</param>
    /// <param name="to">Hours that begin before this moment.</param>
    public Task<CallTotals> Calls(DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var (first, behind) = (from.ToUniversalTime(), to.ToUniversalTime());
        return models.Ask<ActivityDb, CallTotals>(
            async db =>
            {
                var totals = await db.Hours.Where(hour => hour.Hour >= first && hour.Hour < behind).GroupBy(_ => 1).Select(hours => new CallTotals(
                    hours.Sum(hour => hour.CallsDirect),
                    hours.Sum(hour => hour.CallsRelayed),
                    hours.Sum(hour => hour.CallsFailed),
                    hours.Sum(hour => hour.CallsDropped),
                    hours.Sum(hour => hour.FirstFrames),
                    hours.Sum(hour => hour.FirstFrameMilliseconds),
                    null)).SingleOrDefaultAsync(ct) ?? new(0, 0, 0, 0, 0, 0, null);
                var steps = await db.FirstFrames.Where(frames => frames.Hour >= first && frames.Hour < behind)
                    .GroupBy(frames => frames.UpToMilliseconds)
                    .Select(frames => new { UpTo = frames.Key, Count = frames.Sum(one => one.Count) })
                    .OrderBy(step => step.UpTo).ToListAsync(ct);
                var passed = 0;
                return totals with { MedianFirstFrameUpToMilliseconds = steps.FirstOrDefault(step => (passed += step.Count) * 2 >= totals.FirstFrames)?.UpTo };
            },
            ct);
    }

    /// <summary>Matches that have begun and not ended, as far as the log has been read.</summary>
    public Task<int> ActiveMatches(CancellationToken ct) => models.Ask<ActivityDb, int>(
        db => db.Hours.SumAsync(hour => hour.TextMatches + hour.VideoMatches - hour.MatchesEnded, ct), ct);
}

/// <param name="Matches">Begun in that time; <paramref name="MatchesEnded"/> may have begun before.</param>
public sealed record ActivityTotals(int Sessions, int Matches, int MatchesEnded, long Messages, int Reports);

/// <param name="Direct">Calls, not sides; <paramref name="FirstFrames"/> are sides, up to two a call.</param>
/// <param name="FirstFrameMilliseconds">The sum over <paramref name="FirstFrames"/>.</param>
/// <param name="MedianFirstFrameUpToMilliseconds">Half of the first pictures came within this time, rounded up to a step; null where none came.</param>
public sealed record CallTotals(
    int Direct, int Relayed, int Failed, int Dropped, int FirstFrames, long FirstFrameMilliseconds, int? MedianFirstFrameUpToMilliseconds);
