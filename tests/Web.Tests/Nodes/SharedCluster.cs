namespace RandomChat.Web.Tests.Nodes;

/// <summary>A cluster that the tests of a class share, since none of them breaks it.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    public Cluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await Cluster.Start(settings: ("Matching:Timeout", "00:00:03"));

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
