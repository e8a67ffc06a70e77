using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Visitors;

/// <summary>Questions about what happened to a visitor.</summary>
public sealed class VisitorHistoryQueries(ReadModels models)
{
    /// <summary>What touches a visitor after a position, oldest first.</summary>
    /// <param name="after">The position of the last one seen; null: from the beginning.</param>
    /// <param name="limit">At most so many.</param>
    /// <exception cref="DependencyUnavailableException">The read models cannot be read now.</exception>
    public Task<List<HistoryEvent>> Of(Guid visitorId, LogPosition? after, int limit, CancellationToken ct)
    {
        var from = after?.Value ?? 0;
        return models.Ask<VisitorHistoryDb, List<HistoryEvent>>(
            db => db.Touched
                .Where(touched => touched.VisitorId == visitorId && touched.Position > from)
                .OrderBy(touched => touched.Position)
                .Take(limit)
                .Join(db.Events, touched => touched.Position, e => e.Position, (_, e) => e)
                .OrderBy(e => e.Position)
                .ToListAsync(ct),
            ct);
    }

    /// <summary>What was done about who is on the staff, the latest first.</summary>
    /// <param name="before">Only events of before this position; null: all.</param>
    /// <param name="limit">At most so many.</param>
    /// <exception cref="DependencyUnavailableException">The read models cannot be read now.</exception>
    public Task<List<HistoryEvent>> OfStaff(LogPosition? before, int limit, CancellationToken ct)
    {
        var until = before?.Value ?? long.MaxValue;
        return models.Ask<VisitorHistoryDb, List<HistoryEvent>>(
            db => db.StaffActs
                .Where(act => act.Position < until)
                .OrderByDescending(act => act.Position)
                .Take(limit)
                .Join(db.Events, act => act.Position, e => e.Position, (_, e) => e)
                .OrderByDescending(e => e.Position)
                .ToListAsync(ct),
            ct);
    }
}
