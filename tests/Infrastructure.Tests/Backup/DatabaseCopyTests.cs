using Microsoft.Data.Sqlite;
using RandomChat.Infrastructure.Backup;

namespace RandomChat.Infrastructure.Tests.Backup;

/// <summary>A database is copied while somebody writes it without a pause.</summary>
public sealed class DatabaseCopyTests : IDisposable
{
    private const int Rows = 6_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("copy-").FullName;
    private readonly CancellationTokenSource over = new();
    private readonly SqliteConnection writer;
    private long committed;

    public DatabaseCopyTests()
    {
        writer = Open(Source);
        Run(writer, $"""
            PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;
            CREATE TABLE rows (id INTEGER PRIMARY KEY, text BLOB NOT NULL);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) INSERT INTO rows SELECT i, randomblob(3000) FROM n;
            PRAGMA application_id=77;
            """);
    }

    private string Source => Path.Combine(folder, "source.db");

    private string Target => Path.Combine(folder, "target.db");

    [Fact]
    public async Task Writing_goes_on_between_the_parts_of_a_copy_and_the_copy_neither_begins_again_nor_differs()
    {
        var writing = Task.Run(Write);
        var parts = new List<long>();
        var before = 0L;
        await Task.Run(() => DatabaseCopy.ToFile(
            Source, Target,
            copied =>
            {
                before = parts.Count == 0 ? Volatile.Read(ref committed) : before;
                parts.Add(copied);
                var seen = Volatile.Read(ref committed);
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref committed) > seen + 3 || writing.IsCompleted, Patience));
            },
            default));
        await over.CancelAsync();
        await writing;

        Assert.True(parts.Count > 4);
        Assert.Equal(parts.Order().Distinct(), parts);
        using var copy = Open(Target);
        Assert.Equal("ok", Text(copy, "PRAGMA integrity_check"));
        Assert.Equal("77", Text(copy, "PRAGMA application_id"));
        Assert.Equal("wal", Text(copy, "PRAGMA journal_mode"));

        // What was there in the moment in which it began, and nothing of what came while it went on.
        Assert.InRange(long.Parse(Text(copy, "SELECT max(id) FROM rows"), System.Globalization.CultureInfo.InvariantCulture), Rows, Rows + before);
    }

    [Fact]
    public void What_lies_in_the_write_ahead_log_alone_is_in_a_copy_in_memory()
    {
        Run(writer, "PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO rows VALUES (1000000, x'00')");

        File.WriteAllBytes(Target, DatabaseCopy.ToMemory(Source));

        Assert.Equal(1_000_000, DatabaseCopy.Number(Target, "SELECT max(id) FROM rows"));
        Assert.False(File.Exists(Target + "-shm"));
    }

    public void Dispose()
    {
        writer.Dispose();
        over.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void Write()
    {
        while (!over.IsCancellationRequested)
        {
            Run(writer, "INSERT INTO rows (text) VALUES (randomblob(3000))");
            Interlocked.Increment(ref committed);
        }
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False;Default Timeout=1");
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql) => Text(connection, sql);

    private static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return $"{command.ExecuteScalar()}";
    }
}
