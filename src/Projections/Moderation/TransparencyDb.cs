using Microsoft.EntityFrameworkCore;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>What transparency reports count.</summary>
public sealed class TransparencyDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<TransparencyFact> Facts => Set<TransparencyFact>();

    public DbSet<OpenMatter> Matters => Set<OpenMatter>();

    public DbSet<PublishedReport> Published => Set<PublishedReport>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<TransparencyFact>().ToTable("facts").HasKey(fact => new { fact.Position, fact.Number });
        model.Entity<TransparencyFact>().HasIndex(fact => new { fact.At, fact.Measure, fact.Policy });
        model.Entity<TransparencyFact>().HasIndex(fact => new { fact.Measure, fact.At, fact.Seconds });
        model.Entity<OpenMatter>().ToTable("matters").HasKey(matter => matter.Id);
        model.Entity<PublishedReport>().ToTable("published").HasKey(report => report.Position);
    }
}

/// <summary>Something that happened and is counted.</summary>
public sealed class TransparencyFact
{
    public long Position { get; set; }

    /// <summary>Which of its event.</summary>
    public int Number { get; set; }

    public DateTimeOffset At { get; set; }

    public string Measure { get; set; } = string.Empty;

    /// <summary>The code of the policy; empty where it is about none.</summary>
    public string Policy { get; set; } = string.Empty;

    /// <summary>How long it took; null where that is not asked.</summary>
    public double? Seconds { get; set; }
}

/// <summary>A report, flag or appeal, and which fact says how long its first decision took.</summary>
public sealed class OpenMatter
{
    public Guid Id { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>Of that fact; null while it was not decided.</summary>
    public long? DecidedPosition { get; set; }

    public int DecidedNumber { get; set; }
}

/// <summary>A report that is public.</summary>
public sealed class PublishedReport
{
    public long Position { get; set; }

    /// <summary>As its address names it.</summary>
    public string Period { get; set; } = string.Empty;

    public DateTimeOffset At { get; set; }
}
