namespace RandomChat.Web.Tests.Realtime;

/// <summary>Losing a connection, coming back in time, and not coming back.</summary>
public sealed class ReturningTests
{
    private static readonly Dictionary<string, string?> Quick = new()
    {
        ["Matching:ReconnectGrace"] = "00:00:02",
        ["Matching:Timeout"] = "00:00:01",
    };

    [Fact]
    public async Task A_partner_who_comes_back_in_time_takes_the_match_back_by_itself()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Matching:ReconnectGrace"] = "00:00:30" });
        await using var pair = await Pair.Meet(server.Address);

        await pair.Ann.DisposeAsync();
        var lost = await pair.Bob.Next("partner_connection");
        await pair.Bob.Say(pair.MatchId, "are you there?");
        await using var back = await pair.Ann.AnotherTab();
        var restored = await pair.Bob.Next("partner_connection");
        var missed = await back.Call("resume", new Dictionary<string, object?> { ["matchId"] = pair.MatchId, ["afterSequence"] = 0 });

        Assert.Equal(["graceSeconds", "matchId", "state"], lost.Keys());
        Assert.Equal(("lost", 30), (lost.Text("state"), lost.Number("graceSeconds")));
        Assert.Equal("restored", restored.Text("state"));
        Assert.Equal("are you there?", missed.GetProperty("messages")[0].Text("body"));
        Assert.Equal(2, (await back.Say(pair.MatchId, "yes")).Number("sequence"));
    }

    [Fact]
    public async Task A_partner_who_does_not_come_back_ends_the_match_as_disconnected()
    {
        await using var server = await HubServer.With(Quick);
        await using var pair = await Pair.Meet(server.Address);

        await pair.Ann.DisposeAsync();

        Assert.Equal("disconnected", (await pair.Bob.Next("end_session")).Text("reason"));
        await using var late = await pair.Ann.AnotherTab();
        Assert.False((await late.Call("resume", new Dictionary<string, object?>())).TryGetProperty("match", out _));
    }

    [Fact]
    public async Task Who_waits_and_loses_the_connection_is_not_paired_but_keeps_the_place()
    {
        await using var server = await HubServer.With(new Dictionary<string, string?> { ["Matching:ReconnectGrace"] = "00:00:30" });
        var request = Pair.Request();
        await using var ann = await HubVisitor.Enter(server.Address);
        await using var bob = await HubVisitor.Enter(server.Address);
        await ann.Join(request);
        await ann.DisposeAsync();
        await Until(() => !server.IsConnected(ann.Id));

        Assert.Equal("waiting", (await bob.Join(request)).Text("state"));
        await using var back = await ann.AnotherTab();

        Assert.Equal((await bob.Next("match_found")).Text("matchId"), (await back.Next("match_found")).Text("matchId"));
    }

    [Fact]
    public async Task Who_waits_in_vain_is_told_once_and_meets_anyone_when_willing()
    {
        await using var server = await HubServer.With(Quick);
        await using var ann = await HubVisitor.Enter(server.Address);
        await using var bob = await HubVisitor.Enter(server.Address);
        await ann.Join(new Dictionary<string, object?> { ["mode"] = "text", ["language"] = "en" });
        await bob.Join(new Dictionary<string, object?> { ["mode"] = "text", ["language"] = "fr" });

        var told = await ann.Next("match_timeout");
        await bob.Next("match_timeout");
        await ann.Join(new Dictionary<string, object?> { ["mode"] = "text", ["language"] = "en", ["acceptAny"] = true });
        await bob.Join(new Dictionary<string, object?> { ["mode"] = "text", ["language"] = "fr", ["acceptAny"] = true });

        Assert.Equal(["waitedSeconds"], told.Keys());
        Assert.InRange(told.Number("waitedSeconds"), 1, 30);
        Assert.Equal("fr", (await ann.Next("match_found")).GetProperty("peer").Text("language"));
        Assert.Empty(ann.Unread("match_timeout"));
    }

    [Fact]
    public async Task The_tab_that_joined_holds_the_call_and_the_next_one_that_signals_takes_it_over()
    {
        await using var server = await HubServer.With();
        await using var pair = await Pair.Meet(server.Address, mode: "video");
        await using var tab = await pair.Bob.AnotherTab();
        var signal = new Dictionary<string, object?> { ["matchId"] = pair.MatchId, ["type"] = "offer", ["payload"] = null };

        await pair.Ann.Tell("signal", signal);
        await pair.Bob.Next("signal");
        Assert.Empty(tab.Unread("signal"));

        await pair.Bob.DisposeAsync();
        await Until(() => server.Connections(pair.Bob.Id) == 1);
        await tab.Tell("signal", signal);
        await pair.Ann.Next("signal");
        await pair.Ann.Tell("signal", signal);
        await tab.Next("signal");
    }

    private static async Task Until(Func<bool> so)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!so())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
