using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>Sets how long a stream's events can be read. The server keeps it in the last event of <c>$$stream</c>, beside what others set there.</summary>
internal sealed class StreamAge(EventStoreDbCluster cluster, EventStoreDbReader reader, AppendRoute route)
{
    public const string Key = "$maxAge";
    private const string BeginningKey = "$tb";
    private const int Attempts = 5;

    public static StreamName MetadataOf(StreamName stream) => new($"$${stream.Value}");

    public static NewEvent Event(JsonObject metadata) => new(Guid.NewGuid(), "$metadata", JsonSerializer.SerializeToUtf8Bytes(metadata), default);

    /// <param name="beginning">The first revision that can be read; null: as it is.</param>
    /// <exception cref="DependencyUnavailableException">It may not have been set.</exception>
    public async Task Set(StreamName stream, long seconds, CancellationToken ct, long? beginning = null)
    {
        var metadata = MetadataOf(stream);

        // A new stream has none, so the first attempt looks at nothing.
        var (expected, value) = (ExpectedRevision.NoStream, new JsonObject());
        for (var attempt = 1; ; attempt++)
        {
            value[Key] = seconds;
            if (beginning is { } first)
            {
                value[BeginningKey] = first;
            }

            try
            {
                if (await route.Append(metadata, expected, [Event(value)], ct) is AppendResult.Appended)
                {
                    return;
                }
            }
            catch (AppendOutcomeUnknownException) when (attempt < Attempts)
            {
                // Reading tells, and setting it twice does no harm.
            }
            catch (AppendOutcomeUnknownException unknown)
            {
                throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, unknown);
            }

            if (attempt == Attempts)
            {
                throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency);
            }

            (expected, value) = await Read(metadata, ct);
            if (Is(value, Key, seconds) && (beginning is not { } wanted || Is(value, BeginningKey, wanted)))
            {
                return;
            }
        }
    }

    private static bool Is(JsonObject metadata, string key, long value) =>
        metadata[key] is JsonValue known && known.TryGetValue<long>(out var set) && set == value;

    private async Task<(ExpectedRevision, JsonObject)> Read(StreamName metadata, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var node = cluster.Current;
            try
            {
                return await reader.Last(node, metadata, ct) is { } last
                    ? (new((long)last.StreamRevision), JsonNode.Parse(last.Data.Span) as JsonObject ?? [])
                    : (ExpectedRevision.NoStream, []);
            }
            catch (RpcException e)
            {
                if (!cluster.Failed(node, e) || attempt > cluster.Attempts)
                {
                    throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, e);
                }
            }
        }
    }
}
