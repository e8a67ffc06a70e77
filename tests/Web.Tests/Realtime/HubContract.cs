using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Data.Sqlite;

namespace RandomChat.Web.Tests.Realtime;

public sealed class JsonHubTests(HubServer server) : HubContract(server, Wire.Json);

public sealed class MessagePackHubTests(HubServer server) : HubContract(server, Wire.MessagePack);

/// <summary>What the hub promises, over either protocol.</summary>
public abstract class HubContract(HubServer hub, Wire wire) : IClassFixture<HubServer>
{
    private Uri Address => hub.Server.Address;

    private protected Task<Pair> Meet(string mode = "text") => Pair.Meet(Address, wire, mode);

    private Task<HubVisitor> Enter(string? name = null) => HubVisitor.Enter(Address, wire, name);

    private static Dictionary<string, object?> Of(string matchId) => new() { ["matchId"] = matchId };

    // ---- joining

    [Fact]
    public async Task Two_who_fit_are_told_one_match_and_exactly_one_of_them_initiates()
    {
        var language = (string)Pair.Request()["language"]!;
        await using var ann = await Enter("Juniper");
        await using var bob = await Enter();
        var waiting = await ann.Join(new Dictionary<string, object?>
        {
            ["mode"] = "text",
            ["language"] = language,
            ["interests"] = new[] { " Chess ", "tea" },
        });
        var matched = await bob.Join(new Dictionary<string, object?>
        {
            ["mode"] = "text",
            ["language"] = language.ToUpperInvariant(),
            ["interests"] = new[] { "CHESS" },
        });

        var (anns, bobs) = (await ann.Next("match_found"), await bob.Next("match_found"));
        Assert.Equal("waiting", waiting.Text("state"));
        Assert.Equal("matched", matched.Text("state"));
        Assert.Equal(["initiator", "matchId", "mode", "peer", "startedAt"], anns.Keys());
        Assert.Equal(["badges", "displayName", "language", "sharedInterests"], anns.GetProperty("peer").Keys());
        Assert.Equal(anns.Text("matchId"), bobs.Text("matchId"));
        Assert.NotEqual(anns.GetProperty("initiator").GetBoolean(), bobs.GetProperty("initiator").GetBoolean());
        Assert.Equal("text", anns.Text("mode"));
        Assert.Equal(JsonValueKind.Null, anns.GetProperty("peer").GetProperty("displayName").ValueKind);
        Assert.Equal("Juniper", bobs.GetProperty("peer").Text("displayName"));
        Assert.Equal("chess", Assert.Single(anns.GetProperty("peer").GetProperty("sharedInterests").EnumerateArray()).GetString());
        Assert.Empty(anns.GetProperty("peer").GetProperty("badges").EnumerateArray());
        Assert.True(DateTimeOffset.UtcNow - anns.GetProperty("startedAt").GetDateTimeOffset() < TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Joining_again_while_waiting_replaces_the_request()
    {
        var (first, second) = (Pair.Request(), Pair.Request());
        await using var ann = await Enter();
        await using var bob = await Enter();

        await ann.Join(first);
        Assert.Equal("waiting", (await ann.Join(second)).Text("state"));
        Assert.Equal("waiting", (await bob.Join(first)).Text("state"));
        Assert.Equal("matched", (await bob.Join(second)).Text("state"));
    }

    [Fact]
    public async Task Joining_inside_a_match_is_a_conflict_and_the_match_goes_on()
    {
        await using var pair = await Meet();

        Assert.Equal("conflict", (await pair.Ann.Refused("join_queue", Pair.Request())).Code);
        Assert.Equal("delivered", (await pair.Ann.Say(pair.MatchId, "still here")).Text("status"));
    }

    [Fact]
    public async Task Two_tabs_of_one_browser_never_meet()
    {
        var request = Pair.Request();
        await using var ann = await Enter();
        await using var tab = await ann.AnotherTab();

        await ann.Join(request);
        Assert.Equal("waiting", (await tab.Join(request)).Text("state"));
        await using var bob = await Enter();
        await bob.Join(request);

        Assert.Equal((await bob.Next("match_found")).Text("matchId"), (await ann.Next("match_found")).Text("matchId"));
        await tab.Next("match_found");
    }

    [Fact]
    public async Task Who_left_the_queue_is_not_met()
    {
        var request = Pair.Request();
        await using var ann = await Enter();
        await using var bob = await Enter();
        await ann.Join(request);
        await ann.Tell("leave_queue");
        await ann.Tell("leave_queue");

        Assert.Equal("waiting", (await bob.Join(request)).Text("state"));
    }

    // ---- messages

    [Fact]
    public async Task A_message_is_answered_and_arrives_at_the_partner_and_in_the_senders_other_tab()
    {
        await using var pair = await Meet();
        await using var tab = await pair.Ann.AnotherTab();

        var answer = await pair.Ann.Say(pair.MatchId, "  مرحبا <b>hi</b> 👋  ");
        var (seen, own) = (await pair.Bob.Next("chat_message"), await tab.Next("chat_message"));

        Assert.Equal(["messageId", "sentAt", "sequence", "status"], answer.Keys());
        Assert.Equal("delivered", answer.Text("status"));
        Assert.Equal(1, answer.Number("sequence"));
        Assert.Equal(["body", "from", "matchId", "messageId", "sentAt", "sequence"], seen.Keys());
        Assert.Equal("مرحبا <b>hi</b> 👋", seen.Text("body"));
        Assert.Equal(("partner", "me"), (seen.Text("from"), own.Text("from")));
        Assert.Equal(answer.Text("messageId"), seen.Text("messageId"));
        Assert.Equal(answer.Text("sentAt"), seen.Text("sentAt"));
        Assert.Equal(pair.MatchId, seen.Text("matchId"));
        Assert.Empty(pair.Ann.Unread("chat_message"));
    }

    [Fact]
    public async Task An_answered_message_is_in_the_log_and_its_text_is_not()
    {
        await using var pair = await Meet();
        var answer = await pair.Ann.Say(pair.MatchId, "umbrella-in-the-rain");

        await using var log = new SqliteConnection($"Data Source={Path.Combine(hub.Server.Data, "events.db")};Mode=ReadOnly;Pooling=False");
        await log.OpenAsync();
        await using var query = log.CreateCommand();
        query.CommandText = "SELECT data FROM events WHERE stream = $stream AND type = 'matches.message.sent.v1'";
        query.Parameters.AddWithValue("$stream", $"messages-{pair.MatchId}");
        var data = Assert.IsType<string>(await query.ExecuteScalarAsync());

        Assert.Contains(answer.Text("messageId"), data, StringComparison.Ordinal);
        Assert.DoesNotContain("umbrella", data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_client_message_id_again_gets_the_first_answer_and_sends_nothing_twice()
    {
        await using var pair = await Meet();

        var first = await pair.Ann.Say(pair.MatchId, "once", "id-1");
        var again = await pair.Ann.Say(pair.MatchId, "once", "id-1");
        var bobs = await pair.Bob.Say(pair.MatchId, "mine", "id-1");
        var third = await pair.Ann.Say(pair.MatchId, "next", "id-2");

        Assert.Equal(first.ToString(), again.ToString());
        Assert.Equal((2, 3), (bobs.Number("sequence"), third.Number("sequence")));
        Assert.Equal("once", (await pair.Bob.Next("chat_message")).Text("body"));
        Assert.Equal("next", (await pair.Bob.Next("chat_message")).Text("body"));
    }

    [Fact]
    public async Task A_message_has_1_to_2000_characters_after_trimming()
    {
        await using var pair = await Meet();

        Assert.Equal("invalid", (await pair.Ann.Refused("chat_message", Message(pair.MatchId, "   "))).Code);
        Assert.Equal("invalid", (await pair.Ann.Refused("chat_message", Message(pair.MatchId, new('x', 2_001)))).Code);
        var longest = await pair.Ann.Say(pair.MatchId, " " + new string('x', 2_000) + " ");

        Assert.Equal(1, longest.Number("sequence"));
        Assert.Equal(2_000, (await pair.Bob.Next("chat_message")).Text("body").Length);
        Assert.Equal("invalid", (await pair.Ann.Refused("chat_message", Message(pair.MatchId, "hi", string.Empty))).Code);
        Assert.Equal("invalid", (await pair.Ann.Refused("chat_message", Message(pair.MatchId, "hi", new('i', 65)))).Code);
    }

    [Fact]
    public async Task Nothing_can_be_done_in_the_match_of_others()
    {
        await using var theirs = await Meet();
        await using var pair = await Meet();
        await pair.Ann.Say(pair.MatchId, "between us");
        await pair.Bob.Next("chat_message");
        var other = theirs.Ann;

        Assert.Equal("not-in-match", (await other.Refused("chat_message", Message(pair.MatchId, "let me in"))).Code);
        Assert.Equal("not-in-match", (await other.Refused("typing", Of(pair.MatchId, ("isTyping", true)))).Code);
        Assert.Equal("not-in-match", (await other.Refused("signal", Of(pair.MatchId, ("type", "offer"), ("payload", null)))).Code);
        Assert.Equal("not-in-match", (await other.Refused("show_video", Of(pair.MatchId, ("show", true)))).Code);
        Assert.Equal("not-in-match", (await other.Refused("skip", Of(pair.MatchId))).Code);
        Assert.Equal("not-in-match", (await other.Refused("end_session", Of(pair.MatchId))).Code);
        Assert.Equal("not-in-match", (await other.Refused("resume", Of(pair.MatchId))).Code);
        Assert.Equal("not-in-match", (await other.Refused("end_session", Of(Guid.NewGuid().ToString()))).Code);
        Assert.Equal(2, (await pair.Ann.Say(pair.MatchId, "undisturbed")).Number("sequence"));
        Assert.Equal("undisturbed", (await pair.Bob.Next("chat_message")).Text("body"));
        Assert.Empty(pair.Bob.Unread("typing"));
        Assert.Empty(pair.Bob.Unread("end_session"));
    }

    [Fact]
    public async Task Typing_is_told_once_and_ends_by_itself()
    {
        await using var pair = await Meet();
        await pair.Ann.Tell("typing", Of(pair.MatchId, ("isTyping", true)));
        await pair.Ann.Tell("typing", Of(pair.MatchId, ("isTyping", true)));

        var (begun, ended) = (await pair.Bob.Next("typing"), await pair.Bob.Next("typing"));

        Assert.Equal(["isTyping", "matchId"], begun.Keys());
        Assert.True(begun.GetProperty("isTyping").GetBoolean());
        Assert.False(ended.GetProperty("isTyping").GetBoolean());
        Assert.Empty(pair.Ann.Unread("typing"));
    }

    // ---- video

    [Fact]
    public async Task Signals_reach_the_partner_unchanged()
    {
        await using var pair = await Meet("video");
        Assert.Equal(
            """{"me":false,"partner":false}""", pair.AnnsMatch.GetProperty("showVideo").ToString());
        var payload = new Dictionary<string, object?> { ["type"] = "offer", ["sdp"] = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n", ["extra"] = new object[] { 1, 2.5, true } };

        await pair.Ann.Tell("signal", Of(pair.MatchId, ("type", "offer"), ("payload", payload)));
        await pair.Ann.Tell("signal", Of(pair.MatchId, ("type", "ice"), ("payload", null)));
        var (offer, end) = (await pair.Bob.Next("signal"), await pair.Bob.Next("signal"));

        Assert.Equal(["matchId", "payload", "type"], offer.Keys());
        Assert.Equal("offer", offer.Text("type"));
        Assert.Equal(JsonSerializer.Serialize(payload), JsonSerializer.Serialize(offer.GetProperty("payload")));
        Assert.Equal("ice", end.Text("type"));
        Assert.Equal(JsonValueKind.Null, end.GetProperty("payload").ValueKind);
    }

    [Fact]
    public async Task A_signal_in_a_text_match_is_a_conflict()
    {
        await using var pair = await Meet();

        Assert.Equal("conflict", (await pair.Ann.Refused("signal", Of(pair.MatchId, ("type", "offer"), ("payload", null)))).Code);
        Assert.False(pair.AnnsMatch.TryGetProperty("showVideo", out _));
    }

    [Fact]
    public async Task A_signal_above_64_KiB_is_too_large_and_the_call_goes_on()
    {
        await using var pair = await Meet("video");

        var refused = await pair.Ann.Refused("signal", Of(pair.MatchId, ("type", "offer"), ("payload", new Dictionary<string, object?> { ["sdp"] = new string('x', 100_000) })));
        await pair.Ann.Tell("signal", Of(pair.MatchId, ("type", "offer"), ("payload", new Dictionary<string, object?> { ["sdp"] = new string('x', 60_000) })));

        Assert.Equal("too-large", refused.Code);
        Assert.Equal(60_000, (await pair.Bob.Next("signal")).GetProperty("payload").Text("sdp").Length);
    }

    [Fact]
    public async Task The_partner_hears_who_agrees_to_clear_pictures_and_resume_repeats_it()
    {
        await using var pair = await Meet("video");

        await pair.Ann.Tell("show_video", Of(pair.MatchId, ("show", true)));
        var told = await pair.Bob.Next("show_video");
        var resumed = await pair.Bob.Call("resume", new Dictionary<string, object?>());

        Assert.Equal(["matchId", "show"], told.Keys());
        Assert.True(told.GetProperty("show").GetBoolean());
        Assert.Equal("""{"me":false,"partner":true}""", resumed.GetProperty("match").GetProperty("showVideo").ToString());
    }

    [Fact]
    public async Task The_same_choice_again_is_not_told_twice_and_a_withdrawn_one_is()
    {
        await using var pair = await Meet("video");
        foreach (var show in new[] { false, true, true, false, false, true })
        {
            await pair.Ann.Tell("show_video", Of(pair.MatchId, ("show", show)));
        }

        Assert.Equal(
            [true, false, true],
            new[] { await pair.Bob.Next("show_video"), await pair.Bob.Next("show_video"), await pair.Bob.Next("show_video") }
                .Select(told => told.GetProperty("show").GetBoolean()));
        Assert.Empty(pair.Bob.Unread("show_video"));
        Assert.Empty(pair.Ann.Unread("show_video"));
        var resumed = await pair.Ann.Call("resume", new Dictionary<string, object?>());
        Assert.Equal("""{"me":true,"partner":false}""", resumed.GetProperty("match").GetProperty("showVideo").ToString());
    }

    [Fact]
    public async Task Only_the_two_of_a_video_match_that_goes_on_agree_to_clear_pictures()
    {
        await using var text = await Meet();
        await using var pair = await Meet("video");
        await using var others = await Meet("video");

        Assert.Equal("conflict", (await text.Ann.Refused("show_video", Of(text.MatchId, ("show", true)))).Code);
        Assert.False((await text.Ann.Call("resume", new Dictionary<string, object?>())).GetProperty("match").TryGetProperty("showVideo", out _));
        Assert.Equal("not-in-match", (await others.Ann.Refused("show_video", Of(pair.MatchId, ("show", true)))).Code);
        await pair.Ann.Tell("end_session", Of(pair.MatchId));
        Assert.Equal("not-in-match", (await pair.Ann.Refused("show_video", Of(pair.MatchId, ("show", true)))).Code);

        await pair.Bob.Next("end_session");
        await text.Ann.Say(text.MatchId, "hello");
        await text.Bob.Next("chat_message");
        Assert.Empty(pair.Bob.Unread("show_video"));
        Assert.Empty(others.Bob.Unread("show_video"));
        Assert.Empty(text.Bob.Unread("show_video"));
    }

    // ---- leaving

    [Fact]
    public async Task Skipping_tells_both_and_only_the_skipper_waits_again()
    {
        await using var pair = await Meet();
        await using var third = await Enter();

        var again = await pair.Ann.Call("skip", Of(pair.MatchId));

        Assert.Equal("waiting", again.Text("state"));
        foreach (var ended in new[] { await pair.Ann.Next("end_session"), await pair.Bob.Next("end_session") })
        {
            Assert.Equal(["matchId", "reason"], ended.Keys());
            Assert.Equal((pair.MatchId, "skipped"), (ended.Text("matchId"), ended.Text("reason")));
        }

        var language = await LanguageOf(pair);
        Assert.Equal("matched", (await third.Join(new Dictionary<string, object?> { ["mode"] = "text", ["language"] = language })).Text("state"));
        await pair.Ann.Next("match_found");
        Assert.Empty(pair.Bob.Unread("match_found"));
    }

    [Fact]
    public async Task Ending_tells_all_connections_of_both()
    {
        await using var pair = await Meet();
        await using var tab = await pair.Ann.AnotherTab();

        await pair.Bob.Tell("end_session", Of(pair.MatchId));

        foreach (var one in new[] { pair.Ann, tab, pair.Bob })
        {
            Assert.Equal("stopped", (await one.Next("end_session")).Text("reason"));
        }

        Assert.Equal("not-in-match", (await pair.Ann.Refused("chat_message", Message(pair.MatchId, "too late"))).Code);
    }

    [Fact]
    public async Task Leaving_a_match_that_is_over_succeeds()
    {
        await using var pair = await Meet();
        await pair.Bob.Tell("end_session", Of(pair.MatchId));

        await pair.Ann.Tell("end_session", Of(pair.MatchId));
        Assert.Equal("waiting", (await pair.Ann.Call("skip", Of(pair.MatchId))).Text("state"));
        await pair.Bob.Tell("end_session", Of(pair.MatchId));

        Assert.Single(pair.Bob.Unread("end_session"));
    }

    [Theory]
    [InlineData("/api/report")]
    [InlineData("/api/block")]
    public async Task Whoever_is_reported_or_blocked_sees_stopped_and_is_not_met_again(string path)
    {
        await using var pair = await Meet();
        using var rest = pair.Ann.Rest();

        using var answer = await rest.PostAsJsonAsync(path, new { matchId = pair.MatchId, reason = "spam", block = true });

        Assert.True(answer.IsSuccessStatusCode, answer.StatusCode.ToString());
        Assert.Equal("stopped", (await pair.Bob.Next("end_session")).Text("reason"));
        Assert.Equal("stopped", (await pair.Ann.Next("end_session")).Text("reason"));
        var request = Pair.Request();
        await pair.Ann.Join(request);
        Assert.Equal("waiting", (await pair.Bob.Join(request)).Text("state"));
    }

    // ---- coming back

    [Fact]
    public async Task Resume_gives_the_match_and_the_messages_after_a_sequence()
    {
        await using var pair = await Meet();
        await pair.Ann.Say(pair.MatchId, "one");
        await pair.Bob.Say(pair.MatchId, "two");
        await pair.Ann.Say(pair.MatchId, "three");
        await using var later = await pair.Ann.AnotherTab();

        var all = await later.Call("resume", new Dictionary<string, object?>());
        var rest = await later.Call("resume", Of(pair.MatchId, ("afterSequence", 1)));

        Assert.Equal(["match", "messages"], all.Keys());
        Assert.Equal(pair.AnnsMatch.ToString(), all.GetProperty("match").ToString());
        Assert.Equal(
            [(1, "me", "one"), (2, "partner", "two"), (3, "me", "three")],
            all.GetProperty("messages").EnumerateArray().Select(m => (m.Number("sequence"), m.Text("from"), m.Text("body"))));
        Assert.Equal([2, 3], rest.GetProperty("messages").EnumerateArray().Select(m => m.Number("sequence")));
        Assert.Equal(["body", "from", "matchId", "messageId", "sentAt", "sequence"], all.GetProperty("messages")[0].Keys());
    }

    [Fact]
    public async Task Without_a_match_there_is_nothing_to_resume()
    {
        await using var ann = await Enter();

        var resumed = await ann.Call("resume", new Dictionary<string, object?>());

        Assert.Equal(["messages"], resumed.Keys());
        Assert.Empty(resumed.GetProperty("messages").EnumerateArray());
    }

    // ---- bad input

    public static TheoryData<string> Methods =>
        ["join_queue", "chat_message", "typing", "signal", "show_video", "call_report", "skip", "end_session", "resume"];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Arguments_that_do_not_fit_are_refused_with_a_code_and_the_connection_lives(string method)
    {
        await using var pair = await Meet();
        var wrong = new List<object?[]>
        {
            Array.Empty<object?>(), new object?[] { null }, new object?[] { "text" }, new object?[] { 5 }, new object?[] { true },
            new object?[] { new object[] { 1, 2 } }, new object?[] { new Dictionary<string, object?>(), new Dictionary<string, object?>() },
            new object?[] { new Dictionary<string, object?> { ["matchId"] = 7, ["mode"] = 7, ["body"] = 7, ["isTyping"] = 7, ["show"] = 7, ["type"] = 7, ["path"] = 7, ["afterSequence"] = "x" } },
            new object?[] { new Dictionary<string, object?> { ["matchId"] = "no id", ["mode"] = "radio", ["isTyping"] = "yes", ["show"] = "no", ["type"] = "hello", ["path"] = "Direct", ["afterSequence"] = -1 } },
        };

        foreach (var arguments in wrong)
        {
            // For resume every field is optional: an empty map is right.
            if (method == "resume" && arguments.Length == 2)
            {
                continue;
            }

            Assert.Contains((await pair.Ann.Refused(method, arguments)).Code, new[] { "malformed", "invalid" });
        }

        Assert.Equal(1, (await pair.Ann.Say(pair.MatchId, "still connected")).Number("sequence"));
        Assert.Equal("still connected", (await pair.Bob.Next("chat_message")).Text("body"));
        Assert.Empty(pair.Bob.Unread("end_session"));
    }

    [Fact]
    public async Task An_unknown_method_is_refused_and_the_connection_lives()
    {
        await using var pair = await Meet();

        var refused = await Assert.ThrowsAsync<HubException>(() => pair.Ann.Tell("delete_everything", new Dictionary<string, object?>()));

        Assert.Contains("Method does not exist", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await pair.Ann.Say(pair.MatchId, "still connected")).Number("sequence"));
    }

    [Fact]
    public async Task What_a_request_may_hold_is_limited()
    {
        await using var ann = await Enter();
        var request = Pair.Request();

        foreach (var (field, value) in new (string, object?)[]
        {
            ("language", "not a language"), ("language", "en-" + new string('a', 40)), ("interests", new[] { new string('x', 33) }),
            ("interests", Enumerable.Range(0, 11).Select(i => $"i{i}").ToArray()), ("interests", "chess"), ("acceptAny", "yes"),
        })
        {
            var (code, text) = await ann.Refused("join_queue", new Dictionary<string, object?>(request) { [field] = value });
            Assert.Equal("invalid", code);
            Assert.Contains(field, text, StringComparison.Ordinal);
        }

        Assert.Equal("waiting", (await ann.Join(request)).Text("state"));
    }

    [Fact]
    public async Task A_second_report_is_a_conflict_and_a_strangers_is_refused()
    {
        await using var pair = await Meet();
        await using var other = await Enter();
        using var anns = pair.Ann.Rest();
        using var others = other.Rest();
        var report = new { matchId = pair.MatchId, reason = "harassment", comment = "as said" };

        using var foreign = await others.PostAsJsonAsync("/api/report", report);
        Assert.Equal(HttpStatusCode.Conflict, foreign.StatusCode);
        Assert.Equal("not-in-match", (await foreign.Content.ReadFromJsonAsync<JsonElement>()).Text("code"));
        Assert.Empty(pair.Bob.Unread("end_session"));

        using var first = await anns.PostAsJsonAsync("/api/report", report);
        using var second = await anns.PostAsJsonAsync("/api/report", report);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(["receivedAt", "reportId"], (await first.Content.ReadFromJsonAsync<JsonElement>()).Keys());
        Assert.Equal("conflict", (await second.Content.ReadFromJsonAsync<JsonElement>()).Text("code"));
    }

    private static Dictionary<string, object?> Of(string matchId, params (string Name, object? Value)[] fields)
    {
        var map = Of(matchId);
        foreach (var (name, value) in fields)
        {
            map[name] = value;
        }

        return map;
    }

    private static Dictionary<string, object?> Message(string matchId, string body, string clientMessageId = "m1") =>
        Of(matchId, ("body", body), ("clientMessageId", clientMessageId));

    private static Task<string> LanguageOf(Pair pair) => Task.FromResult(pair.AnnsMatch.GetProperty("peer").Text("language"));
}
