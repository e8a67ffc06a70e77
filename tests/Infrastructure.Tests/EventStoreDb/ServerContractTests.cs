using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Engines;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Tests.EventStore;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

/// <summary>The adapter on a real server, whose clock nobody can move and whose log is never empty.</summary>
[Collection(EventStoreServer.OneAtATime)]
public sealed class ServerContractTests : EventStoreContract
{
    protected override TimeSpan Moment => TimeSpan.FromSeconds(1);

    protected override bool IsAlone => false;

    protected override Task Pass(TimeSpan time) => Task.Delay(time, Ct);

    protected override bool IsNow(DateTimeOffset at) => (DateTimeOffset.UtcNow - at).Duration() < TimeSpan.FromMinutes(1);

    protected override async Task<IEventStore> Open() => new EventStoreDbEventStore(
        EventStoreDbSettings.Parse((await EventStoreServer.Shared()).ConnectionString), TimeProvider.System,
        NullLogger<EventStoreDbEventStore>.Instance);

    protected override async Task Close(IEventStore store) => await ((EventStoreDbEventStore)store).DisposeAsync();
}
