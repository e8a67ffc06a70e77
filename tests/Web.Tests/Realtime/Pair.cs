using System.Text.Json;

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
    public static async Task<Pair> Meet(Uri address, Wire wire = Wire.Json, string mode = "text")
    {
        var request = Request(mode);
        var ann = await HubVisitor.Enter(address, wire);
        var bob = await HubVisitor.Enter(address, wire);
        await ann.Join(request);
        await bob.Join(request);
        var (anns, bobs) = (await ann.Next("match_found"), await bob.Next("match_found"));
        Assert.Equal(anns.Text("matchId"), bobs.Text("matchId"));
        return new(ann, bob, anns.Text("matchId"), anns, bobs);
    }

    public async ValueTask DisposeAsync()
    {
        await Ann.DisposeAsync();
        await Bob.DisposeAsync();
    }
}
