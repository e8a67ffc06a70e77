using System.Runtime.CompilerServices;

namespace RandomChat.Application.Events;

/// <summary>The event log. Every adapter passes the same contract suite.</summary>
public interface IEventStore
{
    /// <summary>The events of a stream from <paramref name="fromRevision"/> on, oldest first; nothing where the stream is absent. Expired events are left out.</summary>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    IAsyncEnumerable<RecordedEvent> Read(StreamName stream, long fromRevision, CancellationToken ct);

    /// <summary>
    /// Appends all events or none; the result comes after they are durable. Appending the same event ids again at the
    /// same expected revision succeeds without writing anything.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    /// <exception cref="AppendOutcomeUnknownException">The events may or may not have been recorded: read the stream.</exception>
    ValueTask<AppendResult> Append(StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct);

    /// <summary>Hides events of the stream that are older than <paramref name="age"/> (whole seconds) from stream reads; they stay in the log until a scavenge.</summary>
    /// <exception cref="DependencyUnavailableException">It may not have been done; doing it again does no harm.</exception>
    ValueTask SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct);

    /// <summary>
    /// Every event after a position, oldest first and without gaps, then new ones as they come; says when it has caught up,
    /// and again after each batch that emptied the log. A position that it was given or has said is good to go on from.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">
    /// The log cannot be read now: at once where it was not there at the beginning; where the log is on another machine, a
    /// short interruption mends itself first. Subscribe again after the last position that was seen.
    /// </exception>
    IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct);

    /// <summary>
    /// As <see cref="Subscribe"/>, without the streams of one category, which are only passed. Engines leave them out where they lie:
    /// most of a log is messages, and who does not want them should not have them sent.
    /// </summary>
    /// <param name="category">The part of the streams' names before the first dash.</param>
    async IAsyncEnumerable<LogItem> SubscribeWithout(string category, LogPosition? after, [EnumeratorCancellation] CancellationToken ct)
    {
        LogPosition? passed = null;
        await foreach (var item in Subscribe(after, ct))
        {
            if (item is LogItem.Event { Recorded: var e } && e.Stream.Category == category)
            {
                passed = e.Position;
                continue;
            }

            if (passed is { } position && item is LogItem.CaughtUp)
            {
                yield return new LogItem.Passed(position);
            }

            passed = null;
            yield return item;
        }
    }
}

/// <summary>A stream's name: a category, a dash and an id, e.g. <c>match-0b7e…</c>.</summary>
public readonly record struct StreamName(string Value)
{
    public static StreamName For(string category, Guid id) => new($"{category}-{id:D}");

    /// <summary>The part before the first dash.</summary>
    public string Category => Value.IndexOf('-', StringComparison.Ordinal) is var dash and > 0 ? Value[..dash] : Value;

    /// <summary>The part after it; empty where there is none.</summary>
    public string Id => Value.IndexOf('-', StringComparison.Ordinal) is var dash and > 0 ? Value[(dash + 1)..] : string.Empty;

    public override string ToString() => Value;
}

/// <summary>A place in the log. Later events have greater positions; positions may jump.</summary>
public readonly record struct LogPosition(long Value) : IComparable<LogPosition>
{
    public int CompareTo(LogPosition other) => Value.CompareTo(other.Value);

    public static bool operator <(LogPosition a, LogPosition b) => a.Value < b.Value;

    public static bool operator >(LogPosition a, LogPosition b) => a.Value > b.Value;

    public static bool operator <=(LogPosition a, LogPosition b) => a.Value <= b.Value;

    public static bool operator >=(LogPosition a, LogPosition b) => a.Value >= b.Value;
}

/// <summary>The revision of the stream's last event that an append builds on; the first event has revision 0.</summary>
public readonly record struct ExpectedRevision(long Value)
{
    /// <summary>The stream must not exist yet.</summary>
    public static ExpectedRevision NoStream { get; } = new(-1);
}

/// <summary>An event to append. Data and metadata are UTF-8 JSON.</summary>
public sealed record NewEvent(Guid Id, string Type, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte> Metadata);

/// <summary>An event in the log. Data and metadata are UTF-8 JSON.</summary>
public sealed record RecordedEvent(
    StreamName Stream, long Revision, LogPosition Position, Guid Id, string Type, DateTimeOffset At,
    ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte> Metadata)
{
    /// <summary>Its place in the log that this one was copied from; null where it was recorded in this one.</summary>
    public LogPosition? CopiedFrom { get; init; }
}

/// <summary>How an append ended.</summary>
public abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <param name="Revision">The revision of the last event appended.</param>
    public sealed record Appended(long Revision, LogPosition Position) : AppendResult;

    /// <param name="Actual">The stream's last revision, -1 where it does not exist.</param>
    public sealed record WrongRevision(long Actual) : AppendResult;
}

/// <summary>What a subscription yields.</summary>
public abstract record LogItem
{
    private LogItem()
    {
    }

    public sealed record Event(RecordedEvent Recorded) : LogItem;

    /// <summary>Everything up to here was looked at (a filter left it out, or it was scavenged).</summary>
    public sealed record Passed(LogPosition Position) : LogItem;

    /// <summary>There is nothing newer at this moment.</summary>
    public sealed record CaughtUp(LogPosition? Position) : LogItem;
}

/// <summary>Something this program depends on does not answer, and nothing was recorded.</summary>
/// <param name="dependency">Its name in answers and in readiness, e.g. <c>event-log</c>, <c>key-store</c>.</param>
public class DependencyUnavailableException(string dependency, Exception? inner = null)
    : Exception($"{dependency} is unavailable.", inner)
{
    public string Dependency { get; } = dependency;
}

/// <summary>The log did not say whether an append was recorded.</summary>
public sealed class AppendOutcomeUnknownException(StreamName stream, Exception? inner = null)
    : Exception($"Whether the append to {stream} was recorded is not known.", inner)
{
    public StreamName Stream { get; } = stream;
}
