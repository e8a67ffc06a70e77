using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>The read models, to be queried. Safe to use from many places at once.</summary>
public sealed class ReadModels
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private readonly IReadStore store;
    private readonly IReadOnlyList<Projection> projections;
    private readonly TimeProvider time;

    internal ReadModels(IReadStore store, IReadOnlyList<Projection> projections, TimeProvider time) =>
        (this.store, this.projections, this.time) = (store, projections, time);

    /// <summary>The live tables of a projection, to read. Dispose it soon: a swap waits for whoever reads, on PostgreSQL.</summary>
    /// <exception cref="DependencyUnavailableException">The store does not answer, or the projection was never built.</exception>
    public async Task<TDb> Open<TDb>(CancellationToken ct)
        where TDb : ReadDb
    {
        var projection = projections.OfType<Projection<TDb>>().Single();
        try
        {
            if (await store.OpenReader(projection, ct) is TDb db)
            {
                db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
                return db;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DependencyUnavailableException(store.Dependency, e);
        }

        throw new DependencyUnavailableException(store.Dependency);
    }

    /// <summary>
    /// Waits until a projection has seen a position, so that somebody finds what they just did; false when it has not
    /// within <paramref name="patience"/>.
    /// </summary>
    public async Task<bool> WaitFor<TDb>(LogPosition position, TimeSpan patience, CancellationToken ct)
        where TDb : ReadDb
    {
        var projection = projections.OfType<Projection<TDb>>().Single();
        for (var since = time.GetTimestamp(); ;)
        {
            if ((await store.ReadCheckpoint(projection, ct))?.Position >= position.Value)
            {
                return true;
            }

            if (time.GetElapsedTime(since) >= patience)
            {
                return false;
            }

            await Task.Delay(LookAgain, time, ct);
        }
    }
}
