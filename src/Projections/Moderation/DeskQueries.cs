using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>What waits for the staff. Every question throws <see cref="DependencyUnavailableException"/> while the read models cannot be read.</summary>
public sealed class DeskQueries(ReadModels models) : IReporterRecords
{
    public async ValueTask<IReadOnlyDictionary<Guid, ReporterRecord>> Find(IReadOnlyCollection<Guid> deviceIds, CancellationToken ct)
    {
        var counts = await models.Ask<DeskDb, List<DecidedReports>>(
            db => db.Reports
                .Where(report => deviceIds.Contains(report.ReporterDeviceId) && report.IsConfirmed)
                .GroupBy(report => new { report.ReporterDeviceId, report.Status })
                .Select(group => new DecidedReports(group.Key.ReporterDeviceId, group.Key.Status, group.Count()))
                .ToListAsync(ct),
            ct);
        return counts.GroupBy(count => count.DeviceId).ToDictionary(
            device => device.Key,
            device => new ReporterRecord(
                device.Where(count => count.Status == ReportStatus.Upheld).Sum(count => count.Count),
                device.Where(count => count.Status == ReportStatus.Dismissed).Sum(count => count.Count)));
    }

    /// <summary>Reports, oldest first.</summary>
    /// <param name="status">Only those that stand so; null: all.</param>
    /// <param name="after">The position of the last one seen; null: from the beginning.</param>
    public Task<List<DeskReport>> Reports(ReportStatus? status, long? after, int limit, CancellationToken ct)
    {
        var from = after ?? 0;
        return models.Ask<DeskDb, List<DeskReport>>(
            db => db.Reports
                .Where(report => report.Position > from && (status == null || report.Status == status))
                .OrderBy(report => report.Position)
                .Take(limit)
                .ToListAsync(ct),
            ct);
    }

    /// <summary>A report, or null where there is none such, or none yet.</summary>
    public Task<DeskReport?> Report(Guid reportId, CancellationToken ct) => models.Ask<DeskDb, DeskReport?>(
        db => db.Reports.SingleOrDefaultAsync(report => report.ReportId == reportId, ct), ct);

    /// <summary>Appeals that nobody has decided, oldest first.</summary>
    public Task<List<DeskAppeal>> OpenAppeals(long? after, int limit, CancellationToken ct)
    {
        var from = after ?? 0;
        return models.Ask<DeskDb, List<DeskAppeal>>(
            db => db.Appeals.Where(appeal => appeal.Position > from && appeal.Outcome == null).OrderBy(appeal => appeal.Position).Take(limit).ToListAsync(ct), ct);
    }

    public Task<DeskAppeal?> Appeal(Guid appealId, CancellationToken ct) => models.Ask<DeskDb, DeskAppeal?>(
        db => db.Appeals.SingleOrDefaultAsync(appeal => appeal.AppealId == appealId, ct), ct);

    private sealed record DecidedReports(Guid DeviceId, ReportStatus Status, int Count);
}
