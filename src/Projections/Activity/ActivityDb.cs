using Microsoft.EntityFrameworkCore;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Activity;

/// <summary>What went on, by the hour.</summary>
public sealed class ActivityDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<ActivityHour> Hours => Set<ActivityHour>();

    public DbSet<FirstFrames> FirstFrames => Set<FirstFrames>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<ActivityHour>().HasKey(hour => hour.Hour);
        model.Entity<FirstFrames>().HasKey(frames => new { frames.Hour, frames.UpToMilliseconds });
    }
}

/// <summary>One hour, UTC, by when things happened. An hour in which nothing did has no row.</summary>
public sealed class ActivityHour
{
    /// <summary>When the hour begins.</summary>
    public DateTimeOffset Hour { get; set; }

    /// <summary>Visitors who passed the gate.</summary>
    public int Sessions { get; set; }

    public int TextMatches { get; set; }

    public int VideoMatches { get; set; }

    /// <summary>Matches that ended in this hour; what follows is theirs.</summary>
    public int MatchesEnded { get; set; }

    public long Messages { get; set; }

    public long MatchMilliseconds { get; set; }

    /// <summary>Matches that one side left for the next one.</summary>
    public int Skips { get; set; }

    /// <summary>Matches in which somebody was lost and did not come back.</summary>
    public int Disconnects { get; set; }

    /// <summary>Calls of the matches that ended, by how they went for both together; of a call that neither side reported nothing is known.</summary>
    public int CallsDirect { get; set; }

    public int CallsRelayed { get; set; }

    public int CallsFailed { get; set; }

    public int CallsDropped { get; set; }

    /// <summary>Sides who said when the partner's first picture came; <see cref="FirstFrameMilliseconds"/> is the sum, from the match on.</summary>
    public int FirstFrames { get; set; }

    public long FirstFrameMilliseconds { get; set; }

    public int Reports { get; set; }

    public int Blocks { get; set; }

    /// <summary>Waits that ended in a match, two a match; <see cref="WaitMilliseconds"/> is their sum.</summary>
    public int Waits { get; set; }

    public long WaitMilliseconds { get; set; }

    /// <summary>Waits that ended without one.</summary>
    public int WaitsInVain { get; set; }
}

/// <summary>How many first pictures of calls that ended in an hour took about as long.</summary>
public sealed class FirstFrames
{
    /// <summary>When the hour begins.</summary>
    public DateTimeOffset Hour { get; set; }

    /// <summary>The longest time that counts here; those up to the next smaller one count there.</summary>
    public int UpToMilliseconds { get; set; }

    public int Count { get; set; }
}
