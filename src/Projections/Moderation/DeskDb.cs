using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>What waits for the staff: reports and appeals.</summary>
public sealed class DeskDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<DeskReport> Reports => Set<DeskReport>();

    public DbSet<DeskAppeal> Appeals => Set<DeskAppeal>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<DeskReport>().ToTable("reports").HasKey(report => report.ReportId);
        model.Entity<DeskReport>().HasIndex(report => report.Position);
        model.Entity<DeskReport>().HasIndex(report => report.CaseId);
        model.Entity<DeskReport>().HasIndex(report => report.ReporterDeviceId);
        model.Entity<DeskReport>().HasIndex(report => report.SanctionId);
        model.Entity<DeskAppeal>().ToTable("appeals").HasKey(appeal => appeal.AppealId);
        model.Entity<DeskAppeal>().HasIndex(appeal => appeal.Position);
    }
}

/// <summary>How a report stands.</summary>
public enum ReportStatus
{
    Open,
    Upheld,
    Dismissed,
}

/// <summary>Where something to look at came from.</summary>
public enum DeskSource
{
    /// <summary>Somebody reported it.</summary>
    Report,

    /// <summary>A severe verdict of the screening.</summary>
    Screening,

    /// <summary>A browser behaves like a program.</summary>
    Behaviour,
}

/// <summary>One report, or what was flagged without one; without its evidence.</summary>
public sealed class DeskReport
{
    public Guid ReportId { get; set; }

    public DeskSource Source { get; set; }

    /// <summary>Of its event: the order in which reports came.</summary>
    public long Position { get; set; }

    public Guid CaseId { get; set; }

    /// <summary>Empty where it is about no one match.</summary>
    public Guid MatchId { get; set; }

    /// <summary>Empty where nobody reported it, like their browser.</summary>
    public Guid ReporterId { get; set; }

    public Guid ReporterDeviceId { get; set; }

    /// <summary>What was done about it; null where nothing was.</summary>
    public Guid? SanctionId { get; set; }

    /// <summary>The reported one.</summary>
    public Guid VisitorId { get; set; }

    /// <summary>The code of the policy.</summary>
    public string Policy { get; set; } = "";

    /// <summary>Sealed; null where none was written.</summary>
    public string? Comment { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public ReportStatus Status { get; set; }

    /// <summary>Whether people said so: somebody of the staff, or an appeal against what was done automatically.</summary>
    public bool IsConfirmed { get; set; }
}

/// <summary>One appeal, without what is sealed.</summary>
public sealed class DeskAppeal
{
    public Guid AppealId { get; set; }

    /// <summary>Of its event: the order in which appeals came.</summary>
    public long Position { get; set; }

    public Guid SanctionId { get; set; }

    public Guid VisitorId { get; set; }

    public DateTimeOffset FiledAt { get; set; }

    /// <summary>Null while nobody has decided it.</summary>
    public AppealOutcome? Outcome { get; set; }
}
