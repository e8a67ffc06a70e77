using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Visitors;

/// <summary>Questions about what happened to a visitor.</summary>
public sealed class VisitorHistoryQueries(ReadModels models, LogSource log)
{
    /// <summary>
    /// Waits until these answers hold all that is in the log now; false where they do not within <paramref name="patience"/>, as while
    /// the read model is built anew.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The log or the read models cannot be read now.</exception>
    public Task<bool> AreComplete(TimeSpan patience, CancellationToken ct) => models.WaitForEnd<VisitorHistoryDb>(log, patience, ct);

    /// <summary>What touches a visitor, a chat, a case or somebody of the staff after a position, oldest first.</summary>
    /// <param name="after">The position of the last one seen; null: from the beginning.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="filter">What else has to fit; null: all of it.</param>
    /// <exception cref="DependencyUnavailableException">The read models cannot be read now.</exception>
    public Task<List<HistoryEvent>> Of(Guid id, LogPosition? after, int limit, CancellationToken ct, LogFilter? filter = null)
    {
        var from = after?.Value ?? 0;
        return models.Ask<VisitorHistoryDb, List<HistoryEvent>>(
            db => db.Touched
                .Where(touched => touched.VisitorId == id && touched.Position > from)
                .Join(LogQueries.Fitting(db, filter), touched => touched.Position, e => e.Position, (touched, e) => new { touched, e })
                .OrderBy(both => both.touched.Position)
                .Take(limit)
                .Select(both => both.e)
                .ToListAsync(ct),
            ct);
    }

    /// <summary>The first thing that ever touched somebody or something; null where nothing is recorded.</summary>
    /// <exception cref="DependencyUnavailableException">The read models cannot be read now.</exception>
    public async Task<HistoryEvent?> FirstOf(Guid id, CancellationToken ct) => (await Of(id, null, 1, ct)).FirstOrDefault();
}
