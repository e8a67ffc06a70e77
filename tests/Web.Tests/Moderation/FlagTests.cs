using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Bots;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>What people are to look at without a report.</summary>
public sealed class FlagTests : IAsyncLifetime
{
    private RunningServer server = null!;
    private HttpClient morgan = null!;

    public async ValueTask InitializeAsync()
    {
        server = await HubServer.With(new Dictionary<string, string?>(Moderator.Unlimited) { ["Captcha:Mode"] = "suspicious" });
        morgan = await Moderator.SignIn(server.Address);
    }

    public ValueTask DisposeAsync()
    {
        morgan.Dispose();
        return server.DisposeAsync();
    }

    [Fact]
    public async Task A_severe_message_warns_its_sender_at_once_and_waits_for_the_staff_with_the_chat()
    {
        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "hello");
        Assert.Equal("blocked", (await pair.Ann.Say(pair.MatchId, "go k i l l yourself")).Text("status"));

        var notice = await pair.Ann.Next("notice");
        Assert.Equal("warned", notice.Text("code"));
        Assert.Contains("Threat", notice.Text("message"), StringComparison.Ordinal);
        using var anybody = server.NewBrowser();
        Assert.Contains("Automatically", await anybody.GetStringAsync(notice.Text("appealUrl")), StringComparison.Ordinal);
        Assert.Empty(pair.Bob.Unread("notice"));

        // It is told once; here it is found again.
        using (var ann = pair.Ann.Rest())
        {
            Assert.Contains(notice.Text("appealUrl"), WebUtility.HtmlDecode(await ann.GetStringAsync("/my-data")), StringComparison.Ordinal);
            await Wait.Until(async () =>
            {
                using var export = await ann.GetAsync("/api/me/export");
                var sanctions = (await export.Json()).GetProperty("sanctions");
                return sanctions.GetArrayLength() == 1 && sanctions[0].Text("appealUrl") == notice.Text("appealUrl");
            });
        }

        var listed = await Listed("open");
        Assert.Equal(
            ("screening", "threat", pair.MatchId, pair.Ann.Id.ToString(), Guid.Empty.ToString()),
            (listed.Text("source"), listed.Text("reason"), listed.Text("matchId"), listed.Text("visitorId"), listed.Text("reporterId")));
        using (var answer = await morgan.GetAsync($"/api/admin/reports/{listed.Text("reportId")}"))
        {
            var evidence = (await answer.Json()).GetProperty("evidence");
            Assert.Equal("hello", Assert.Single(evidence.GetProperty("messages").EnumerateArray().ToArray()).Text("body"));
            Assert.Equal("threat", Assert.Single(evidence.GetProperty("verdicts").EnumerateArray().ToArray()).Text("category"));
        }

        using (var dismissed = await morgan.Post($"/api/admin/cases/{listed.Text("caseId")}/dismiss"))
        {
            Assert.Equal(HttpStatusCode.NoContent, dismissed.StatusCode);
        }

        Assert.Equal(listed.Text("reportId"), (await Listed("dismissed")).Text("reportId"));
        await Wait.Until(async () =>
        {
            using var answer = await morgan.GetAsync("/api/admin/rules");
            var rule = (await answer.Json()).GetProperty("items")[0];
            return (rule.Text("rule"), rule.Text("policy"), rule.Number("found"), rule.Number("wrong"), rule.GetProperty("precision").GetRawText())
                == ("lexicon", "threat", 1, 1, "0");
        });
    }

    [Fact]
    public async Task A_browser_that_behaves_like_a_program_waits_for_the_staff_with_its_habits()
    {
        await using var ann = await HubVisitor.Enter(server.Address);
        var suspicion = server.Services.GetRequiredService<Suspicion>();
        var device = (await server.Services.GetRequiredService<CommandExecutor>().Load(Visitor.Decider, ann.Id, default)).Devices.Single();
        while (suspicion.StepOf(device) < SuspicionStep.Case)
        {
            suspicion.Joined(device, "address");
            suspicion.LeftQueue(device);
        }

        await ann.Refused("join_queue", Pair.Request());

        var listed = await Listed("open");
        Assert.Equal(
            ("behaviour", "spam", Guid.Empty.ToString(), ann.Id.ToString()),
            (listed.Text("source"), listed.Text("reason"), listed.Text("matchId"), listed.Text("visitorId")));
        using var answer = await morgan.GetAsync($"/api/admin/reports/{listed.Text("reportId")}");
        var read = await answer.Json();
        Assert.Equal("probes", read.Text("habits"));
        Assert.Empty(read.GetProperty("evidence").GetProperty("messages").EnumerateArray());
    }

    /// <summary>The one item that stands so, as soon as there is one.</summary>
    private async Task<JsonElement> Listed(string status)
    {
        JsonElement[] items = [];
        await Wait.Until(async () =>
        {
            items = await morgan.Reports("?status=" + status);
            return items.Length > 0;
        });
        return Assert.Single(items);
    }
}
