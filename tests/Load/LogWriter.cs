using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;

namespace RandomChat.Load;

/// <summary>Rows straight into the log's table: what is measured is the reading.</summary>
internal sealed class LogWriter : IDisposable
{
    private const int ACommit = 50_000;
    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;
    private readonly Dictionary<string, int> revisions = [];
    private readonly Random random = new(2);
    private readonly int count;
    private int written;

    /// <summary>As the log's own writer does with each batch.</summary>
    internal const string EnterIntoIndex =
        """
        INSERT INTO places (stream, revision, position) SELECT stream, revision, position FROM events ORDER BY stream, revision;
        UPDATE placed SET up_to = (SELECT max(position) FROM events);
        """;

    public LogWriter(SqliteConnection connection, int count)
    {
        (this.connection, this.count) = (connection, count);
        Execute("PRAGMA synchronous=OFF; PRAGMA cache_size=-262144; BEGIN;");
        insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO events (stream, revision, id, type, at, data, metadata) VALUES ($0, $1, $2, $3, $4, CAST($5 AS TEXT), CAST($6 AS TEXT))";
        for (var i = 0; i < 7; i++)
        {
            insert.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }
    }

    public bool IsFull => written >= count;

    public int Written => written;

    /// <param name="actor">As metadata name them; null: the program itself.</param>
    public void Write(string stream, DateTimeOffset at, object happened, string? actor = null)
    {
        if (IsFull)
        {
            return;
        }

        var revision = revisions.GetValueOrDefault(stream, -1) + 1;
        revisions[stream] = revision;
        var encoded = EventCodec.Default.Encode(random.Id(), happened, new(random.Id(), random.Id(), actor ?? EventMetadata.System));
        object[] values =
        [
            stream, revision, encoded.Id.ToString("D"), encoded.Type, at.ToUnixTimeMilliseconds(), encoded.Data.ToArray(), encoded.Metadata.ToArray(),
        ];
        for (var i = 0; i < values.Length; i++)
        {
            insert.Parameters[i].Value = values[i];
        }

        insert.ExecuteNonQuery();
        if (++written % ACommit == 0)
        {
            Execute("COMMIT; BEGIN;");
        }
    }

    public void Dispose()
    {
        Execute(EnterIntoIndex);
        Execute("COMMIT");
        insert.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
