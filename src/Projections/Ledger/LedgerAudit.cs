using System.Globalization;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Ledger;

/// <summary>What an audit can find.</summary>
public enum AuditFault
{
    /// <summary>The event is there and is not what was recorded.</summary>
    Changed,

    /// <summary>An event that has to be there is not.</summary>
    Removed,

    /// <summary>An event is there that was never recorded.</summary>
    Inserted,

    /// <summary>At its place lies an event of another stream or revision.</summary>
    Reordered,

    /// <summary>The ledger's own entries do not come to its hash.</summary>
    Ledger,

    /// <summary>The ledger is not the one whose hash was published.</summary>
    Anchor,
}

/// <summary>One break.</summary>
/// <param name="Position">In the log; of an anchor, the last place that may be broken.</param>
/// <param name="Stream">Null where no one event is meant.</param>
/// <param name="Revision">In the stream; null where no one event is meant.</param>
/// <param name="Says">A sentence.</param>
public sealed record AuditFinding(AuditFault Fault, long Position, string? Stream, long? Revision, string Says);

/// <summary>How an audit ended. Kept with the ledger.</summary>
public sealed class AuditRecord
{
    /// <summary>Milliseconds since 1970 in UTC.</summary>
    public required long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Up to where everything was checked.</summary>
    public required long Position { get; init; }

    /// <summary>How many events were checked.</summary>
    public required long Events { get; init; }

    /// <summary>How many of them have expired and are absent, as they may be.</summary>
    public required long Expired { get; init; }

    /// <summary>With how many published anchors the ledger was compared.</summary>
    public required int Anchors { get; init; }

    public required bool IsSound { get; init; }

    /// <summary>The first findings, a sentence a line; empty where there are none.</summary>
    public required string Findings { get; init; }
}

/// <param name="Waiting">Events of the log that the ledger does not hold yet.</param>
/// <param name="Findings">The first ones, by position.</param>
internal sealed record AuditResult(
    DateTimeOffset At, long Position, long Events, long Expired, int Anchors, long Waiting, string Hash, IReadOnlyList<AuditFinding> Findings)
{
    public bool IsSound => Findings.Count == 0;

    public AuditRecord ToRecord() => new()
    {
        Id = At.ToUnixTimeMilliseconds(),
        At = At,
        Position = Position,
        Events = Events,
        Expired = Expired,
        Anchors = Anchors,
        IsSound = IsSound,
        Findings = string.Join('\n', Findings.Select(finding => finding.Says)),
    };
}

/// <summary>
/// Compares the log with the ledger event by event, and the ledger with its own hash and with the anchors that were
/// published: whoever changes an event breaks the first, whoever makes the ledger fit breaks the others.
/// </summary>
internal sealed class LedgerAudit(LogSource log, LedgerStore store, TimeProvider time)
{
    private const int MostFindings = 20;

    /// <summary>Machines that remove what has expired may be a little ahead of this one.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <param name="anchors">In the order in which they were published.</param>
    /// <param name="passed">Told how far it has come.</param>
    /// <exception cref="DependencyUnavailableException">The log or the ledger cannot be read now.</exception>
    public async Task<AuditResult> Run(IReadOnlyList<LedgerAnchor> anchors, Action<LogPosition>? passed, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var head = await store.Head(ct);
        var expiredBefore = (now + ClockSkew).ToUnixTimeMilliseconds();
        var findings = new List<AuditFinding>();
        var chain = new ChainWalk(anchors, findings);
        var (expired, waiting) = (0L, 0L);

        await using var entries = store.Entries(head.Position, ct).GetAsyncEnumerator(ct);
        var hasEntry = await entries.MoveNextAsync();
        await foreach (var item in log.Everything(null, ct))
        {
            if (item is LogItem.CaughtUp)
            {
                break;
            }

            if (item is not LogItem.Event { Recorded: var recorded })
            {
                continue;
            }

            if (recorded.Position.Value > head.Position)
            {
                waiting++;
                continue;
            }

            while (hasEntry && entries.Current.Position < recorded.Position.Value)
            {
                await Absent(entries.Current);
            }

            if (!hasEntry || entries.Current.Position > recorded.Position.Value)
            {
                findings.Add(new(
                    AuditFault.Inserted, recorded.Position.Value, recorded.Stream.Value, recorded.Revision,
                    $"{Place(recorded.Position.Value, recorded.Stream.Value, recorded.Revision)} was inserted: it was never recorded."));
            }
            else
            {
                Compare(entries.Current, recorded, findings);
                chain.Add(entries.Current);
                hasEntry = await entries.MoveNextAsync();
            }

            passed?.Invoke(recorded.Position);
        }

        while (hasEntry)
        {
            await Absent(entries.Current);
        }

        chain.End(head);
        return new(
            now, head.Position, chain.Events, expired, anchors.Count, waiting, Convert.ToHexStringLower(head.Hash),
            [.. findings.OrderBy(finding => finding.Position).Take(MostFindings)]);

        async Task Absent(LedgerEntry entry)
        {
            if (entry.ExpiresAt <= expiredBefore)
            {
                expired++;
            }
            else
            {
                findings.Add(new(
                    AuditFault.Removed, entry.Position, entry.Stream, entry.Revision,
                    $"{Place(entry.Position, entry.Stream, entry.Revision)} was removed."));
            }

            chain.Add(entry);
            hasEntry = await entries.MoveNextAsync();
        }
    }

    private static void Compare(LedgerEntry entry, RecordedEvent recorded, List<AuditFinding> findings)
    {
        if (entry.Stream != recorded.Stream.Value || entry.Revision != recorded.Revision)
        {
            findings.Add(new(
                AuditFault.Reordered, entry.Position, entry.Stream, entry.Revision,
                $"{Place(entry.Position, entry.Stream, entry.Revision)} was moved or replaced: {recorded.Stream} revision {recorded.Revision} lies there."));
        }
        else if (!HashChain.Leaf(recorded).AsSpan().SequenceEqual(entry.Leaf))
        {
            findings.Add(new(
                AuditFault.Changed, entry.Position, entry.Stream, entry.Revision,
                $"{Place(entry.Position, entry.Stream, entry.Revision)} was changed."));
        }
    }

    private static string Place(long position, string stream, long revision) =>
        string.Create(CultureInfo.InvariantCulture, $"Position {position}, {stream} revision {revision},");

    /// <summary>Follows the chain and holds it against what was published.</summary>
    private sealed class ChainWalk(IReadOnlyList<LedgerAnchor> anchors, List<AuditFinding> findings)
    {
        private readonly Queue<LedgerAnchor> ahead = new(anchors.OrderBy(anchor => anchor.Position));
        private byte[] hash = HashChain.Beginning.ToArray();
        private LedgerAnchor? kept;
        private bool isBroken;

        public long Events { get; private set; }

        public void Add(LedgerEntry entry)
        {
            while (ahead.TryPeek(out var passed) && passed.Position < entry.Position)
            {
                Break(ahead.Dequeue());
            }

            hash = HashChain.Next(hash, entry);
            Events++;
            while (ahead.TryPeek(out var anchor) && anchor.Position == entry.Position)
            {
                ahead.Dequeue();
                if (anchor.Events == Events && anchor.Hash == Convert.ToHexStringLower(hash))
                {
                    kept = isBroken ? kept : anchor;
                }
                else
                {
                    Break(anchor);
                }
            }
        }

        public void End(LedgerHead head)
        {
            if (Events != head.Events || !hash.AsSpan().SequenceEqual(head.Hash))
            {
                findings.Add(new(AuditFault.Ledger, head.Position, null, null, "The ledger's entries do not come to its own hash: entries were changed."));
            }

            while (ahead.TryDequeue(out var beyond))
            {
                Break(beyond);
            }
        }

        /// <summary>The first one that does not fit says where; those after it could only repeat it.</summary>
        private void Break(LedgerAnchor anchor)
        {
            if (!isBroken)
            {
                isBroken = true;
                findings.Add(new(
                    AuditFault.Anchor, anchor.Position, null, null,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The ledger is not what was published at {anchor.At:yyyy-MM-dd HH:mm:ss} UTC: something between position {kept?.Position ?? 0} and {anchor.Position} was changed, and the ledger made to fit.")));
            }
        }
    }
}
