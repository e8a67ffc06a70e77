using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.StandIn;

internal sealed class FeaturesService : ServerFeatures.ServerFeaturesBase
{
    private const string Streams = "event_store.client.streams.streams";

    public override Task<SupportedMethods> GetSupportedMethods(Empty request, ServerCallContext context) => Task.FromResult(new SupportedMethods
    {
        EventStoreServerVersion = "23.10.0",
        Methods =
        {
            new SupportedMethod { ServiceName = Streams, MethodName = "read", Features = { "position", "events" } },
            new SupportedMethod { ServiceName = Streams, MethodName = "append" },
            new SupportedMethod { ServiceName = Streams, MethodName = "batchappend", Features = { "deadline_duration" } },
            new SupportedMethod { ServiceName = "event_store.client.server_features.serverfeatures", MethodName = "getsupportedmethods" },
        },
    });
}
