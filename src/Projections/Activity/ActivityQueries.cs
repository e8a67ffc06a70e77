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

    /// <summary>Matches that have begun and not ended, as far as the log has been read.</summary>
    public Task<int> ActiveMatches(CancellationToken ct) => models.Ask<ActivityDb, int>(
        db => db.Hours.SumAsync(hour => hour.TextMatches + hour.VideoMatches - hour.MatchesEnded, ct), ct);
}

/// <param name="Matches">Begun in that time; <paramref name="MatchesEnded"/> may have begun before.</param>
public sealed record ActivityTotals(int Sessions, int Matches, int MatchesEnded, long Messages, int Reports);
