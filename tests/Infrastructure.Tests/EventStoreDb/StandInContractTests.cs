using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Tests.EventStore;
using RandomChat.StandIn;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

/// <summary>The adapter on the stand-in, as on a server of today.</summary>
public class StandInContractTests : EventStoreContract
{
    private readonly TemporaryFolder _folder = new();
    private StandInServer? _server;

    protected virtual StandInOptions Options => new() { Data = _folder.File("log"), Time = Time };

    protected StandInOptions Modern => new() { Data = _folder.File("log"), Time = Time };

    protected override async Task<IEventStore> Open()
    {
        _server = await StandInServer.Start(Options);
        return new EventStoreDbEventStore(
            EventStoreDbSettings.Parse($"esdb://127.0.0.1:{_server.Address.Port}?tls=false"), TimeProvider.System,
            NullLogger<EventStoreDbEventStore>.Instance);
    }

    protected override async Task Close(IEventStore store)
    {
        await ((EventStoreDbEventStore)store).DisposeAsync();
        await _server!.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>The adapter on a server that has no batches and never says that a reader has caught up.</summary>
public sealed class OlderStandInContractTests : StandInContractTests
{
    protected override StandInOptions Options => Modern with { TellsFeatures = false, SaysCaughtUp = false };
}
