using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RandomChat.StandIn;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Backup;

/// <summary>A server whose log moves into EventStoreDB, and the people who were there before and after.</summary>
public sealed class CopyLogTests : IDisposable
{
    private readonly string place = Directory.CreateTempSubdirectory("randomchat-move-").FullName;

    private string Data => Path.Combine(place, "data");

    public void Dispose() => Directory.Delete(place, recursive: true);

    [Fact(Explicit = true)]
    public async Task People_go_on_with_yesterdays_cookie_and_their_chat_where_the_log_has_moved()
    {
        await using var eventStore = await StandInServer.Start(new() { Data = Path.Combine(place, "target") });
        var connection = $"esdb://127.0.0.1:{eventStore.Address.Port}?tls=false";
        var browser = new SocketsHttpHandler { CookieContainer = new() };
        string visitor;
        string match;
        (string Token, Guid Id) ann;
        await using (var before = await RunningServer.Start(Settings(null), Data))
        {
            using var http = new HttpClient(browser, disposeHandler: false) { BaseAddress = before.Address };
            visitor = await Session(http);
            await using var pair = await Pair.Meet(before.Address);
            (match, ann) = (pair.MatchId, (pair.Ann.Token, pair.Ann.Id));
            await pair.Ann.Say(match, "before");

            // Beside a running server it copies, and does not finish; no server starts on half a log.
            var (copied, said) = await Copy(connection);
            Assert.Equal((0, true), (copied, said.Contains("NOT FINISHED", StringComparison.Ordinal)));
            await Assert.ThrowsAsync<Application.Events.UnfinishedCopyException>(() => RunningServer.Start(Settings(connection), Path.Combine(place, "other")));
        }

        var (code, output) = await Copy(connection);
        Assert.True(code == 0, output);
        Assert.Contains("Finished", output, StringComparison.Ordinal);

        await using (var after = await RunningServer.Start(Settings(connection), Data))
        {
            var cookies = browser.CookieContainer.GetAllCookies();
            using var http = after.NewBrowser();
            http.DefaultRequestHeaders.Add("Cookie", string.Join("; ", cookies.Select(cookie => $"{cookie.Name}={cookie.Value}")));
            Assert.Equal(visitor, await Session(http));

            await using var again = await HubVisitor.Connect(after.Address, ann.Token, ann.Id);
            var resumed = await again.Call("resume", new { matchId = match });
            Assert.Equal(match, resumed.GetProperty("match").GetProperty("matchId").GetString());
            Assert.Equal("before", Assert.Single(resumed.GetProperty("messages").EnumerateArray()).GetProperty("body").GetString());
            Assert.Equal(2, (await again.Say(match, "after")).GetProperty("sequence").GetInt32());
        }

        browser.Dispose();
        var audit = await ProjectionsCli.Run(Data, "audit", $"--ConnectionStrings:EventStoreDb={connection}", $"--Ledger:AnchorFile={Path.Combine(Data, "anchors.ndjson")}");
        Assert.True(audit.Code == 0, audit.Output);
        Assert.Single(Directory.GetFiles(Data, "ledger.moved_*.db"));
    }

    private Task<(int Code, string Output)> Copy(string connection) =>
        ProjectionsCli.Run(Data, "copy-log", "--to", connection, $"--Ledger:AnchorFile={Path.Combine(Data, "anchors.ndjson")}");

    private static Dictionary<string, string?> Settings(string? eventStore) => new()
    {
        ["ConnectionStrings:EventStoreDb"] = eventStore,
        ["Limits:Enabled"] = "false",
        ["Matching:ReconnectGrace"] = "00:01:00",
    };

    private static async Task<string> Session(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("/api/session", new { birthYear = 1990, acceptTerms = true });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("visitorId").GetString()!;
    }
}
