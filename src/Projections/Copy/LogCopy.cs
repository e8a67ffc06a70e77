using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Ledger;

namespace RandomChat.Projections.Copy;

/// <summary>What of a log is in the target.</summary>
/// <param name="After">The last event that is there, by its place in the source; null: nothing is.</param>
/// <param name="Moved">What the target says of a copy that was finished; null where none was.</param>
internal sealed record CopyState(LogPosition? After, LogEvent.Moved? Moved);

/// <summary>Copies the embedded log into EventStoreDB: the same events in the same order, with revisions, ids and times as they were.</summary>
/// <param name="messages">How long messages can be read, where their stream does not say it.</param>
internal sealed class LogCopy(SqliteEventStore source, EventStoreDbCopy target, TimeSpan messages, TimeProvider time)
{
    /// <summary>Well below the megabyte that the server takes at once.</summary>
    private const int MostBytes = 256 << 10;

    private const int MostEvents = 200;
    private const int AgesAtOnce = 32;

    /// <summary>The ages of streams that expire, and how far each of them has come in the target as far as this copy knows.</summary>
    private readonly Dictionary<StreamName, (TimeSpan Age, long Last)> expiring = [];

    /// <summary>Looks what is there.</summary>
    /// <exception cref="CopyRefusedException">There is nothing to copy, or the target holds another log.</exception>
    public async Task<CopyState> Look(CancellationToken ct)
    {
        var first = await First(source, null, ct) ?? throw new CopyRefusedException("The embedded log is empty: there is nothing to copy. Set ConnectionStrings:EventStoreDb and start.");
        await foreach (var moved in target.Log.Read(LogIdentity.StreamOf(first.Id), 0, ct))
        {
            return new(null, (LogEvent.Moved)EventCodec.Default.Decode(moved));
        }

        if (await target.Last(ct) is not { } last)
        {
            return new(null, null);
        }

        if (last.CopiedFrom is not { } place || (await First(target.Log, null, ct))?.Id != first.Id)
        {
            throw new CopyRefusedException($"The target holds another log: the last event there is {last.Type} of {last.Stream}. Name an EventStoreDB that holds nothing, or this log's copy.");
        }

        // A message may have been removed here since, but the end of a log never is.
        var same = await First(source, place.Value - 1, ct);
        if (same?.Position == place ? same.Id != last.Id : source.End() < place || !LogSource.Expires(last.Stream))
        {
            throw new CopyRefusedException($"The target holds a copy of another state of this log: the event there that was copied from position {place.Value} does not lie there now.");
        }

        return new(place, null);
    }

    /// <summary>Copies what is there now.</summary>
    /// <param name="after">What is in the target already, by its place in the source.</param>
    /// <param name="passed">Told how far it has come.</param>
    /// <returns>How many events were copied, and up to which place.</returns>
    /// <exception cref="DependencyUnavailableException">The target does not take it; the same again goes on from there.</exception>
    /// <exception cref="CopyRefusedException">The target holds something else.</exception>
    public async Task<(long Events, LogPosition? Position)> Run(LogPosition? after, Action<LogPosition>? passed, CancellationToken ct)
    {
        var (copied, position) = (0L, after);
        var together = new List<RecordedEvent>();
        var bytes = 0;
        await foreach (var item in source.Subscribe(after, ct))
        {
            if (item is LogItem.CaughtUp)
            {
                break;
            }

            if (item is not LogItem.Event { Recorded: var recorded })
            {
                continue;
            }

            if (together.Count > 0
                && (together[^1].Stream != recorded.Stream || together[^1].Revision + 1 != recorded.Revision || together.Count == MostEvents || bytes > MostBytes))
            {
                await Send();
            }

            position = recorded.Position;
            if (!HasExpired(recorded))
            {
                together.Add(recorded);
                bytes += recorded.Data.Length + recorded.Metadata.Length;
            }

            passed?.Invoke(recorded.Position);
        }

        if (together.Count > 0)
        {
            await Send();
        }

        // The ages that were set, or set anew, after their stream was begun here.
        await target.Flush();
        await Parallel.ForEachAsync(
            source.Ages(), new ParallelOptions { MaxDegreeOfParallelism = AgesAtOnce, CancellationToken = ct },
            async (aged, stop) => await target.SetMaxAge(aged.Stream, aged.Age, stop));
        return (copied, position);

        async Task Send()
        {
            var (stream, age) = (together[0].Stream, (TimeSpan?)null);
            if (LogSource.Expires(stream))
            {
                var known = expiring[stream];
                age = known.Age;
                if (known.Last < 0)
                {
                    await target.Expire(stream, known.Age, ct);
                }

                // What came before has expired and is not copied, whenever that was; revisions stay what they are all the same.
                if (together[0].Revision > known.Last + 1)
                {
                    await target.Skip(stream, together[0].Revision, known.Age, ct);
                }

                expiring[stream] = known with { Last = together[^1].Revision };
            }

            await target.Append(together, age, ct);
            copied += together.Count;
            together.Clear();
            bytes = 0;
        }
    }

    /// <summary>Holds the copy against the ledger of the source, event by event, and that against what was published of it.</summary>
    /// <param name="ledger">Of all of the source: what it does not know yet was never recorded there.</param>
    /// <param name="passed">Told how far it has come, by places in the source.</param>
    public async Task<AuditResult> Verify(LedgerStore ledger, IReadOnlyList<LedgerAnchor> anchors, Action<LogPosition>? passed, CancellationToken ct)
    {
        var found = await new LedgerAudit(new(new CopiedLog(target.Log)), ledger, time).Run(anchors, passed, ct);
        return found.Waiting == 0
            ? found
            : found with
            {
                Waiting = 0,
                Findings =
                [
                    .. found.Findings,
                    new(AuditFault.Inserted, found.Position, null, null, $"{found.Waiting} events of the copy come from behind position {found.Position}, where the ledger ends: it does not know them."),
                ],
            };
    }

    /// <summary>Says in the target that the copy is whole. From then on it is a log of its own, and a server may go on with it.</summary>
    public async Task Finish(LedgerHead former, CancellationToken ct)
    {
        var first = await First(source, null, ct);
        var moved = new LogEvent.Moved(former.Position, former.Events, Convert.ToHexStringLower(former.Hash), time.GetUtcNow());
        var id = Guid.NewGuid();
        var appended = await target.Log.Append(
            LogIdentity.StreamOf(first!.Id), ExpectedRevision.NoStream, [EventCodec.Default.Encode(id, moved, new(id, id, EventMetadata.System))], ct);
        if (appended is AppendResult.WrongRevision)
        {
            throw new CopyRefusedException("Somebody else has finished this copy in the meantime. Run it again with --verify-only.");
        }
    }

    /// <summary>Messages whose time is over are left behind; the ledger knows that they may be absent.</summary>
    private bool HasExpired(RecordedEvent recorded)
    {
        if (!LogSource.Expires(recorded.Stream))
        {
            return false;
        }

        if (!expiring.TryGetValue(recorded.Stream, out var known))
        {
            known = (source.AgeOf(recorded.Stream) ?? messages, -1);
            if (recorded.At + known.Age > time.GetUtcNow())
            {
                expiring[recorded.Stream] = known;
            }
        }

        return recorded.At + known.Age <= time.GetUtcNow();
    }

    private static async Task<RecordedEvent?> First(IEventStore log, long? after, CancellationToken ct)
    {
        await foreach (var item in log.Subscribe(after is > 0 ? new LogPosition(after.Value) : null, ct))
        {
            switch (item)
            {
                case LogItem.Event { Recorded: var recorded }:
                    return recorded;

                case LogItem.CaughtUp:
                    return null;
            }
        }

        return null;
    }
}
