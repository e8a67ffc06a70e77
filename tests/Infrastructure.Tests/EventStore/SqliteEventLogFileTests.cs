using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Tests.EventStore;

public sealed class SqliteEventLogFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("events.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("These are notes, not a database.")]
    [InlineData("x")]
    public void A_text_file_is_refused_and_left_alone(string text)
    {
        System.IO.File.WriteAllText(File, text + string.Concat(Enumerable.Repeat(text, 500)));

        var refused = Refused();

        Assert.Contains("is not a SQLite database", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_text_file_is_refused_and_left_alone()
    {
        System.IO.File.WriteAllText(File, "note");

        Assert.Contains("is not a SQLite database", Refused().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("WAL")]
    public void Another_programs_database_is_refused_and_left_alone(string journal)
    {
        Run($"PRAGMA journal_mode={journal}; CREATE TABLE events (position INTEGER PRIMARY KEY, title TEXT); INSERT INTO events (title) VALUES ('party');");

        Assert.Contains("another program", Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_versions_log_is_refused_and_left_alone()
    {
        await Fill(1);
        Run("PRAGMA user_version=99");

        Assert.Contains("newer version", Refused().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("overwritten")]
    [InlineData("header")]
    public async Task A_damaged_log_is_refused_and_left_alone(string how)
    {
        await Fill(300);
        var bytes = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        switch (how)
        {
            case "cut":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "overwritten":
                bytes.AsSpan(bytes.Length / 4, bytes.Length / 2).Fill(0x5A);
                break;
            default:
                bytes.AsSpan(100, 60).Fill(0xFF);
                break;
        }

        await System.IO.File.WriteAllBytesAsync(File, bytes, TestContext.Current.CancellationToken);

        Assert.Contains("is damaged", Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_becomes_a_log()
    {
        System.IO.File.WriteAllBytes(File, []);
        await Fill(1);

        await using var store = SqliteEventStore.OpenReadOnly(File, TimeProvider.System);
        Assert.Single(await store.Read(new("match-1"), 0, default).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_log_to_read_has_to_exist()
    {
        var refused = Assert.Throws<EventLogFileException>(() => SqliteEventStore.OpenReadOnly(File, TimeProvider.System));

        Assert.Contains("There is no event log at " + File, refused.Message, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    /// <summary>Refused to write and to read alike, with not a byte changed and no file added.</summary>
    private EventLogFileException Refused()
    {
        var before = System.IO.File.ReadAllBytes(File);
        var files = Directory.GetFiles(Path.GetDirectoryName(File)!);

        var refused = Assert.Throws<EventLogFileException>(() => SqliteEventStore.Open(File, TimeProvider.System));
        var refusedToRead = Assert.Throws<EventLogFileException>(() => SqliteEventStore.OpenReadOnly(File, TimeProvider.System));

        Assert.Equal(refused.Message, refusedToRead.Message);
        Assert.Equal(File, refused.File);
        Assert.Contains(File, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing in it was changed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        Assert.Equal(files, Directory.GetFiles(Path.GetDirectoryName(File)!));
        return refused;
    }

    private async Task Fill(int count)
    {
        await using var store = SqliteEventStore.Open(File, TimeProvider.System);
        var result = await store.Append(
            new("match-1"),
            ExpectedRevision.NoStream,
            [.. Enumerable.Range(0, count).Select(_ => new NewEvent(Guid.NewGuid(), "file.filled.v1", "{\"text\":\"some text\"}"u8.ToArray(), "{}"u8.ToArray()))],
            default);
        Assert.IsType<AppendResult.Appended>(result);
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
