using System.Net;
using System.Text.Json;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>Two visitors who met; nobody else can meet them, since each pair speaks a language of its own.</summary>
public sealed record Pair(HubVisitor Ann, HubVisitor Bob, string MatchId, JsonElement AnnsMatch, JsonElement BobsMatch) : IAsyncDisposable
{
    public static Dictionary<string, object?> Request(string mode = "text") => new()
    {
        ["mode"] = mode,
        ["language"] = "x-" + Guid.NewGuid().ToString("N")[..8],
    };

    /// <param name="mode"><c>text</c> or <c>video</c>.</param>
    public static Task<Pair> Meet(Uri address, Wire wire = Wire.Json, string mode = "text") => Meet(address, address, wire, mode);

    /// <summary>Two who meet although they are connected to different nodes.</summary>
    public static async Task<Pair> Meet(Uri anns, Uri bobs, Wire wire = Wire.Json, string mode = "text")
    {
        var request = Request(mode);
        var ann = await HubVisitor.Enter(anns, wire);
        var bob = await HubVisitor.Enter(bobs, wire);
        await ann.Join(request);
        await bob.Join(request);
        var (annsMatch, bobsMatch) = (await ann.Next("match_found"), await bob.Next("match_found"));
        Assert.Equal(annsMatch.Text("matchId"), bobsMatch.Text("matchId"));
        return new(ann, bob, annsMatch.Text("matchId"), annsMatch, bobsMatch);
    }

    /// <summary>Bob reports Ann.</summary>
    public async Task<Guid> Report(string reason, string? comment = null)
    {
        using var bob = Bob.Rest();
        using var answer = await bob.Post("/api/report", new { matchId = MatchId, reason, comment });
        return (await answer.Json(HttpStatusCode.Created)).GetProperty("reportId").GetGuid();
    }

    public async ValueTask DisposeAsync()
    {
        await Ann.DisposeAsync();
        await Bob.DisposeAsync();
    }
}
