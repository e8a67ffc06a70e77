using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Xunit;

namespace RandomChat.Engines;

/// <summary>
/// A real EventStoreDB for tests: the one that <c>ESDB_CONNECTION</c> names, else a container where a Docker engine
/// answers. Where there is none the test is skipped and says so; the stand-in is no real one.
/// </summary>
public sealed class EventStoreServer
{
    /// <summary>The collection of tests that follow the log of the shared server: what others write meanwhile would be theirs to read.</summary>
    public const string OneAtATime = "One at a time on EventStoreDB";

    private const ushort Port = 2113;

    private static readonly Lazy<Task<EventStoreServer>> One = new(Begin);

    private EventStoreServer(string connectionString) => ConnectionString = connectionString;

    /// <summary>As every EventStoreDB client takes it. The log is not empty, and the server writes into it too.</summary>
    public string ConnectionString { get; }

    /// <summary>The server that the tests of this process share; skips the test where there is none.</summary>
    public static async Task<EventStoreServer> Shared()
    {
        if (Named is null && !LocalProgram.HasDocker())
        {
            Assert.Skip("There is no EventStoreDB: ESDB_CONNECTION is not set, no Docker engine answers.");
        }

        return await One.Value;
    }

    /// <summary>
    /// A server whose log nobody has written into, for one test: the one that <c>ESDB_EMPTY_CONNECTION</c> names, else a container
    /// of its own.
    /// </summary>
    public static async Task<EventStoreServer> Empty()
    {
        if (Environment.GetEnvironmentVariable("ESDB_EMPTY_CONNECTION") is { Length: > 0 } empty)
        {
            return new(empty);
        }

        if (!LocalProgram.HasDocker())
        {
            Assert.Skip("There is no empty EventStoreDB: ESDB_EMPTY_CONNECTION is not set, no Docker engine answers.");
        }

        return await Contained();
    }

    private static string? Named => Environment.GetEnvironmentVariable("ESDB_CONNECTION") is { Length: > 0 } named ? named : null;

    private static async Task<EventStoreServer> Begin() => Named is { } named ? new(named) : await Contained();

    private static async Task<EventStoreServer> Contained()
    {
        // The container library's own sweeper removes it when this process has ended.
        IContainer container = new ContainerBuilder("eventstore/eventstore:23.10.1-bookworm-slim")
            .WithEnvironment("EVENTSTORE_INSECURE", "true")
            .WithEnvironment("EVENTSTORE_MEM_DB", "true")
            .WithPortBinding(Port, assignRandomHostPort: true)
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(Port).ForPath("/health/live").ForStatusCode(System.Net.HttpStatusCode.NoContent)))
            .Build();
        await container.StartAsync();
        return new($"esdb://{container.Hostname}:{container.GetMappedPublicPort(Port)}?tls=false");
    }
}
