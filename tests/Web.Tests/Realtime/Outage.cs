using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>Puts a switch before the event log: while it is on, nothing can be read or written.</summary>
public sealed class Outage
{
    public bool IsOn { get; set; }

    /// <summary>What happens before something is written; null: nothing.</summary>
    public Func<IReadOnlyList<NewEvent>, Task>? BeforeAppend { get; set; }

    public void Install(IServiceCollection services)
    {
        services.RemoveAll<IEventStore>();
        services.AddSingleton(provider => new Log(provider.GetRequiredService<SqliteEventStore>(), this));
        services.AddSingleton<IEventStore>(provider => provider.GetRequiredService<Log>());
    }

    public sealed class Log(IEventStore inner, Outage outage) : IEventStore
    {
        public IEventStore Inner => inner;

        private IEventStore Reachable => outage.IsOn ? throw new DependencyUnavailableException("event-log") : inner;

        public IAsyncEnumerable<RecordedEvent> Read(StreamName stream, long fromRevision, CancellationToken ct) =>
            Reachable.Read(stream, fromRevision, ct);

        public async ValueTask<AppendResult> Append(
            StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct)
        {
            if (outage.BeforeAppend is { } first)
            {
                await first(events);
            }

            return await Reachable.Append(stream, expected, events, ct);
        }

        public ValueTask SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct) => Reachable.SetMaxAge(stream, age, ct);

        public IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct) => Reachable.Subscribe(after, ct);
    }
}
