using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>Who was reported, by whom, and who shares a browser with whom.</summary>
public sealed class OffendersDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<Offender> Offenders => Set<Offender>();

    public DbSet<ReportOn> Reports => Set<ReportOn>();

    public DbSet<DeviceVisitor> Devices => Set<DeviceVisitor>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<Offender>().HasKey(offender => offender.VisitorId);
        model.Entity<Offender>().HasIndex(offender => new { offender.Reporters, offender.Reports, offender.VisitorId }).IsDescending(true, true, false);
        model.Entity<ReportOn>().ToTable("reports").HasKey(report => report.ReportId);
        model.Entity<ReportOn>().HasIndex(report => new { report.VisitorId, report.At }).ForHandlers();
        model.Entity<ReportOn>().HasIndex(report => report.SanctionId).ForHandlers();
        model.Entity<DeviceVisitor>().OnlyAddedTo().HasKey(device => new { device.DeviceId, device.VisitorId });
        model.Entity<DeviceVisitor>().HasIndex(device => device.VisitorId);
    }
}

/// <summary>A visitor who was reported or sanctioned at least once.</summary>
public sealed class Offender
{
    public Guid VisitorId { get; set; }

    public int Reports { get; set; }

    /// <summary>By how many different browsers: whoever comes back as another visitor counts once.</summary>
    public int Reporters { get; set; }

    /// <summary>Reports that were found right, less those of which an appeal said otherwise.</summary>
    public int UpheldReports { get; set; }

    /// <summary>Warnings and bans so far that were not taken back.</summary>
    public int Sanctions { get; set; }

    /// <summary>Of the first report, or of the first sanction where that came before any.</summary>
    public DateTimeOffset FirstReportedAt { get; set; }

    public DateTimeOffset LastReportedAt { get; set; }
}

/// <summary>One report on a visitor.</summary>
public sealed class ReportOn
{
    public Guid ReportId { get; set; }

    public Guid VisitorId { get; set; }

    public Guid ReporterId { get; set; }

    public Guid ReporterDeviceId { get; set; }

    public Guid MatchId { get; set; }

    public ReportReason Reason { get; set; }

    public DateTimeOffset At { get; set; }

    public bool IsDecided { get; set; }

    /// <summary>What was done about it; null where nothing was.</summary>
    public Guid? SanctionId { get; set; }
}

/// <summary>A visitor began a session in this browser.</summary>
public sealed record DeviceVisitor(Guid DeviceId, Guid VisitorId);
