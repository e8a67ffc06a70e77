using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

public sealed class JsonCallReportTests(HubServer server) : CallReportContract(server, Wire.Json);

public sealed class MessagePackCallReportTests(HubServer server) : CallReportContract(server, Wire.MessagePack);

/// <summary>How a call went, as its two sides report it and as it is recorded, over either protocol.</summary>
public abstract class CallReportContract(HubServer hub, Wire wire) : IClassFixture<HubServer>
{
    [Fact]
    public async Task The_latest_report_of_each_side_is_recorded_when_the_match_ends_and_the_first_frame_once_given()
    {
        await using var pair = await Meet("video");
        var (first, second) = pair.AnnsMatch.GetProperty("initiator").GetBoolean() ? (pair.Ann, pair.Bob) : (pair.Bob, pair.Ann);
        await first.Tell("call_report", Report(pair, "direct"));
        await first.Tell("call_report", Report(pair, "direct", 840));
        await first.Tell("call_report", Report(pair, "relay", 9_000));
        await first.Tell("call_report", Report(pair, "dropped"));
        await second.Tell("call_report", Report(pair, "relay", 0));

        await pair.Ann.Tell("end_session", Of(pair));

        var events = await Recorded(pair);
        Assert.Equal(["matches.match.started.v1", "matches.call.ended.v1", "matches.match.ended.v1"], events.Select(e => e.Type));
        var call = events[1].Data;
        Assert.Equal((first.Id, second.Id), (call.GetProperty("first").GetGuid(), call.GetProperty("second").GetGuid()));
        Assert.Equal("""{"path":"dropped","firstFrameMilliseconds":840}""", call.GetProperty("firstCall").ToString());
        Assert.Equal("""{"path":"relay","firstFrameMilliseconds":0}""", call.GetProperty("secondCall").ToString());
    }

    [Fact]
    public async Task A_call_that_nobody_reported_leaves_no_event()
    {
        await using var pair = await Meet("video");

        await pair.Ann.Tell("end_session", Of(pair));

        Assert.Equal(["matches.match.started.v1", "matches.match.ended.v1"], (await Recorded(pair)).Select(e => e.Type));
    }

    [Fact]
    public async Task Only_the_two_of_a_video_match_that_goes_on_report_its_call()
    {
        await using var text = await Meet("text");
        await using var pair = await Meet("video");

        Assert.Equal("conflict", (await text.Ann.Refused("call_report", Report(text, "direct"))).Code);
        Assert.Equal("not-in-match", (await text.Ann.Refused("call_report", Report(pair, "direct"))).Code);
        await pair.Ann.Tell("end_session", Of(pair));
        Assert.Equal("not-in-match", (await pair.Bob.Refused("call_report", Report(pair, "direct"))).Code);

        Assert.Equal(["matches.match.started.v1", "matches.match.ended.v1"], (await Recorded(pair)).Select(e => e.Type));
    }

    [Fact]
    public async Task A_report_names_a_path_and_ten_minutes_at_most()
    {
        await using var pair = await Meet("video");

        foreach (var (path, firstFrame) in new (object?, object?)[]
        {
            (null, 5), ("Direct", 5), ("srflx", 5), (0, 5), ("direct", -1), ("direct", 600_001), ("direct", "5"), ("direct", 0.5),
        })
        {
            Assert.Equal("invalid", (await pair.Ann.Refused("call_report", Report(pair, path, firstFrame))).Code);
        }

        await pair.Ann.Tell("call_report", Report(pair, "failed", 600_000));
    }

    [Fact]
    public async Task Reports_count_as_signals_where_those_are_limited()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Limits:Signals:Burst"] = "2" });
        await using var pair = await Pair.Meet(server.Address, wire, "video");
        await pair.Ann.Tell("signal", new Dictionary<string, object?> { ["matchId"] = pair.MatchId, ["type"] = "ice", ["payload"] = null });
        await pair.Ann.Tell("call_report", Report(pair, "direct"));

        Assert.Equal("rate-limited", (await pair.Ann.Refused("call_report", Report(pair, "relay"))).Code);
        await pair.Bob.Tell("call_report", Report(pair, "relay"));
    }

    [Fact]
    public async Task Taking_clear_pictures_back_is_never_refused()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Limits:Signals:Burst"] = "1" });
        await using var pair = await Pair.Meet(server.Address, wire, "video");
        await pair.Ann.Tell("show_video", Show(pair, true));

        Assert.Equal("rate-limited", (await pair.Ann.Refused("show_video", Show(pair, true))).Code);
        await pair.Ann.Tell("show_video", Show(pair, false));

        Assert.True((await pair.Bob.Next("show_video")).GetProperty("show").GetBoolean());
        Assert.False((await pair.Bob.Next("show_video")).GetProperty("show").GetBoolean());
    }

    private static Dictionary<string, object?> Show(Pair pair, bool show) => new() { ["matchId"] = pair.MatchId, ["show"] = show };

    private Task<Pair> Meet(string mode) => Pair.Meet(hub.Server.Address, wire, mode);

    /// <summary>Both are out at once; that they are is written as soon as the log takes it.</summary>
    private async Task<List<(string Type, JsonElement Data)>> Recorded(Pair pair)
    {
        List<(string Type, JsonElement Data)> events = [];
        await Wait.Until(async () => (events = await RecordedSoFar(pair)).Exists(e => e.Type == "matches.match.ended.v1"));
        return events;
    }

    private async Task<List<(string Type, JsonElement Data)>> RecordedSoFar(Pair pair)
    {
        var events = new List<(string, JsonElement)>();
        await foreach (var recorded in hub.Server.Services.GetRequiredService<IEventStore>().Read(
            StreamName.For("match", Guid.Parse(pair.MatchId)), 0, TestContext.Current.CancellationToken))
        {
            events.Add((recorded.Type, JsonSerializer.Deserialize<JsonElement>(recorded.Data.Span)));
        }

        return events;
    }

    private static Dictionary<string, object?> Of(Pair pair) => new() { ["matchId"] = pair.MatchId };

    private static Dictionary<string, object?> Report(Pair pair, object? path, object? firstFrame = null) => new()
    {
        ["matchId"] = pair.MatchId,
        ["path"] = path,
        ["firstFrameMilliseconds"] = firstFrame,
    };
}
