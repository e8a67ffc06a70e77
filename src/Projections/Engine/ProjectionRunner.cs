using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Diagnostics;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>
/// Keeps read models up with the log. Of all nodes one does it at a time; another takes over when it is gone. Whatever
/// fails here is logged and tried again: chat never waits for a read model.
/// </summary>
internal sealed class ProjectionRunner(
    IReadStore store, EventFeed feed, IReadOnlyList<Projection> projections, ProjectionMeter meter, TimeProvider time, ILogger<ProjectionRunner> log)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>Builds that stopped by an error: not tried again by this process, unless another build is made live.</summary>
    private readonly HashSet<Guid> stopped = [];

    /// <summary>Versions that could not be built: not tried again by this process.</summary>
    private readonly HashSet<Projection> unbuildable = [];

    /// <summary>Whether this node is the one that follows the log now.</summary>
    public bool Leads { get; private set; }

    /// <summary>Whether this node should follow the log and could not, the last time it tried.</summary>
    public bool IsStuck { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The server starts serving without waiting for the read side.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var lead = await store.TryLead(stoppingToken);
                if (lead is not null)
                {
                    await RunAlone(lead, stoppingToken);
                }

                NoteWorks();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                foreach (var projection in projections)
                {
                    meter.Waits(projection.Name);
                }

                if (!IsStuck)
                {
                    IsStuck = true;
                    LogMessages.ReadSideWaits(log, e);
                }
            }
            finally
            {
                Leads = false;
            }

            await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAlone(Lead lead, CancellationToken stopping)
    {
        using var right = CancellationTokenSource.CreateLinkedTokenSource(stopping, lead.Lost);
        Leads = true;
        try
        {
            while (!right.IsCancellationRequested)
            {
                await FollowUntilChanged(right.Token);
            }
        }
        catch (OperationCanceledException) when (lead.Lost.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            meter.Clear();
            LogMessages.LeadLost(log);
        }
    }

    /// <summary>Follows the live builds until one of them is replaced, by this process or another.</summary>
    private async Task FollowUntilChanged(CancellationToken ct)
    {
        var builds = new List<ReadBuild>();
        using var change = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            var outdated = new List<ReadBuild>();
            foreach (var projection in projections)
            {
                var build = await Open(projection, ct);
                builds.Add(build);
                if (!build.IsCurrent)
                {
                    outdated.Add(build);
                }

                if (build.IsCurrent && !stopped.Contains(build.Checkpoint.Build))
                {
                    meter.Applied(projection.Name, 0, upTo: null);
                }
                else
                {
                    meter.Waits(projection.Name);
                }
            }

            NoteWorks();
            List<Task> tasks = [WatchForReplacement(builds, change.Token)];
            if (builds.Where(build => build.IsCurrent && !stopped.Contains(build.Checkpoint.Build)).ToList() is { Count: > 0 } current)
            {
                tasks.Add(Follow(current, change.Token));
            }

            if (outdated.FindAll(build => !unbuildable.Contains(build.Projection)) is { Count: > 0 } old)
            {
                tasks.Add(BuildAnew(old, change.Token));
            }

            var first = await Task.WhenAny(tasks);
            await change.CancelAsync();
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
            ct.ThrowIfCancellationRequested();
        }
        catch (BuildReplacedException)
        {
            // Somebody rebuilt it: the new one is followed from its own checkpoint.
        }
        finally
        {
            foreach (var build in builds)
            {
                await build.DisposeAsync();
            }
        }
    }

    private void NoteWorks()
    {
        if (IsStuck)
        {
            IsStuck = false;
            LogMessages.ReadSideWorksAgain(log);
        }
    }

    private async Task<ReadBuild> Open(Projection projection, CancellationToken ct)
    {
        var identity = await LogIdentity.Of(feed.Log.Store, ct);
        if (await store.OpenLive(projection, ct) is { } live)
        {
            if (live.Checkpoint.Position == 0)
            {
                await live.BelongTo(identity, ct);
                return live;
            }

            var isOfThisLog = await live.IsOf(identity, ct);
            if (isOfThisLog && await feed.Log.End(live.Checkpoint.After, ct) >= live.Checkpoint.After)
            {
                return live;
            }

            // An older copy of the log was put back, or it was moved: what was computed is not true any more, or goes on from nowhere.
            if (isOfThisLog)
            {
                LogMessages.LogCutBack(log, projection.Name, live.Checkpoint.Position);
            }
            else
            {
                LogMessages.ProjectionOfAnotherLog(log, projection.Name);
            }

            await live.DisposeAsync();
        }

        LogMessages.ProjectionBegins(log, projection.Name, projection.Version);
        var begun = await store.BeginLive(projection, ct);
        await begun.BelongTo(identity, ct);
        return begun;
    }

    private async Task Follow(List<ReadBuild> builds, CancellationToken ct)
    {
        await Following.Run(feed, builds, FeedEnd.Never, Stopped, passed: null, ct, Applied);

        // All have stopped; what happens next is a rebuild, which the watch notices.
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
    }

    private void Applied(ReadBuild build, EventBatch batch)
    {
        meter.Applied(build.Projection.Name, batch.Events.Count, batch.IsLast || batch.Events.Count == 0 ? null : batch.Events[^1].Recorded.At);
        if (!Tracing.Spans.HasListeners())
        {
            return;
        }

        // What each of them waited for in all is the trace's: the batch as a whole was written at once.
        foreach (var happened in batch.Events)
        {
            if (happened.Metadata.TraceParent is { } parent && ActivityContext.TryParse(parent, null, isRemote: true, out var written))
            {
                using var span = Tracing.Spans.StartActivity("project", ActivityKind.Consumer, written);
                span?.SetTag("randomchat.projection", build.Projection.Name).SetTag("randomchat.event", happened.Recorded.Type);
            }
        }
    }

    private void Stopped(ReadBuild build, ProjectionFailedException e)
    {
        meter.Waits(build.Projection.Name);
        lock (stopped)
        {
            stopped.Add(build.Checkpoint.Build);
        }

        LogMessages.ProjectionStopped(log, build.Projection.Name, e.Position, e);
    }

    private async Task BuildAnew(List<ReadBuild> outdated, CancellationToken ct)
    {
        foreach (var build in outdated)
        {
            LogMessages.ProjectionRebuilds(log, build.Projection.Name, build.Checkpoint.Version, build.Projection.Version);
        }

        try
        {
            await new Rebuild(store, feed).Run(outdated.ConvertAll(build => build.Projection), null, ct);
        }
        catch (BuildInProgressException)
        {
            // Somebody else makes the same; the watch notices when it is done, and if it dies, this tries again.
            await Task.Delay(Look, time, ct);
        }
        catch (ProjectionFailedException e)
        {
            // The old one goes on serving, and says why there is no new one.
            foreach (var build in outdated)
            {
                unbuildable.Add(build.Projection);
                await build.RecordError($"version {build.Projection.Version} cannot be built: {e.InnerException!.Message}", e.Position, ct);
                LogMessages.ProjectionStopped(log, build.Projection.Name, e.Position, e);
            }
        }
    }

    private async Task WatchForReplacement(List<ReadBuild> builds, CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(Look, time, ct);
            foreach (var build in builds)
            {
                if (!await store.IsLive(build, ct))
                {
                    return;
                }
            }
        }
    }
}
