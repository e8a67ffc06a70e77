using System.Diagnostics;
using RandomChat.Application.Diagnostics;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Diagnostics;

/// <summary>Another event store, whose appends are measured and traced: by the category of the stream, never by its id.</summary>
/// <param name="engine">It.</param>
public sealed class MeteredEventStore(IEventStore engine, LogMeter meter) : IEventStore
{
    public IEventStore Engine => engine;

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> Read(StreamName stream, long fromRevision, CancellationToken ct) => engine.Read(stream, fromRevision, ct);

    /// <inheritdoc/>
    public async ValueTask<AppendResult> Append(
        StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var span = Tracing.Spans.StartActivity("append", ActivityKind.Client);
        span?.SetTag("randomchat.stream.category", stream.Category).SetTag("randomchat.events", events.Count);
        try
        {
            var result = await engine.Append(stream, expected, events, ct).ConfigureAwait(false);
            if (result is AppendResult.Appended)
            {
                meter.Appended(events, startedAt);
            }
            else
            {
                meter.Answered("conflict", startedAt);
            }

            return result;
        }
        catch (Exception e)
        {
            meter.Answered(
                e switch { DependencyUnavailableException => "unavailable", AppendOutcomeUnknownException => "unknown", _ => "failed" }, startedAt);
            span?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct) => engine.SetMaxAge(stream, age, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct) => engine.Subscribe(after, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<LogItem> SubscribeWithout(string category, LogPosition? after, CancellationToken ct) => engine.SubscribeWithout(category, after, ct);
}
