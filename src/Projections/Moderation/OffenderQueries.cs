using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>Questions about who was reported. Every one throws <see cref="DependencyUnavailableException"/> while the read models cannot be read.</summary>
public sealed class OffenderQueries(ReadModels models)
{
    /// <summary>A visitor's record; null where nobody reported them.</summary>
    public Task<Offender?> Find(Guid visitorId, CancellationToken ct) => models.Ask<OffendersDb, Offender?>(
        db => db.Offenders.SingleOrDefaultAsync(offender => offender.VisitorId == visitorId, ct), ct);

    /// <summary>Those whom the most different people reported first.</summary>
    public Task<List<Offender>> Worst(int limit, CancellationToken ct) => models.Ask<OffendersDb, List<Offender>>(
        db => db.Offenders
            .OrderByDescending(offender => offender.Reporters).ThenByDescending(offender => offender.Reports).ThenBy(offender => offender.VisitorId)
            .Take(limit)
            .ToListAsync(ct),
        ct);

    /// <summary>How many visitors were reported by two different people or more.</summary>
    public Task<int> CountRepeated(CancellationToken ct) => models.Ask<OffendersDb, int>(
        db => db.Offenders.CountAsync(offender => offender.Reporters > 1, ct), ct);

    /// <summary>The reports on a visitor, newest first.</summary>
    public Task<List<ReportOn>> ReportsOn(Guid visitorId, CancellationToken ct) => models.Ask<OffendersDb, List<ReportOn>>(
        db => db.Reports.Where(report => report.VisitorId == visitorId).OrderByDescending(report => report.At).ToListAsync(ct), ct);

    /// <summary>Other visitors who began a session or signed in in a browser in which this one did.</summary>
    public async Task<List<Guid>> LinkedTo(Guid visitorId, CancellationToken ct)
    {
        var linked = await models.Ask<OffendersDb, List<Guid>>(
            db => db.Devices
                .Where(own => own.VisitorId == visitorId)
                .Join(db.Devices, own => own.DeviceId, other => other.DeviceId, (_, other) => other.VisitorId)
                .Where(other => other != visitorId)
                .Distinct()
                .ToListAsync(ct),
            ct);

        // In order there, PostgreSQL would go through all visitors to have them so.
        return [.. linked.Order()];
    }
}
