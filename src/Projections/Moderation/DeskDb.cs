using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>What waits for the staff: reports and appeals.</summary>
public sealed class DeskDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<DeskReport> Reports => Set<DeskReport>();

    /// <summary>All cases; what is known of one is of use while something in it is open.</summary>
    public DbSet<DeskCase> Cases => Set<DeskCase>();

    public DbSet<WorstVerdict> Verdicts => Set<WorstVerdict>();

    public DbSet<DeskLook> Looks => Set<DeskLook>();

    public DbSet<DeskAppeal> Appeals => Set<DeskAppeal>();

    public DbSet<DeskBan> Bans => Set<DeskBan>();

    public DbSet<DeskSevereCase> SevereCases => Set<DeskSevereCase>();

    public DbSet<DeskHold> Holds => Set<DeskHold>();

    // A truth alone is no term that SQLite finds in an index; so those of which only some rows are asked for have an
    // index of those rows.
    protected override void Map(ModelBuilder model)
    {
        model.Entity<DeskReport>().ToTable("reports").HasKey(report => report.ReportId);
        model.Entity<DeskReport>().HasIndex(report => report.Position);
        model.Entity<DeskReport>().HasIndex(report => new { report.Status, report.Rank, report.Position });
        model.Entity<DeskReport>().HasIndex(report => new { report.Status, report.Position });
        model.Entity<DeskReport>().HasIndex(report => new { report.Lane, report.Position });
        model.Entity<DeskReport>().HasIndex(report => new { report.DecidedAt, report.SecondsToDecision });
        model.Entity<DeskReport>().HasIndex(report => report.CaseId).ForHandlers();
        model.Entity<DeskReport>().HasIndex(report => report.MatchId).ForHandlers();
        model.Entity<DeskReport>().HasIndex(report => report.ReporterDeviceId).ForHandlers();
        model.Entity<DeskReport>().HasIndex(report => report.SanctionId).ForHandlers();
        model.Entity<DeskReport>().HasIndex(report => report.Position, "ix_reports_latest_to_look_over").HasFilter("is_to_look_over");
        model.Entity<DeskReport>().HasIndex(report => report.CaseId, "ix_reports_cases_to_look_over").HasFilter("is_to_look_over");
        model.Entity<DeskReport>().HasIndex(report => new { report.ReporterDeviceId, report.Status, report.IsFalse }).HasFilter("is_confirmed");
        model.Entity<DeskCase>().ToTable("cases").HasKey(one => one.CaseId);
        model.Entity<DeskCase>().HasIndex(one => new { one.Lane, one.Rank, one.CaseId }).HasFilter("is_open");
        model.Entity<WorstVerdict>().ToTable("verdicts").HasKey(verdict => new { verdict.MatchId, verdict.VisitorId });
        model.Entity<WorstVerdict>().HasIndex(verdict => verdict.VisitorId).ForHandlers();
        model.Entity<DeskBan>().ToTable("bans").HasKey(ban => ban.SanctionId);
        model.Entity<DeskBan>().HasIndex(ban => ban.Position);
        model.Entity<DeskBan>().HasIndex(ban => ban.Position, "ix_bans_reviewed").HasFilter("review_due_at IS NOT NULL");
        model.Entity<DeskBan>().HasIndex(ban => ban.ReviewDueAt);
        model.Entity<DeskBan>().HasIndex(ban => ban.Policy);
        model.Entity<DeskBan>().HasIndex(ban => ban.VisitorId).HasFilter("until IS NULL");
        model.Entity<DeskSevereCase>().ToTable("severe_cases").HasKey(severe => severe.CaseId);
        model.Entity<DeskHold>().ToTable("holds").HasKey(hold => hold.CaseId);
        model.Entity<DeskLook>().ToTable("looks").HasKey(look => look.Position);
        model.Entity<DeskLook>().HasIndex(look => new { look.StaffId, look.At });
        model.Entity<DeskAppeal>().ToTable("appeals").HasKey(appeal => appeal.AppealId);
        model.Entity<DeskAppeal>().HasIndex(appeal => appeal.Position).HasFilter("outcome IS NULL");
        model.Entity<DeskAppeal>().HasIndex(appeal => appeal.DecidedAt);
        model.Entity<DeskAppeal>().HasIndex(appeal => appeal.SanctionId).ForHandlers();
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

    /// <summary>When it was decided first; null while it was not.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>How long that took.</summary>
    public double? SecondsToDecision { get; set; }

    public ReportStatus Status { get; set; }

    /// <summary>While it is open: the place of its case in the order (<see cref="PriorityPolicy.RankOf"/>), in ticks of UTC; the least comes first.</summary>
    public long Rank { get; set; }

    public CaseLane Lane { get; set; }

    /// <summary>Whether people said so: somebody of the staff, or an appeal against what was done automatically.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>Decided without anybody, and nobody has looked since.</summary>
    public bool IsToLookOver { get; set; }

    /// <summary>Dismissed, since it said what was not so.</summary>
    public bool IsFalse { get; set; }

    /// <summary>Handed on to whoever may see severe cases.</summary>
    public bool IsReferred { get; set; }
}

/// <summary>Where a page of open cases ended.</summary>
/// <param name="Rank">Of the last one; others may have the same.</param>
public readonly record struct CaseCursor(long Rank, Guid CaseId)
{
    /// <summary>What <see cref="ToString"/> wrote; null where it is none.</summary>
    public static CaseCursor? Read(string? text) =>
        text?.Split('_') is [var rank, var caseId] && long.TryParse(rank, CultureInfo.InvariantCulture, out var known) && Guid.TryParse(caseId, out var id)
            ? new(known, id)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rank}_{CaseId:D}");
}

/// <summary>What is known of what is open in a case; <see cref="Signs"/> says what it comes to.</summary>
public sealed class DeskCase
{
    public Guid CaseId { get; set; }

    public bool IsOpen { get; set; }

    public Guid VisitorId { get; set; }

    public CaseLane Lane { get; set; }

    /// <summary>As in its reports: the least comes first.</summary>
    public long Rank { get; set; }

    /// <summary>How many reports and flags are open.</summary>
    public int Open { get; set; }

    public string Policy { get; set; } = "";

    public int Reporters { get; set; }

    public double Reliability { get; set; }

    public bool IsFlagged { get; set; }

    /// <summary>Whether something open was handed on to whoever may see severe cases.</summary>
    public bool IsReferred { get; set; }

    /// <summary>Null where the screening had nothing to say.</summary>
    public Severity? WorstSeverity { get; set; }

    public double WorstScore { get; set; }

    public DateTimeOffset OpenSince { get; set; }

    public CaseSigns Signs() => new(
        Policies.Find(Policy)!, Reporters, Reliability, IsFlagged, WorstSeverity is { } severity ? (severity, WorstScore) : null, OpenSince,
        IsReferred);
}

/// <summary>The worst that the screening said of what a visitor wrote in a match.</summary>
public sealed class WorstVerdict
{
    public Guid MatchId { get; set; }

    public Guid VisitorId { get; set; }

    public Severity Severity { get; set; }

    public double Score { get; set; }
}

/// <summary>A ban that was not taken back, without what is sealed; it may be over.</summary>
public sealed class DeskBan
{
    public Guid SanctionId { get; set; }

    /// <summary>Of its event: the order in which bans were issued.</summary>
    public long Position { get; set; }

    public Guid VisitorId { get; set; }

    /// <summary>The code of the policy.</summary>
    public string Policy { get; set; } = string.Empty;

    /// <summary>Null for good.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Who of the staff; null where it was automated.</summary>
    public Guid? By { get; set; }

    public DateTimeOffset IssuedAt { get; set; }

    /// <summary>When one for good was last looked at again and kept; null where it never was.</summary>
    public DateTimeOffset? ReviewedAt { get; set; }

    /// <summary>When it has to be looked at again; null where it ends by itself.</summary>
    public DateTimeOffset? ReviewDueAt { get; set; }
}

/// <summary>A case that few may see, or might.</summary>
public sealed class DeskSevereCase
{
    public Guid CaseId { get; set; }

    /// <summary>Whether it is severe no longer.</summary>
    public bool IsOver { get; set; }
}

/// <summary>The legal hold on a case that was placed last and not lifted, without its reason.</summary>
public sealed class DeskHold
{
    public Guid CaseId { get; set; }

    /// <summary>Null where only its release ends it.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Who of the staff.</summary>
    public Guid By { get; set; }

    public DateTimeOffset HeldAt { get; set; }

    /// <summary>Null while it holds.</summary>
    public DateTimeOffset? ReleasedAt { get; set; }
}

/// <summary>Somebody of the staff opened the evidence of a case.</summary>
/// <param name="Position">Of its event.</param>
public sealed record DeskLook(long Position, Guid StaffId, Guid CaseId, DateTimeOffset At);

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

    public DateTimeOffset? DecidedAt { get; set; }
}
