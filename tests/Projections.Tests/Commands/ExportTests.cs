using System.Text.Json;
using DuckDB.NET.Data;
using RandomChat.Application.Events;
using RandomChat.Projections.Tests.Engine;

namespace RandomChat.Projections.Tests.Commands;

/// <summary>The three formats hold the same rows; DuckDB reads each of them as analysts do.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private readonly TestLog log = new();
    private readonly DirectoryInfo elsewhere = Directory.CreateTempSubdirectory("randomchat-cli-");

    public async ValueTask InitializeAsync()
    {
        await log.Traffic(30);
        await log.Append(
            StreamName.For("visitor", Guid.NewGuid()),
            new NewEvent(Guid.NewGuid(), "tests.quote.said.v1", """{"said":"a \"quote\", a comma;\nümläut 🙂"}"""u8.ToArray(), """{"correlationId":"00000000-0000-0000-0000-000000000001","causationId":"00000000-0000-0000-0000-000000000002","actor":"system"}"""u8.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        elsewhere.Delete(recursive: true);
    }

    [Theory]
    [InlineData("ndjson", "read_json('{0}', format = 'newline_delimited')")]
    [InlineData("csv", "read_csv('{0}', all_varchar = true)")]
    [InlineData("parquet", "read_parquet('{0}')")]
    public async Task Every_event_is_a_row_that_DuckDB_reads(string format, string table)
    {
        var file = Path.Combine(elsewhere.FullName, $"events.{format}");
        var (code, output, _) = await Cli.Run(log.Folder, elsewhere.FullName, "export", "--format", format, "--out", $"events.{format}", "--json");
        Assert.Equal(0, code);
        var end = log.Store.End()!.Value.Value;
        Assert.Equal(end, JsonDocument.Parse(output).RootElement.GetProperty("events").GetInt64());

        var from = string.Format(System.Globalization.CultureInfo.InvariantCulture, table, file);
        Assert.Equal(
            ["actor", "at", "correlationId", "data", "messageId", "position", "revision", "stream", "type"],
            Query($"DESCRIBE SELECT * FROM {from}").Select(row => row[0]).Order(StringComparer.Ordinal));
        Assert.Equal(
            [[end.ToString(System.Globalization.CultureInfo.InvariantCulture)]],
            Query($"SELECT count(*) FROM {from}"));
        Assert.Equal(
            Query($"SELECT count(*) FROM {from} WHERE type = 'matches.message.sent.v1'"),
            Query($"SELECT count(*) FROM {from} WHERE messageId IS NOT NULL AND CAST(messageId AS VARCHAR) <> ''"));
        Assert.Equal(
            [["a \"quote\", a comma;\nümläut 🙂"]],
            Query($"SELECT json_extract_string(CAST(data AS JSON), '$.said') FROM {from} WHERE type = 'tests.quote.said.v1'"));
        Assert.Equal(
            [["00000000-0000-0000-0000-000000000001", "system"]],
            Query($"SELECT CAST(correlationId AS VARCHAR), actor FROM {from} WHERE type = 'tests.quote.said.v1'"));
        Assert.Equal([["True"]], Query($"SELECT min(CAST(\"at\" AS TIMESTAMPTZ)) > now() - INTERVAL 1 HOUR FROM {from}"));
    }

    [Fact]
    public async Task In_Parquet_columns_have_types()
    {
        await Cli.Run(log.Folder, elsewhere.FullName, "export", "--format", "parquet", "--out", "events.parquet");

        Assert.Equal(
            ["BIGINT", "VARCHAR", "BIGINT", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"],
            Query($"DESCRIBE SELECT * FROM read_parquet('{Path.Combine(elsewhere.FullName, "events.parquet")}')").Select(row => row[1]));
    }

    [Fact]
    public async Task A_file_is_replaced_when_the_new_one_is_whole_and_nothing_is_left_beside_it()
    {
        var file = Path.Combine(elsewhere.FullName, "deep", "events.ndjson");
        for (var n = 0; n < 2; n++)
        {
            Assert.Equal(0, (await Cli.Run(log.Folder, elsewhere.FullName, "export", "--format", "ndjson", "--out", file)).Code);
        }

        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
        var row = JsonDocument.Parse(File.ReadLines(file).First()).RootElement;
        Assert.Equal(["position", "stream", "revision", "type", "at", "actor", "correlationId", "data"], row.EnumerateObject().Select(property => property.Name));
        Assert.Equal(JsonValueKind.Object, row.GetProperty("data").ValueKind);
    }

    private static List<string[]> Query(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var found = new List<string[]>();
        while (rows.Read())
        {
            found.Add([.. Enumerable.Range(0, rows.FieldCount).Select(column => Convert.ToString(rows.GetValue(column), System.Globalization.CultureInfo.InvariantCulture)!)]);
        }

        return found;
    }
}
