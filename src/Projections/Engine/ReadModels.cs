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

    /// <summary>Asks the live tables of a projection. Soon done: on PostgreSQL the removal of a former build waits for whoever reads it.</summary>
    /// <exception cref="DependencyUnavailableException">The store does not answer, or the projection was never built.</exception>
    public Task<T> Ask<TDb, T>(Func<TDb, Task<T>> question, CancellationToken ct)
        where TDb : ReadDb
    {
        var projection = projections.OfType<Projection<TDb>>().Single();
        return Outages.Named(store.Dependency, async () =>
        {
            await using var db = await store.OpenReader(projection, ct) as TDb ?? throw new DependencyUnavailableException(store.Dependency);
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            return await question(db);
        });
    }

    /// <summary>
    /// Waits until a projection has seen a position, so that somebody finds what they just did; false when it has not
    /// within <paramref name="patience"/>.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The store does not answer.</exception>
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

    /// <summary>
    /// Waits until a projection of the version that this program writes has seen all that is in the log now, but for the streams that
    /// expire; false when it has not within <paramref name="patience"/>.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The log or the store does not answer.</exception>
    public async Task<bool> WaitForEnd<TDb>(LogSource log, TimeSpan patience, CancellationToken ct)
        where TDb : ReadDb
    {
        // From the furthest of them on the log is short, also where this one is far behind.
        var projection = projections.OfType<Projection<TDb>>().Single();
        var end = new LogPosition(0);
        foreach (var one in projections)
        {
            end = await store.ReadCheckpoint(one, ct) is { After: { } seen } && seen > end ? seen : end;
        }

        await foreach (var item in log.Lasting(end.Value == 0 ? null : end, ct))
        {
            if (item is LogItem.CaughtUp)
            {
                break;
            }

            end = item is LogItem.Event { Recorded.Position: var position } ? position : end;
        }

        return (await store.ReadCheckpoint(projection, ct))?.Version == projection.Version && await WaitFor<TDb>(end, patience, ct);
    }
}
