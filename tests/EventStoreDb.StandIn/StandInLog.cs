using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.StandIn;

/// <summary>What EventStoreDB's log can do beyond ours: metadata streams, expectations other than a revision, reading backwards.</summary>
internal sealed class StandInLog
{
    public const int MostBytes = 1 << 20;

    /// <summary>-1: no stream, -2: any, -4: it exists, as the server's own code has them.</summary>
    public const long NoStream = -1, Any = -2, Exists = -4;

    private const string MetadataOf = "$$";

    private readonly SqliteEventStore _store;

    /// <summary>The first revisions that can be read, of streams whose metadata say so.</summary>
    private readonly ConcurrentDictionary<string, long> _beginnings = new();

    public StandInLog(SqliteEventStore store)
    {
        _store = store;
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT stream, data FROM events WHERE type = '$metadata' AND data LIKE '%$tb%' ORDER BY position";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            using var metadata = JsonDocument.Parse(rows.GetString(1));
            Begin(rows.GetString(0), metadata.RootElement);
        }
    }

    /// <summary>Appends that came one after the other are recorded in that order.</summary>
    public async Task<AppendResult> Append(string stream, long expected, IReadOnlyList<NewEvent> events)
    {
        var result = expected >= NoStream
            ? await _store.Append(new(stream), new(expected), events, CancellationToken.None)
            : await AppendAtHead(stream, expected, events);
        if (result is AppendResult.Appended && stream.StartsWith(MetadataOf, StringComparison.Ordinal) && events[^1].Type == "$metadata")
        {
            using var metadata = JsonDocument.Parse(events[^1].Data);
            if (metadata.RootElement.TryGetProperty("$maxAge", out var seconds))
            {
                await _store.SetMaxAge(new(stream[MetadataOf.Length..]), TimeSpan.FromSeconds(seconds.GetInt64()), CancellationToken.None);
            }

            Begin(stream, metadata.RootElement);
        }

        return result;
    }

    public IAsyncEnumerable<RecordedEvent> Read(string stream, long from, CancellationToken ct) =>
        _store.Read(new(stream), Math.Max(from, _beginnings.GetValueOrDefault(stream)), ct);

    public IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct) => _store.Subscribe(after, ct);

    /// <summary>The last revision of a stream, -1 where it does not exist.</summary>
    public long Head(string stream)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT coalesce(max(revision), -1) FROM (
                SELECT max(revision) AS revision FROM places WHERE stream = $stream
                UNION ALL
                SELECT max(revision) FROM events WHERE position > (SELECT up_to FROM placed) AND stream = $stream)
            """;
        command.Parameters.AddWithValue("$stream", stream);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Positions before one, the latest first.</summary>
    public IEnumerable<long> PositionsBefore(long position)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT position FROM events WHERE position < $position ORDER BY position DESC";
        command.Parameters.AddWithValue("$position", position);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return rows.GetInt64(0);
        }
    }

    private async Task<AppendResult> AppendAtHead(string stream, long expected, IReadOnlyList<NewEvent> events)
    {
        var head = Head(stream);
        while (head >= 0 || expected != Exists)
        {
            var result = await _store.Append(new(stream), new(head), events, CancellationToken.None);
            if (result is not AppendResult.WrongRevision { Actual: var actual })
            {
                return result;
            }

            head = actual;
        }

        return new AppendResult.WrongRevision(NoStream);
    }

    private void Begin(string metadataStream, JsonElement metadata)
    {
        if (metadata.TryGetProperty("$tb", out var revision))
        {
            _beginnings[metadataStream[MetadataOf.Length..]] = revision.GetInt64();
        }
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={_store.File};Mode=ReadOnly");
        connection.Open();
        return connection;
    }
}
