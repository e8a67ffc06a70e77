using System.Runtime.CompilerServices;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>Events on their way into projections, oldest first.</summary>
/// <param name="Position">Everything up to here was looked at.</param>
/// <param name="IsLast">Nothing newer was there when it was read.</param>
internal sealed record EventBatch(IReadOnlyList<ProjectedEvent> Events, LogPosition Position, bool IsLast = false);

/// <summary>Where a feed ends.</summary>
internal abstract record FeedEnd
{
    private FeedEnd()
    {
    }

    /// <summary>It goes on with new events as they come, until cancelled.</summary>
    public static FeedEnd Never { get; } = new Live();

    /// <summary>Where the log ends when it has been read.</summary>
    public static FeedEnd WhenCaughtUp { get; } = new CaughtUp();

    public sealed record Live : FeedEnd;

    public sealed record CaughtUp : FeedEnd;

    /// <summary>The last event at or before a position.</summary>
    public sealed record At(LogPosition Position) : FeedEnd;

    /// <summary>Before the first event that was recorded after a moment.</summary>
    public sealed record Until(DateTimeOffset Moment) : FeedEnd;

    public bool IsBefore(RecordedEvent recorded) => this switch
    {
        At at => recorded.Position > at.Position,
        Until until => recorded.At > until.Moment,
        _ => false,
    };

    /// <summary>How far it may be said that everything was looked at.</summary>
    public LogPosition Within(LogPosition position) => this is At at && position > at.Position ? at.Position : position;
}

/// <summary>Reads the log, decodes each event once, and hands it out in batches.</summary>
internal sealed class EventFeed(LogSource log, EventCodec codec, TimeProvider time)
{
    /// <summary>Few enough to hold a few batches in memory, many enough that a transaction each does not matter.</summary>
    public const int MostEvents = 2_000;

    /// <summary>While the log grows, a batch gathers for a moment; where only messages went by, for a longer one.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan GatherNothing = TimeSpan.FromMilliseconds(250);

    public LogSource Log => log;

    public async IAsyncEnumerable<EventBatch> Batches(LogPosition? after, FeedEnd end, [EnumeratorCancellation] CancellationToken ct)
    {
        var events = new List<ProjectedEvent>();
        var (position, handed) = (after, after);
        await foreach (var item in log.Lasting(after, ct))
        {
            switch (item)
            {
                case LogItem.Event { Recorded: var recorded } when end.IsBefore(recorded):
                    if (events.Count > 0)
                    {
                        yield return new(events, position!.Value);
                    }

                    yield break;

                case LogItem.Event { Recorded: var recorded }:
                    events.Add(ProjectedEvent.Decode(codec, recorded));
                    position = recorded.Position;
                    break;

                case LogItem.Passed passed:
                    position = end.Within(passed.Position);
                    break;
            }

            var caughtUp = item is LogItem.CaughtUp;
            if (events.Count >= MostEvents || (caughtUp && position is not null && position != handed))
            {
                yield return new(events, position!.Value, IsLast: caughtUp);
                if (caughtUp && end == FeedEnd.Never)
                {
                    await Task.Delay(events.Count > 0 ? Gather : GatherNothing, time, ct);
                }

                (events, handed) = ([], position);
            }

            if (caughtUp && end != FeedEnd.Never)
            {
                yield break;
            }
        }
    }
}
