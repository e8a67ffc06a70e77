using System.Runtime.CompilerServices;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Copy;

/// <summary>
/// What was copied into a log, each event at the place that it was copied from: the former log, as far as the copy goes, for
/// whoever compares it with what is known of that one.
/// </summary>
internal sealed class CopiedLog(IEventStore log) : IEventStore
{
    public IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct) => After(after, ct);

    public IAsyncEnumerable<RecordedEvent> Read(StreamName stream, long fromRevision, CancellationToken ct) =>
        log.Read(stream, fromRevision, ct).Where(recorded => recorded.CopiedFrom is not null).Select(AsItWas);

    public ValueTask<AppendResult> Append(
        StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct) => throw new NotSupportedException();

    private async IAsyncEnumerable<LogItem> After(LogPosition? after, [EnumeratorCancellation] CancellationToken ct)
    {
        LogPosition? last = null;
        await foreach (var item in log.Subscribe(null, ct))
        {
            switch (item)
            {
                case LogItem.Event { Recorded: { CopiedFrom: { } place } recorded }:
                    last = place;
                    if (after is null || place > after)
                    {
                        yield return new LogItem.Event(AsItWas(recorded));
                    }

                    break;

                // What the log was given later was recorded there.
                case LogItem.Event when last is not null:
                case LogItem.CaughtUp:
                    yield return new LogItem.CaughtUp(last);
                    yield break;
            }
        }
    }

    private static RecordedEvent AsItWas(RecordedEvent copy) => copy with { Position = copy.CopiedFrom!.Value, CopiedFrom = null };
}
