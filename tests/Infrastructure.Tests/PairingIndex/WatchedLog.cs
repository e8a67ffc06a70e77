using System.Runtime.CompilerServices;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Tests.PairingIndex;

/// <summary>A log that remembers of which categories it handed events over to who follows it.</summary>
internal sealed class WatchedLog(IEventStore log) : IEventStore
{
    private readonly List<string> handedOver = [];

    public IReadOnlyList<string> HandedOver => handedOver;

    public IAsyncEnumerable<RecordedEvent> Read(StreamName stream, long fromRevision, CancellationToken ct) => log.Read(stream, fromRevision, ct);

    public ValueTask<AppendResult> Append(StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct) =>
        log.Append(stream, expected, events, ct);

    public ValueTask SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct) => log.SetMaxAge(stream, age, ct);

    public IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct) => Watch(log.Subscribe(after, ct), ct);

    public IAsyncEnumerable<LogItem> SubscribeWithout(string category, LogPosition? after, CancellationToken ct) =>
        Watch(log.SubscribeWithout(category, after, ct), ct);

    private async IAsyncEnumerable<LogItem> Watch(IAsyncEnumerable<LogItem> items, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in items.WithCancellation(ct))
        {
            if (item is LogItem.Event { Recorded: var e })
            {
                handedOver.Add(e.Stream.Category);
            }

            yield return item;
        }
    }
}
