using System.Text.Json;
using RandomChat.Engines;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

/// <summary>The official client finds in the stand-in what it finds in a real server, and reads what the adapter wrote.</summary>
[Collection(EventStoreServer.OneAtATime)]
public sealed class OfficialClientTests : StandInFixture
{
    [Fact]
    public async Task It_appends_reads_subscribes_and_catches_wrong_versions_on_the_stand_in() =>
        await Agrees($"esdb://127.0.0.1:{(await Server()).Address.Port}?tls=false");

    [Fact]
    public async Task It_does_the_same_on_a_real_server() => await Agrees((await EventStoreServer.Shared()).ConnectionString);

    private async Task Agrees(string connectionString)
    {
        var stream = NewStream();
        using var json = JsonDocument.Parse(await NodeClient.Run("client.mjs", connectionString, stream.Value));
        var told = json.RootElement;

        Assert.Equal($"{stream}-absent", told.GetProperty("absent").GetString());
        Assert.Equal((true, 2), (Success(told, "appended"), Number(told, "appended", "revision")));
        Assert.Equal((true, 2), (Success(told, "again"), Number(told, "again", "revision")));
        Assert.Equal((2, "no_stream"), (Number(told, "wrong", "actual"), told.GetProperty("wrong").GetProperty("expected").GetString()));
        Assert.Equal((2, 7), (Number(told, "stale", "actual"), Number(told, "stale", "expected")));
        Assert.Equal(4, told.GetProperty("any").GetInt64());
        Assert.Equal((true, 0), (Success(told, "plain"), Number(told, "plain", "revision")));
        Assert.Equal((0, 5), (Number(told, "plainWrong", "actual"), Number(told, "plainWrong", "expected")));
        Assert.Equal([0, 1, 2, 3, 4], told.GetProperty("subscribed").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal([4, 3], told.GetProperty("backwards").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal(3_600, Number(told, "metadata", "maxAge"));

        // Both clients read the same from the same bytes.
        var store = Connect(connectionString);
        var ours = await Read(store, stream);
        var theirs = told.GetProperty("read").EnumerateArray().ToArray();
        Assert.Equal(theirs.Select(e => e.GetProperty("id").GetString()), ours.Select(e => e.Id.ToString()));
        Assert.Equal(theirs.Select(e => e.GetProperty("revision").GetInt64()), ours.Select(e => e.Revision));
        Assert.Equal(theirs.Select(e => e.GetProperty("data").GetProperty("n").GetInt32()), ours.Select(e => JsonDocument.Parse(e.Data).RootElement.GetProperty("n").GetInt32()));
        Assert.All(theirs, e => Assert.True(e.GetProperty("isJson").GetBoolean()));
        Assert.All(ours, e => Assert.Equal("""{"actor":"node"}""", System.Text.Encoding.UTF8.GetString(e.Metadata.Span)));
        Assert.Equal(Number(told, "appended", "position"), ours[2].Position.Value);

        // What the other client set beside the age stays.
        await store.SetMaxAge(stream, TimeSpan.FromHours(3), Ct);
        var metadata = await Read(store, new($"$${stream}"));
        using var kept = JsonDocument.Parse(metadata[^1].Data);
        Assert.Equal((10_800, "kept"), (kept.RootElement.GetProperty("$maxAge").GetInt32(), kept.RootElement.GetProperty("custom").GetString()));
    }

    private static bool Success(JsonElement told, string what) => told.GetProperty(what).GetProperty("success").GetBoolean();

    private static long Number(JsonElement told, string what, string name) => told.GetProperty(what).GetProperty(name).GetInt64();
}
