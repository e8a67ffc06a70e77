using System.Text;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Projections.Tests.Commands;

/// <summary>The command line as an analyst starts it: a process of its own, from a folder of its own.</summary>
public sealed class InspectTests : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("randomchat-cli-data-");
    private readonly DirectoryInfo elsewhere = Directory.CreateTempSubdirectory("randomchat-cli-");
    private readonly StreamName stream = StreamName.For("match", Guid.NewGuid());

    [Fact]
    public async Task It_reads_what_the_server_writes_while_the_server_goes_on_writing()
    {
        await using var server = SqliteEventStore.Open(Path.Combine(data.FullName, "events.db"), TimeProvider.System);
        await Append(server, -1, """{"said":"hello"}""");

        var first = await Run("inspect", stream.Value, "--json");
        await Append(server, 0, """{"said":"again"}""");
        var second = await Run("inspect", stream.Value, "--json");

        Assert.Equal(0, first.Code);
        Assert.Equal(["hello"], Said(first.Output));
        Assert.Equal(["hello", "again"], Said(second.Output));
        Assert.Equal(2, server.AppendedEvents);
    }

    [Fact]
    public async Task For_people_each_event_says_where_when_and_who()
    {
        await using var server = SqliteEventStore.Open(Path.Combine(data.FullName, "events.db"), TimeProvider.System);
        await Append(server, -1, """{"said":"hello"}""");

        var (code, output, _) = await Run("inspect", stream.Value);

        Assert.Equal(0, code);
        Assert.Contains("tests.test.passed.v1 system", output, StringComparison.Ordinal);
        Assert.Contains("""{"said":"hello"}""", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_directory_can_be_given_on_the_command_line()
    {
        await using (var server = SqliteEventStore.Open(Path.Combine(elsewhere.FullName, "mine", "events.db"), TimeProvider.System))
        {
            await Append(server, -1, """{"said":"hello"}""");
        }

        var (code, output, _) = await Run("inspect", stream.Value, "--json", $"--RandomChat:DataDirectory={Path.Combine(elsewhere.FullName, "mine")}");

        Assert.Equal(0, code);
        Assert.Equal(["hello"], Said(output));
    }

    [Fact]
    public async Task A_stream_without_events_is_no_error()
    {
        await SqliteEventStore.Open(Path.Combine(data.FullName, "events.db"), TimeProvider.System).DisposeAsync();

        Assert.Equal((0, $"{stream} holds no events.\n", string.Empty), await Run("inspect", stream.Value));
        Assert.Equal((0, "[]\n", string.Empty), await Run("inspect", stream.Value, "--json"));
    }

    [Fact]
    public async Task Without_a_log_it_says_where_it_looked()
    {
        var (code, output, error) = await Run("inspect", stream.Value);

        Assert.Equal(3, code);
        Assert.Empty(output);
        Assert.Contains(Path.Combine(data.FullName, "events.db"), error, StringComparison.Ordinal);
        Assert.Empty(data.GetFiles());
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("inspect", "everything")]
    [InlineData("inspect", "match-1")]
    [InlineData("forget")]
    [InlineData("inspect", "match-0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e01", "--loud")]
    public async Task Wrong_usage_is_told_and_changes_nothing(params string[] arguments)
    {
        var (code, output, error) = await Run(arguments);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.NotEmpty(error);
        Assert.Empty(data.GetFiles());
    }

    public void Dispose()
    {
        data.Delete(recursive: true);
        elsewhere.Delete(recursive: true);
    }

    private static IEnumerable<string> Said(string json) => JsonSerializer.Deserialize<JsonElement[]>(json)!
        .Select(e => e.GetProperty("data").GetProperty("said").GetString()!);

    private async Task Append(SqliteEventStore store, long revision, string json)
    {
        var metadata = JsonSerializer.SerializeToUtf8Bytes(new EventMetadata(Guid.Empty, Guid.Empty, EventMetadata.System), EventCodec.Json);
        Assert.IsType<AppendResult.Appended>(await store.Append(
            stream, new(revision), [new(Guid.NewGuid(), "tests.test.passed.v1", Encoding.UTF8.GetBytes(json), metadata)], CancellationToken.None));
    }

    private Task<(int Code, string Output, string Error)> Run(params string[] arguments) =>
        Cli.Run(data.FullName, elsewhere.FullName, arguments);
}
