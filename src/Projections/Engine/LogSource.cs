using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Infrastructure.Diagnostics;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Settings;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Projections.Engine;

/// <summary>The event log as projections and analysts read it. The only place that knows which engine it is.</summary>
public sealed class LogSource(IEventStore log) : IAsyncDisposable
{
    /// <summary>Streams of messages expire: what is computed from the log has to stay the same without them.</summary>
    private const string Expiring = Conversation.Category;

    /// <summary>The engine itself: what is measured of it is what the server appends.</summary>
    private readonly IEventStore store = log is MeteredEventStore metered ? metered.Engine : log;

    public IEventStore Store => store;

    /// <summary>Whether events of a stream are gone from the log after a time.</summary>
    public static bool Expires(StreamName stream) => stream.Category == Expiring;

    /// <summary>Opens the log that the settings name, to read only, beside a server that writes it.</summary>
    /// <exception cref="EventLogFileException">There is none, or it cannot be opened.</exception>
    /// <exception cref="SettingsException">EventStoreDB's connection string is wrong.</exception>
    public static LogSource Open(IConfiguration settings) => new(
        settings.GetConnectionString("EventStoreDb") is { Length: > 0 } eventStoreDb
            ? new EventStoreDbEventStore(
                EventStoreDbSettings.OfSetting(eventStoreDb), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance)
            : SqliteEventStore.OpenReadOnly(Path.Combine(RandomChatSettings.DataDirectory(settings), "events.db"), TimeProvider.System));

    /// <summary>Every event after a position but those of streams that expire, which are only passed.</summary>
    public IAsyncEnumerable<LogItem> Lasting(LogPosition? after, CancellationToken ct) => store.SubscribeWithout(Expiring, after, ct);

    /// <summary>The same from the beginning to a position, or as far as the log goes now.</summary>
    /// <param name="end">The last position wanted; null: all there are.</param>
    public async IAsyncEnumerable<RecordedEvent> LastingUntil(LogPosition? end, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in Lasting(null, ct))
        {
            switch (item)
            {
                case LogItem.CaughtUp:
                case LogItem.Event { Recorded.Position: var position } when position > end:
                    yield break;

                case LogItem.Event { Recorded: var recorded }:
                    yield return recorded;
                    break;
            }
        }
    }

    /// <summary>Every event after a position.</summary>
    public IAsyncEnumerable<LogItem> Everything(LogPosition? after, CancellationToken ct) => store.Subscribe(after, ct);

    /// <summary>The position of the last event as a reader of the log sees it; null where there is none.</summary>
    /// <param name="after">A position near the end, where one is known: what lies behind it may be read.</param>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    public async ValueTask<LogPosition?> End(LogPosition? after, CancellationToken ct)
    {
        switch (store)
        {
            case SqliteEventStore embedded:
                return embedded.End();

            // The server's last event may be one of its own, which nobody is handed: good enough to say how far it is.
            case EventStoreDbEventStore server when after is null:
                return await server.End(ct);
        }

        await foreach (var item in Lasting(after, ct))
        {
            if (item is LogItem.CaughtUp { Position: var end })
            {
                return end;
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        if (store is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
