using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>Builds projections anew from the whole log, beside the live ones, which go on serving, and then swaps.</summary>
internal sealed class Rebuild(IReadStore store, EventFeed feed)
{
    /// <summary>All at once: the log is read and decoded once for them.</summary>
    /// <param name="passed">Told after each batch how far the log has been read.</param>
    /// <exception cref="ProjectionFailedException">One cannot take an event; nothing was swapped.</exception>
    /// <exception cref="BuildInProgressException">Somebody else rebuilds one of them.</exception>
    public async Task<IReadOnlyList<Checkpoint>> Run(IReadOnlyList<Projection> projections, Action<LogPosition>? passed, CancellationToken ct)
    {
        var builds = new List<ReadBuild>();
        try
        {
            var log = await LogIdentity.Of(feed.Log.Store, ct);
            foreach (var projection in projections)
            {
                builds.Add(await store.BeginBuild(projection, BuildPurpose.Rebuild, ct));
                await builds[^1].BelongTo(log, ct);
            }

            await Fill(feed, builds, FeedEnd.WhenCaughtUp, passed, ct);
            await Task.WhenAll(builds.Select(build => Task.Run(() => build.Complete(ct), ct)));
            foreach (var build in builds)
            {
                var evenBack = false;
                while (!await store.TrySwap(build, evenBack, ct))
                {
                    // The live one may have come further while the last pages were read. Where the log holds no more than was
                    // read, the live one is of another log, and an older copy was put in its place.
                    var read = build.Checkpoint.Position;
                    await Fill(feed, [build], FeedEnd.WhenCaughtUp, null, ct);
                    evenBack = build.Checkpoint.Position == read;
                }
            }

            return builds.ConvertAll(build => build.Checkpoint);
        }
        finally
        {
            foreach (var build in builds)
            {
                await build.DisposeAsync();
            }
        }
    }

    /// <summary>Feeds builds to an end; the first that fails ends it all.</summary>
    public static async Task Fill(
        EventFeed feed, IReadOnlyList<ReadBuild> builds, FeedEnd end, Action<LogPosition>? passed, CancellationToken ct)
    {
        ProjectionFailedException? failure = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        void Failed(ReadBuild build, ProjectionFailedException e)
        {
            failure ??= e;
            stop.Cancel();
        }

        try
        {
            await Following.Run(feed, builds, end, Failed, passed, stop.Token);
        }
        catch (OperationCanceledException) when (failure is not null)
        {
        }

        if (failure is not null)
        {
            throw failure;
        }
    }
}
