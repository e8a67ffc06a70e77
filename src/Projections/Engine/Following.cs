using System.Threading.Channels;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>
/// Lets several builds follow one feed: the log is read and decoded once, each build writes at its own pace. A build that
/// falls behind makes the feed wait, so that memory is bounded by a few batches.
/// </summary>
internal static class Following
{
    private const int BatchesAhead = 4;

    /// <summary>
    /// Feeds all builds from the least of their checkpoints to the feed's end. A projection that fails stops alone, with
    /// its error on its checkpoint; when all have, this ends.
    /// </summary>
    /// <param name="failed">Told of each that stopped.</param>
    /// <param name="passed">Told after each batch how far the feed has come.</param>
    /// <param name="applied">Told after each batch that a build has written.</param>
    /// <exception cref="BuildReplacedException">A build is not the live one any more; the others are left at their checkpoints.</exception>
    public static async Task Run(
        EventFeed feed, IReadOnlyList<ReadBuild> builds, FeedEnd end, Action<ReadBuild, ProjectionFailedException> failed,
        Action<LogPosition>? passed, CancellationToken ct, Action<ReadBuild, EventBatch>? applied = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var lanes = builds.Select(build => new Lane(build, failed, applied)).ToList();
        var writing = lanes.ConvertAll(lane => Task.Run(() => lane.Write(stop.Token), CancellationToken.None));
        var reading = Task.Run(() => Read(feed, lanes, end, passed, stop.Token), CancellationToken.None);
        var all = writing.Append(reading).ToList();
        try
        {
            // Whichever breaks first breaks all: the others would wait for it for ever.
            var going = all.ToList();
            while (going.Count > 0)
            {
                var ended = await Task.WhenAny(going);
                going.Remove(ended);
                await ended;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task Read(EventFeed feed, List<Lane> lanes, FeedEnd end, Action<LogPosition>? passed, CancellationToken ct)
    {
        var after = lanes.Min(lane => lane.Build.Checkpoint.Position) is var least and > 0 ? new LogPosition(least) : (LogPosition?)null;
        await foreach (var batch in feed.Batches(after, end, ct))
        {
            var taken = false;
            foreach (var lane in lanes)
            {
                taken |= await lane.Offer(batch, ct);
            }

            if (!taken)
            {
                return;
            }

            passed?.Invoke(batch.Position);
        }

        lanes.ForEach(lane => lane.End());
    }

    private sealed class Lane(ReadBuild build, Action<ReadBuild, ProjectionFailedException> failed, Action<ReadBuild, EventBatch>? applied)
    {
        private readonly Channel<EventBatch> batches = Channel.CreateBounded<EventBatch>(BatchesAhead);

        public ReadBuild Build => build;

        /// <summary>False where this projection has stopped.</summary>
        public async Task<bool> Offer(EventBatch batch, CancellationToken ct)
        {
            while (await batches.Writer.WaitToWriteAsync(ct))
            {
                if (batches.Writer.TryWrite(batch))
                {
                    return true;
                }
            }

            return false;
        }

        public void End() => batches.Writer.TryComplete();

        public async Task Write(CancellationToken ct)
        {
            try
            {
                await foreach (var batch in batches.Reader.ReadAllAsync(ct))
                {
                    await build.Apply(batch, ct);
                    applied?.Invoke(build, batch);
                }
            }
            catch (ProjectionFailedException e)
            {
                End();
                await build.RecordError(e.InnerException!.Message, e.Position, ct);
                failed(build, e);
            }
        }
    }
}
