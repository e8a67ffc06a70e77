using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Migrations;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Ledger;

/// <summary>
/// Writes every event of the log into the ledger as it comes, and publishes anchors. Of all nodes one does it at a time.
/// Whatever fails here is logged and tried again: chat never waits for it.
/// </summary>
/// <param name="expireAfter">How long events of streams that expire have to be there.</param>
internal sealed class LedgerKeeper(
    LogSource source, LedgerStore store, AnchorFile file, TimeSpan anchorEvery, TimeSpan expireAfter, TimeProvider time, ILogger<LedgerKeeper> log)
    : BackgroundService
{
    private const int MostEvents = 2_000;

    /// <summary>While the log grows, entries gather for a moment, so that a transaction holds many.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);

    /// <summary>Less cannot be told apart by timers.</summary>
    private static readonly TimeSpan LeastGather = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private bool isStuck;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The server starts serving without waiting for the ledger.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await store.Prepare(stoppingToken);
                await using var lead = await store.TryLead(stoppingToken);
                if (lead is not null)
                {
                    await Keep(lead, stoppingToken);
                }
            }
            catch (OperationCanceledException)
            {
                // The server stops, or another node is about to take over.
            }
            catch (Exception e)
            {
                if (!isStuck)
                {
                    isStuck = true;
                    LogMessages.LedgerWaits(log, e);
                }
            }

            await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes in all that the log holds now, and publishes what that comes to: for who has the log to itself.</summary>
    /// <returns>The head that was published.</returns>
    /// <exception cref="CopyRefusedException">Events are missing that the ledger knows.</exception>
    public async Task<LedgerHead> CatchUp(CancellationToken ct)
    {
        await store.Prepare(ct);
        await using var lead = await store.TryLead(ct)
            ?? throw new DependencyUnavailableException(store.Dependency, new InvalidOperationException("Another program keeps the ledger."));
        await Follow(toTheEnd: true, ct);
        await PublishHead(ct);
        return await store.Head(ct);
    }

    private async Task Keep(Lead lead, CancellationToken stopping)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, lead.Lost);
        await RequireLedgerOfThisLog(ends.Token);
        var tasks = new[] { Follow(toTheEnd: false, ends.Token), Publish(ends.Token) };
        await Task.WhenAny(tasks);
        await ends.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!lead.Lost.IsCancellationRequested)
        {
            await PublishHead(CancellationToken.None);
        }

        await Task.WhenAll(tasks);
    }

    /// <summary>
    /// A log that was moved says what the ledger of the former one came to. A ledger that is exactly that one is set aside with
    /// its anchors; with any other one nobody knows what it proves.
    /// </summary>
    private async Task RequireLedgerOfThisLog(CancellationToken ct)
    {
        var head = await store.Head(ct);
        if (head.Events == 0 || await LogIdentity.Of(source.Store, ct) is not { Moved: { } moved })
        {
            return;
        }

        if (!head.IsWhatWasMoved(moved))
        {
            if (!await BeginsWithThisLog(ct))
            {
                LogMessages.LedgerOfAnotherLog(log, head.Position);
                await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
            }

            return;
        }

        // Anchors first: without the ledger they would be held against the new one.
        var name = string.Create(CultureInfo.InvariantCulture, $"moved_{time.GetUtcNow():yyyyMMddHHmmss}");
        try
        {
            file.SetAside(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Storage that only takes additions: the anchors stay where they are, and the new ledger's go elsewhere.
            LogMessages.AnchorsNotSetAside(log, file.Path, e);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
        }

        LogMessages.LedgerSetAside(log, head.Position, moved.Hash, await store.SetAside(name, ct));
    }

    /// <summary>Whether the first event of this log is in the ledger. The other log has an event at that position as well, of another stream.</summary>
    private async Task<bool> BeginsWithThisLog(CancellationToken ct)
    {
        await foreach (var item in source.Everything(null, ct))
        {
            if (item is LogItem.Event { Recorded: var first })
            {
                return await store.Has(EntryOf(first), ct);
            }
        }

        return false;
    }

    private async Task Follow(bool toTheEnd, CancellationToken ct)
    {
        var head = await store.Head(ct);
        if (head.Events > 0 && (await source.End(new LogPosition(head.Position), ct))?.Value is var end && !(end >= head.Position))
        {
            if (toTheEnd)
            {
                throw new CopyRefusedException($"The event log ends before position {head.Position}, which is in the ledger: events are missing, or an older copy was put back. audit says what is missing.");
            }

            // To go on would write other events over what the ledger knows: an audit has to say first what is missing.
            LogMessages.LogShorterThanLedger(log, head.Position);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
        }

        var entries = new List<LedgerEntry>();
        var (gathered, since) = (0, time.GetTimestamp());
        await foreach (var item in source.Everything(head.Events > 0 ? new LogPosition(head.Position) : null, ct))
        {
            if (item is LogItem.Event { Recorded: var recorded })
            {
                entries.Add(EntryOf(recorded));
                gathered++;
            }

            var caughtUp = item is LogItem.CaughtUp;
            if (entries.Count >= MostEvents || (caughtUp && entries.Count > 0))
            {
                head = await store.Append(head, entries, ct);
                entries.Clear();
                if (isStuck)
                {
                    isStuck = false;
                    LogMessages.LedgerGoesOn(log);
                }
            }

            if (caughtUp && toTheEnd)
            {
                return;
            }

            if (caughtUp)
            {
                await Task.Delay(GatherFor(gathered, time.GetElapsedTime(since)), time, ct);
                (gathered, since) = (0, time.GetTimestamp());
            }
        }
    }

    /// <summary>
    /// About as long as a full transaction takes to come, at most <see cref="Gather"/>: what comes faster than the tail of the
    /// log in memory holds would be read back from the file.
    /// </summary>
    private static TimeSpan GatherFor(int events, TimeSpan took) =>
        events == 0 ? Gather : TimeSpan.FromTicks(Math.Clamp((long)(took.Ticks * ((double)MostEvents / events)), LeastGather.Ticks, Gather.Ticks));

    private LedgerEntry EntryOf(RecordedEvent recorded) => new()
    {
        Position = recorded.Position.Value,
        Stream = recorded.Stream.Value,
        Revision = recorded.Revision,
        ExpiresAt = LogSource.Expires(recorded.Stream) ? (recorded.At + expireAfter).ToUnixTimeMilliseconds() : null,
        Leaf = HashChain.Leaf(recorded),
    };

    private async Task Publish(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(anchorEvery, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            await PublishHead(ct);
        }
    }

    private async Task PublishHead(CancellationToken ct)
    {
        var (head, last) = (await store.Head(ct), await store.LastAnchor(ct));
        if (head.Events == 0 || head.Position <= last?.Position)
        {
            return;
        }

        var anchor = new LedgerAnchor
        {
            Position = head.Position,
            Events = head.Events,
            Hash = Convert.ToHexStringLower(head.Hash),
            At = time.GetUtcNow(),
        };
        file.Add(anchor);
        await store.Add(anchor, ct);
        LogMessages.Anchored(log, anchor.Position, anchor.Events, anchor.Hash);
    }
}
