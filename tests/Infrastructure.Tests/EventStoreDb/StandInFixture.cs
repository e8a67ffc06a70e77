using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Tests.EventStore;
using RandomChat.StandIn;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

/// <summary>Stand-ins and adapters of one test; all are closed with it.</summary>
public abstract class StandInFixture : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _opened = [];

    internal TemporaryFolder Folder { get; } = new();

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var opened in Enumerable.Reverse(_opened))
        {
            await opened.DisposeAsync();
        }

        Folder.Dispose();
    }

    protected async Task<StandInServer> Server(Func<StandInOptions, StandInOptions>? change = null)
    {
        var options = new StandInOptions { Data = Folder.File($"log{_opened.Count}") };
        var server = await StandInServer.Start(change?.Invoke(options) ?? options);
        _opened.Add(server);
        return server;
    }

    protected async Task<StandInProcess> ServerProcess()
    {
        var server = await StandInProcess.Begin(Folder.File("log"));
        _opened.Add(server);
        return server;
    }

    /// <param name="parameters">Of the connection string, beside <c>tls=false</c>.</param>
    protected EventStoreDbEventStore Connect(StandInServer server, string parameters = "") =>
        Connect($"esdb://127.0.0.1:{server.Address.Port}?tls=false&{parameters}");

    protected EventStoreDbEventStore Connect(string connectionString, ILogger<EventStoreDbEventStore>? log = null)
    {
        var store = new EventStoreDbEventStore(
            EventStoreDbSettings.Parse(connectionString), TimeProvider.System, log ?? NullLogger<EventStoreDbEventStore>.Instance);
        _opened.Add(store);
        return store;
    }

    protected static StreamName NewStream() => StreamName.For("match", Guid.NewGuid());

    protected static NewEvent New(string text, string type = "adapter.happened.v1") => new(
        Guid.NewGuid(), type, JsonSerializer.SerializeToUtf8Bytes(new { text }), Encoding.UTF8.GetBytes("{}"));

    protected static string? Text(RecordedEvent e) => JsonDocument.Parse(e.Data).RootElement.GetProperty("text").GetString();

    protected static async Task<AppendResult.Appended> Appended(IEventStore store, StreamName stream, long expected, params NewEvent[] events) =>
        Assert.IsType<AppendResult.Appended>(await store.Append(stream, new(expected), events, Ct));

    protected static async Task<List<RecordedEvent>> Read(IEventStore store, StreamName stream) =>
        await store.Read(stream, 0, Ct).ToListAsync(Ct);

    /// <summary>Tries until the event log is there again.</summary>
    protected static async Task<T> Until<T>(Func<Task<T>> works)
    {
        while (true)
        {
            try
            {
                return await works();
            }
            catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
            {
                await Task.Delay(50, Ct);
            }
        }
    }

    protected static async Task<TItem> Next<TItem>(IAsyncEnumerator<LogItem> items)
        where TItem : LogItem
    {
        while (await items.MoveNextAsync())
        {
            if (items.Current is TItem item)
            {
                return item;
            }
        }

        throw new InvalidOperationException("The subscription ended.");
    }
}
