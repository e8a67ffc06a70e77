using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>Questions about who was reported. Every one throws <see cref="DependencyUnavailableException"/> while the read models cannot be read.</summary>
public sealed class OffenderQueries(ReadModels models)
{
    /// <summary>A visitor's record; null where nobody reported them.</summary>
    public async Task<Offender?> Find(Guid visitorId, CancellationToken ct)
    {
        await using var db = await models.Open<OffendersDb>(ct);
        return await db.Offenders.SingleOrDefaultAsync(offender => offender.VisitorId == visitorId, ct);
    }

    /// <summary>Those whom the most different people reported first.</summary>
    public async Task<IReadOnlyList<Offender>> Worst(int limit, CancellationToken ct)
    {
        await using var db = await models.Open<OffendersDb>(ct);
        return await db.Offenders
            .OrderByDescending(offender => offender.Reporters).ThenByDescending(offender => offender.Reports).ThenBy(offender => offender.VisitorId)
            .Take(limit)
            .ToListAsync(ct);
    }

    /// <summary>How many visitors were reported by two different people or more.</summary>
    public async Task<int> CountRepeated(CancellationToken ct)
    {
        await using var db = await models.Open<OffendersDb>(ct);
        return await db.Offenders.CountAsync(offender => offender.Reporters > 1, ct);
    }

    /// <summary>The reports on a visitor, newest first.</summary>
    public async Task<IReadOnlyList<ReportOn>> ReportsOn(Guid visitorId, CancellationToken ct)
    {
        await using var db = await models.Open<OffendersDb>(ct);
        return await db.Reports.Where(report => report.VisitorId == visitorId).OrderByDescending(report => report.At).ToListAsync(ct);
    }

    /// <summary>Other visitors who began a session in a browser in which this one did.</summary>
    public async Task<IReadOnlyList<Guid>> LinkedTo(Guid visitorId, CancellationToken ct)
    {
        await using var db = await models.Open<OffendersDb>(ct);
        return await db.Devices
            .Where(other => other.VisitorId != visitorId
                && db.Devices.Any(own => own.VisitorId == visitorId && own.DeviceId == other.DeviceId))
            .Select(other => other.VisitorId)
            .Distinct()
            .OrderBy(id => id)
            .ToListAsync(ct);
    }
}
