using System.Net;
using System.Text.Json;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>A running server keeps the ledger and publishes its anchors.</summary>
public sealed class LedgerTests
{
    private const string Path = "/api/admin/ledger/anchors";

    [Fact]
    public async Task Anchors_are_published_as_the_log_grows_in_a_file_in_the_server_s_log_and_to_the_staff()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Ledger:AnchorEvery"] = "00:00:01" });
        using var moderator = await Moderator.SignIn(server.Address);
        using var visitor = server.NewBrowser();
        await visitor.Enter();

        var first = await Anchor(moderator, after: null);
        using var other = server.NewBrowser();
        await other.Enter();

        var second = await Anchor(moderator, first.GetProperty("position").GetInt64());
        var lines = (await File.ReadAllLinesAsync(System.IO.Path.Combine(server.Data, "anchors.ndjson"))).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        foreach (var anchor in new[] { first, second })
        {
            var hash = anchor.GetProperty("hash").GetString()!;
            Assert.Matches("^[0-9a-f]{64}$", hash);
            Assert.Contains(lines, line => line.GetProperty("hash").GetString() == hash && line.GetProperty("position").GetInt64() == anchor.GetProperty("position").GetInt64());
            Assert.Contains(server.Log.Lines, line => line.Contains(hash, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_audit_beside_the_running_server_finds_nothing_and_its_outcome_is_kept()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Ledger:AnchorEvery"] = "00:00:01" });
        using var moderator = await Moderator.SignIn(server.Address);
        using var visitor = server.NewBrowser();
        await visitor.Enter();

        await Anchor(moderator, after: null);
        var (code, output) = await ProjectionsCli.Run(
            server.Data, "audit", "--json", $"--Ledger:AnchorFile={System.IO.Path.Combine(server.Data, "anchors.ndjson")}");

        Assert.Equal(0, code);
        var told = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.True(told.GetProperty("isSound").GetBoolean());
        Assert.NotEqual(0, told.GetProperty("anchors").GetInt32());
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_and_so_is_who_is_not_of_the_staff()
    {
        await using var server = await RunningServer.Start();
        using var moderator = await Moderator.SignIn(server.Address);
        foreach (var query in new[] { "?after=x", "?after=0", "?limit=0", "?limit=201", "?limit=-1" })
        {
            using var refused = await moderator.GetAsync(Path + query);
            await refused.Problem(422, "invalid");
        }

        using var visitor = server.NewBrowser();
        await visitor.Enter();
        using var answer = await visitor.GetAsync(Path);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static async Task<JsonElement> Anchor(HttpClient moderator, long? after)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var answer = await moderator.GetAsync(after is null ? Path : $"{Path}?after={after}", patience.Token);
            if ((await answer.Json()).GetProperty("items").EnumerateArray().ToArray() is [var anchor, ..])
            {
                return anchor;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
