using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Screening;

public sealed class JsonScreeningTests(HubServer server) : ScreeningContract(server, Wire.Json);

public sealed class MessagePackScreeningTests(HubServer server) : ScreeningContract(server, Wire.MessagePack);

/// <summary>What the two of a chat see of the screening, over either protocol.</summary>
public abstract class ScreeningContract(HubServer hub, Wire wire) : IClassFixture<HubServer>
{
    private const string Slur = "you f.a.g.g.o.t";

    private Task<Pair> Meet() => Pair.Meet(hub.Server.Address, wire, "text");

    [Fact]
    public async Task A_blocked_message_tells_its_sender_why_and_the_partner_nothing()
    {
        await using var pair = await Meet();

        var blocked = await pair.Ann.Say(pair.MatchId, Slur);
        var delivered = await pair.Ann.Say(pair.MatchId, "hello");

        Assert.Equal(["messageId", "reason", "sentAt", "sequence", "status"], blocked.Keys());
        Assert.Equal(("blocked", 0, "It looks like hate speech."), (blocked.Text("status"), blocked.Number("sequence"), blocked.Text("reason")));
        Assert.Equal(("delivered", 1), (delivered.Text("status"), delivered.Number("sequence")));
        Assert.Equal("hello", (await pair.Bob.Next("chat_message")).Text("body"));
        Assert.Empty(pair.Bob.Unread("chat_message"));
        Assert.Empty(pair.Bob.Unread("notice"));
    }

    [Fact]
    public async Task The_same_blocked_message_again_gets_the_first_answer_and_resume_knows_nothing_of_it()
    {
        await using var pair = await Meet();

        var first = await pair.Ann.Say(pair.MatchId, Slur, "one");
        var again = await pair.Ann.Say(pair.MatchId, Slur, "one");
        var resumed = await pair.Ann.Call("resume", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });

        Assert.Equal(first.ToString(), again.ToString());
        Assert.Empty(resumed.GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task A_warned_message_arrives_and_its_sender_is_told_to_take_care()
    {
        await using var pair = await Meet();
        await using var tab = await pair.Ann.AnotherTab();

        var answer = await pair.Ann.Say(pair.MatchId, "my number is 07700 900123");
        var notice = await pair.Ann.Next("notice");

        Assert.Equal(["messageId", "sentAt", "sequence", "status"], answer.Keys());
        Assert.Equal("my number is 07700 900123", (await pair.Bob.Next("chat_message")).Text("body"));
        Assert.Equal(["code", "message", "severity"], notice.Keys());
        Assert.Equal("contact-details", notice.Text("code"));
        Assert.Equal("warning", notice.Text("severity"));
        await pair.Ann.Say(pair.MatchId, "done");
        await pair.Bob.Next("chat_message");
        await tab.Next("chat_message");
        Assert.Equal("done", (await tab.Next("chat_message")).Text("body"));
        Assert.Empty(pair.Bob.Unread("notice"));
        Assert.Empty(tab.Unread("notice"));
    }

    [Fact]
    public async Task Interests_are_screened_before_anybody_sees_them()
    {
        await using var ann = await HubVisitor.Enter(hub.Server.Address, wire);
        using var rest = ann.Rest();
        var unwanted = new Dictionary<string, object?> { ["mode"] = "text", ["interests"] = new[] { "chess", "heil hitler" } };

        Assert.Equal("invalid", (await ann.Refused("join_queue", unwanted)).Code);
        foreach (var (method, path) in new[] { (HttpMethod.Put, "/api/preferences"), (HttpMethod.Post, "/api/match/start") })
        {
            using var answer = await rest.SendAsync(new(method, path) { Content = JsonContent.Create(unwanted) });
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Equal(
                "Please choose something else: this looks like hate speech.",
                (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").GetProperty("interests")[0].GetString());
        }
    }

    [Theory]
    [InlineData("n1gger")]
    [InlineData("ｋｙｓ")]
    [InlineData("t.me/sunny")]
    [InlineData("call 07700 900123")]
    public async Task Names_are_screened_before_anybody_sees_them(string name)
    {
        using var rest = new HttpClient { BaseAddress = hub.Server.Address };

        using var answer = await rest.PostAsJsonAsync("/api/session", new { birthYear = 1990, acceptTerms = true, displayName = name });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty("displayName", out _));
    }

    [Fact]
    public async Task Everything_that_is_kept_on_a_visitor_tells_of_its_screened_messages()
    {
        await using var pair = await Meet();
        using var rest = pair.Ann.Rest();
        await pair.Ann.Say(pair.MatchId, Slur);

        JsonElement screened = default;
        await Hosting.Wait.Until(async () =>
        {
            var export = await rest.GetFromJsonAsync<JsonElement>("/api/me/export");
            return export.GetProperty("matches").EnumerateArray().Any(match =>
                match.GetProperty("screened") is var all && all.GetArrayLength() == 1 && (screened = all[0]).ValueKind == JsonValueKind.Object);
        });

        Assert.Equal("block", screened.GetProperty("verdict").GetProperty("action").GetString());
        Assert.Equal("lexicon", screened.GetProperty("verdict").GetProperty("rule").GetString());
    }
}
