using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Accounts;
using RandomChat.Web.Moderation;
using RandomChat.Web.Tests.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Pages;

/// <summary>Cases, appeals and bans on the desk's pages.</summary>
public sealed partial class CasesTests : IAsyncLifetime
{
    private const string Said = "You are <b>nothing</b> & nobody";
    private RunningServer server = null!;
    private Pair pair = null!;
    private HttpClient morgan = null!;

    public async ValueTask InitializeAsync()
    {
        server = await HubServer.With(Moderator.Unlimited);
        pair = await Pair.Meet(server.Address, Wire.Json, "text");
        await pair.Bob.Say(pair.MatchId, Said);
        using (var rest = pair.Ann.Rest())
        using (var reported = await rest.Post("/api/report", new { matchId = pair.MatchId, reason = "harassment", comment = "<i>rude</i>" }))
        {
            Assert.Equal(HttpStatusCode.Created, reported.StatusCode);
        }

        morgan = server.NewBrowser();
        await morgan.SignIn(Moderator.Name, Moderator.Password, "", null);
        await Wait.Until(async () => CaseLink().IsMatch(await Text(morgan.GetAsync("/admin/cases"))));
    }

    public async ValueTask DisposeAsync()
    {
        morgan.Dispose();
        await pair.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Evidence_is_not_in_the_page_until_it_is_revealed_which_is_recorded()
    {
        var page = await Text(morgan.GetAsync("/admin/cases"));
        Assert.Contains("“&lt;i&gt;rude&lt;/i&gt;”", page, StringComparison.Ordinal);
        Assert.DoesNotContain("You are &lt;b&gt;nothing", page, StringComparison.Ordinal);
        Assert.Contains("1 message, sealed", page, StringComparison.Ordinal);

        var revealed = await Text(Reveal(morgan, page));

        Assert.Contains("You are &lt;b&gt;nothing&lt;/b&gt; &amp; nobody", revealed, StringComparison.Ordinal);
        Assert.Contains("As it was sealed", revealed, StringComparison.Ordinal);
        Assert.Contains("Claimed by you until", revealed, StringComparison.Ordinal);
        Assert.DoesNotContain("You are &lt;b&gt;nothing", await Text(morgan.GetAsync($"/admin/cases/{CaseOf(page)}")), StringComparison.Ordinal);
        await Wait.Until(async () => (await Text(morgan.GetAsync($"/admin/history?id={CaseOf(page)}"))).Contains("Looked at the evidence.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_case_is_claimed_and_taken_over_openly_and_who_comes_second_is_told()
    {
        using (await Moderator.Another(server, "robin"))
        {
        }

        using var robin = server.NewBrowser();
        await robin.SignIn("robin", Moderator.Password, "", null);
        var page = await Text(morgan.GetAsync("/admin/cases"));
        var path = $"/admin/cases/{CaseOf(page)}";
        Assert.Contains("Claimed by you until", await Text(morgan.PostForm($"{path}?handler=Claim", page)), StringComparison.Ordinal);

        var theirs = await Text(robin.GetAsync(path));
        Assert.Contains($"{Moderator.Name} works on it until", theirs, StringComparison.Ordinal);
        using (var refused = await robin.PostForm($"{path}?handler=Decide", theirs, ("act", "dismiss")))
        {
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Contains("Nothing was done.", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // Whoever has the case open sees it without asking, and nothing where nothing is new.
        var asks = Standing().Match(await Text(morgan.GetAsync(path))).Groups[1].Value.Replace("&amp;", "&", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, await Status(morgan.GetAsync(asks)));
        Assert.Contains("Claimed by you until", await Text(robin.PostForm($"{path}?handler=Claim", theirs, ("takeOver", "true"))), StringComparison.Ordinal);
        var told = await Text(morgan.GetAsync(asks));
        Assert.Contains("robin works on it until", told, StringComparison.Ordinal);
        Assert.Contains("Take over", told, StringComparison.Ordinal);
        Assert.Contains("Nothing is new.", await Text(robin.PostForm($"{path}?handler=Decide", theirs, ("act", "note"), ("note", "Nothing is new."))), StringComparison.Ordinal);
        Assert.Matches("Since this page was shown:.*robin: Wrote a note\\.", (await Text(morgan.GetAsync(asks))).ReplaceLineEndings(" "));

        // Going on renews what is theirs, and takes nothing from anybody.
        Assert.Equal(HttpStatusCode.NoContent, await Status(robin.PostForm($"{path}?handler=Renew", theirs)));
        Assert.Equal(HttpStatusCode.Conflict, await Status(morgan.PostForm($"{path}?handler=Renew", page)));
    }

    [Fact]
    public async Task What_changed_is_told_in_words_and_a_decision_is_taken_back_and_a_case_handed_on()
    {
        using (await Moderator.Another(server, "robin"))
        {
        }

        using var robin = server.NewBrowser();
        await robin.SignIn("robin", Moderator.Password, "", null);
        var page = await Text(Reveal(robin, await Text(robin.GetAsync("/admin/cases"))));
        var path = $"/admin/cases/{CaseOf(page)}";
        var version = Hidden("version").Match(page).Groups[1].Value;
        (string, string)[] Ban(string seen) =>
            [("act", "ban"), ("policy", "harassment"), ("length", "week"), ("statement", "You insulted somebody."), ("version", seen), ("shown", Hidden("reportId").Match(page).Groups[1].Value)];

        // Somebody else writes a note meanwhile: what robin decided on is not what is there.
        Assert.Contains("The note is on the case.", await Text(morgan.PostForm($"{path}?handler=Decide", await Text(morgan.GetAsync(path)), ("act", "note"), ("note", "<b>Twice</b> today"))), StringComparison.Ordinal);
        using (var refused = await robin.PostForm($"{path}?handler=Decide", page, Ban(version)))
        {
            page = await refused.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Matches($"Since you looked:.*{Moderator.Name}: Wrote a note\\.", page.ReplaceLineEndings(" "));
            Assert.Contains("&lt;b&gt;Twice&lt;/b&gt; today", page, StringComparison.Ordinal);
            Assert.Contains("You insulted somebody.", page, StringComparison.Ordinal);
        }

        using (var done = await robin.PostForm($"{path}?handler=Decide", page, Ban(Hidden("version").Match(page).Groups[1].Value)))
        {
            Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
            Assert.Contains($"action=\"{path}?handler=Undo\"", await Text(robin.GetAsync(done.Headers.Location)), StringComparison.Ordinal);
        }

        await pair.Bob.Next("banned");
        Assert.Equal(HttpStatusCode.Forbidden, await Preferences());
        using (var notTheirs = await morgan.PostForm($"{path}?handler=Undo", await Text(morgan.GetAsync("/admin/cases"))))
        {
            Assert.Equal(HttpStatusCode.Conflict, notTheirs.StatusCode);
        }

        using (var undone = await robin.PostForm($"{path}?handler=Undo", page))
        {
            Assert.Equal(HttpStatusCode.Redirect, undone.StatusCode);
            page = await Text(robin.GetAsync(undone.Headers.Location));
        }

        Assert.Equal(HttpStatusCode.OK, await Preferences());
        Assert.Contains("Taken back. The case is open again, and yours.", page, StringComparison.Ordinal);
        Assert.Contains("Claimed by you until", page, StringComparison.Ordinal);

        using (var unsaid = await robin.PostForm($"{path}?handler=Decide", page, ("act", "escalate"), ("note", " ")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, unsaid.StatusCode);
        }

        using (var handedOn = await robin.PostForm($"{path}?handler=Decide", page, ("act", "escalate"), ("note", "They may be in danger.")))
        {
            Assert.Equal(HttpStatusCode.Redirect, handedOn.StatusCode);
        }

        page = await Text(robin.GetAsync(path));
        Assert.Contains("Escalated by robin", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Reveal</button>", page, StringComparison.Ordinal);
        using (var closed = await robin.PostForm($"{path}?handler=Decide", page, ("act", "dismiss")))
        {
            Assert.Equal(HttpStatusCode.Forbidden, closed.StatusCode);
        }

        await Wait.Until(async () => (page = await Text(morgan.GetAsync(path))).Contains("High: escalated by a moderator", StringComparison.Ordinal));
        Assert.Contains("They may be in danger.", page, StringComparison.Ordinal);
        Assert.Contains("Nobody works on it.", page, StringComparison.Ordinal);
        using var dismissed = await morgan.PostForm($"{path}?handler=Decide", page, ("act", "dismiss-false"), ("version", Hidden("version").Match(page).Groups[1].Value));
        Assert.Equal(HttpStatusCode.Redirect, dismissed.StatusCode);
        await Wait.Until(async () => (await Text(morgan.GetAsync($"/admin/history?id={CaseOf(path)}"))).Contains("dismissed as false.", StringComparison.Ordinal));

        async Task<HttpStatusCode> Preferences()
        {
            using var rest = pair.Bob.Rest();
            using var answer = await rest.GetAsync("/api/preferences");
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_severe_case_is_for_few_is_held_and_handed_out_once_and_again_by_who_says_why()
    {
        using (await Moderator.Another(server, "robin"))
        {
        }

        using var robin = server.NewBrowser();
        await robin.SignIn("robin", Moderator.Password, "", null);
        await using var others = await Pair.Meet(server.Address, Wire.Json, "text");
        await others.Bob.Say(others.MatchId, "I am fifteen");
        using (var rest = others.Ann.Rest())
        using (var reported = await rest.Post("/api/report", new { matchId = others.MatchId, reason = "underage" }))
        {
            Assert.Equal(HttpStatusCode.Created, reported.StatusCode);
        }

        string page = "";
        await Wait.Until(async () => (page = await Text(morgan.GetAsync("/admin/cases?lane=severe"))).Contains("Someone under age</b>", StringComparison.Ordinal));
        var path = $"/admin/cases/{CaseOf(page)}";
        var theirs = await Text(robin.GetAsync("/admin/cases?lane=severe"));
        Assert.DoesNotContain("Someone under age</b>", theirs, StringComparison.Ordinal);
        Assert.DoesNotContain("lane=severe", theirs, StringComparison.Ordinal);
        Assert.DoesNotContain("Download the package", await Text(robin.GetAsync(path)), StringComparison.Ordinal);
        foreach (var closed in new[] { "Package", "Hold" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await Status(robin.PostForm($"{path}?handler={closed}", theirs, ("reason", "No."))));
        }

        Assert.Contains("1 message, kept until", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, await Status(morgan.PostForm($"{path}?handler=Hold", page, ("act", "hold"), ("reason", "A letter of the court."))));
        Assert.Contains("kept until the legal hold is lifted", await Text(morgan.GetAsync(path)), StringComparison.Ordinal);
        using (var package = await morgan.PostForm($"{path}?handler=Package", page))
        {
            Assert.Equal("application/zip", package.Content.Headers.ContentType?.MediaType);
        }

        Assert.Contains($"Taken by {Moderator.Name}", await Text(morgan.GetAsync(path)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Status(morgan.PostForm($"{path}?handler=Package", page, ("why", " "))));
        Assert.Equal(HttpStatusCode.OK, await Status(morgan.PostForm($"{path}?handler=Package", page, ("why", "The court lost it."))));
        Assert.Contains("The court lost it.", await Text(morgan.GetAsync(path)), StringComparison.Ordinal);

        // What was looked at is counted from what was recorded, and how somebody reads is theirs.
        await Text(Reveal(morgan, page));
        await Wait.Until(async () => (page = await Text(morgan.GetAsync(path))).Contains("1 case looked at, 1 look.", StringComparison.Ordinal));
        Assert.Contains("0 cases looked at, 0 looks.", await Text(robin.GetAsync("/admin/cases")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, await Status(morgan.PostForm($"{path}?handler=Settings", page, ("text", "larger"), ("pause", "10"), ("grey", "true"))));
        page = await Text(morgan.GetAsync(path));
        Assert.Contains("class=\"text-larger grey\"", page, StringComparison.Ordinal);
        Assert.Contains("due after 10 in a row", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, await Status(morgan.PostForm($"{path}?handler=Settings", page, ("text", "\"><script>"), ("pause", "-1"))));
        Assert.Contains("class=\"text-usual\"", await Text(morgan.GetAsync(path)), StringComparison.Ordinal);

        // What was decided without anybody is to be looked over by few as well.
        await using var last = await Pair.Meet(server.Address, Wire.Json, "text");
        using (var rest = last.Ann.Rest())
        using (var reported = await rest.Post("/api/report", new { matchId = last.MatchId, reason = "underage" }))
        {
            Assert.Equal(HttpStatusCode.Created, reported.StatusCode);
        }

        var (caseId, now) = (ReportPartnerHandler.CaseOf(last.Bob.Id), DateTimeOffset.UtcNow);
        foreach (var command in new CaseCommand[]
        {
            new CaseCommand.Escalate(Guid.NewGuid(), "underage", now.AddHours(1), now), new CaseCommand.Decide(CaseOutcome.Upheld, null, null, now, "underage"),
        })
        {
            await server.Services.GetRequiredService<CommandExecutor>().Execute(Case.Decider, caseId, command, Guid.NewGuid(), EventMetadata.System, default);
        }

        await Wait.Until(async () => (await Text(morgan.GetAsync("/admin/cases?lane=automated"))).Contains("Automated <b>1</b>", StringComparison.Ordinal));
        theirs = await Text(robin.GetAsync("/admin/cases?lane=automated"));
        Assert.Contains("Automated <b>0</b>", theirs, StringComparison.Ordinal);
        Assert.DoesNotContain(EventWords.Short(caseId), theirs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_reaches_them_word_for_word_and_the_case_is_gone()
    {
        var page = await Text(morgan.GetAsync("/admin/cases"));
        page = await Text(Reveal(morgan, page));
        var path = $"/admin/cases/{CaseOf(page)}?handler=Decide";
        using (var unsaid = await morgan.PostForm(path, page, ("act", "warn"), ("policy", "harassment"), ("statement", " ")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, unsaid.StatusCode);
            Assert.Contains("Say in the statement what they did", await unsaid.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // A template stands in the statement and is none itself, until somebody has said in it what was done.
        var filled = await Text(morgan.PostForm(path, page, ("act", "template"), ("policy", "harassment"), ("statement", ""), ("shown", Hidden("reportId").Match(await Text(morgan.GetAsync(path))).Groups[1].Value)));
        var template = StatementTemplates.For(Policies.Find("harassment")!);
        Assert.Contains($">{template}</textarea>", WebUtility.HtmlDecode(filled), StringComparison.Ordinal);
        Assert.Contains("As it was sealed", filled, StringComparison.Ordinal);
        using (var unedited = await morgan.PostForm(path, page, ("act", "warn"), ("policy", "harassment"), ("statement", template)))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, unedited.StatusCode);
            Assert.Contains("Say what they did in place of [what you did]", await unedited.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var done = await morgan.PostForm(path, page, ("act", "warn"), ("policy", "harassment"), ("statement", "You insulted somebody."));
        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        var next = await Text(morgan.GetAsync(done.Headers.Location));
        Assert.Contains("Warned. Here is the next one.", next, StringComparison.Ordinal);
        Assert.DoesNotMatch(CaseLink(), next);
        await Wait.Until(async () => (await Text(morgan.GetAsync($"/admin/history?id={pair.Bob.Id}"))).Contains("Warned: Harassment, 2 strikes.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ban_is_appealed_and_answered_and_lifted_on_these_pages()
    {
        var page = await Text(Reveal(morgan, await Text(morgan.GetAsync("/admin/cases"))));
        var path = $"/admin/cases/{CaseOf(page)}?handler=Decide";
        foreach (var length in new[] { "", "forever", "3" })
        {
            using var unread = await morgan.PostForm(path, page, ("act", "ban"), ("policy", "harassment"), ("length", length), ("statement", "You insulted somebody."));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, unread.StatusCode);
            Assert.Contains("Choose how long the ban lasts.", await unread.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var done = await morgan.PostForm(path, page, ("act", "ban"), ("policy", "harassment"), ("length", "week"), ("statement", "You insulted somebody.")))
        {
            Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        }

        var banned = await pair.Bob.Next("banned");
        using (var visitor = server.NewBrowser())
        using (var filed = await visitor.Post("/api/appeals", new { token = banned.GetProperty("appealUrl").GetString()!.Split('=')[1], statement = "It was <u>a joke</u>." }))
        {
            Assert.True(filed.IsSuccessStatusCode, await filed.Content.ReadAsStringAsync());
        }

        string appeals = "";
        await Wait.Until(async () => (appeals = await Text(morgan.GetAsync("/admin/appeals"))).Contains("It was &lt;u&gt;a joke&lt;/u&gt;.", StringComparison.Ordinal));
        Assert.Contains("You are the only one who decides here.", appeals, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"upheld\"", appeals, StringComparison.Ordinal);
        var appealId = Hidden("appealId").Match(appeals).Groups[1].Value;
        using (var unread = await morgan.PostForm("/admin/appeals?handler=Decide", appeals, ("appealId", appealId), ("outcome", "7"), ("statement", "No.")))
        {
            Assert.Equal(HttpStatusCode.NotFound, unread.StatusCode);
        }

        using (var own = await morgan.PostForm("/admin/appeals?handler=Decide", appeals, ("appealId", appealId), ("outcome", "upheld"), ("statement", "No.")))
        {
            Assert.Equal(HttpStatusCode.Conflict, own.StatusCode);
        }

        string bans = "";
        await Wait.Until(async () => (bans = await Text(morgan.GetAsync("/admin/bans"))).Contains("You insulted somebody.", StringComparison.Ordinal));
        using (var lifted = await morgan.PostForm(
            "/admin/bans?handler=Change", bans, ("change", "lift"), ("visitorId", pair.Bob.Id.ToString()), ("sanctionId", Hidden("sanctionId").Match(bans).Groups[1].Value),
            ("statement", "They were right.")))
        {
            Assert.Equal(HttpStatusCode.Redirect, lifted.StatusCode);
            Assert.Contains("Lifted, and its strikes with it.", await Text(morgan.GetAsync(lifted.Headers.Location)), StringComparison.Ordinal);
        }

        await Wait.Until(async () => (await Text(morgan.GetAsync("/admin/bans"))).Contains("Nobody is banned.", StringComparison.Ordinal));
        await Wait.Until(async () => (await Text(morgan.GetAsync("/admin/appeals"))).Contains("Nothing is waiting.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_appeal_is_upheld_by_somebody_else()
    {
        using (var staff = await Moderator.SignIn(server.Address))
        using (var issued = await staff.Post("/api/admin/bans", new { visitorId = pair.Bob.Id, reason = "harassment", statement = "You insulted somebody." }))
        {
            Assert.Equal(HttpStatusCode.Created, issued.StatusCode);
        }

        var banned = await pair.Bob.Next("banned");
        using (var visitor = server.NewBrowser())
        using (var filed = await visitor.Post("/api/appeals", new { token = banned.GetProperty("appealUrl").GetString()!.Split('=')[1], statement = "It was a joke." }))
        {
            Assert.True(filed.IsSuccessStatusCode, await filed.Content.ReadAsStringAsync());
        }

        using (await Moderator.Another(server, "robin"))
        {
        }

        using var robin = server.NewBrowser();
        await robin.SignIn("robin", Moderator.Password, "", null);
        string appeals = "";
        await Wait.Until(async () => (appeals = await Text(robin.GetAsync("/admin/appeals"))).Contains("It was a joke.", StringComparison.Ordinal));

        using var decided = await robin.PostForm(
            "/admin/appeals?handler=Decide", appeals, ("appealId", Hidden("appealId").Match(appeals).Groups[1].Value), ("outcome", "upheld"), ("statement", "It was none."));

        Assert.Equal(HttpStatusCode.Redirect, decided.StatusCode);
        Assert.Contains("Decided.", await Text(robin.GetAsync(decided.Headers.Location)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_only_reads_gets_none_of_these_pages()
    {
        using (await Moderator.Another(server, "avery", StaffRoles.Analyst))
        {
        }

        using var avery = server.NewBrowser();
        await avery.SignIn("avery", Moderator.Password, "", null);
        foreach (var path in new[] { "/admin/cases", $"/admin/cases/{Guid.NewGuid()}", "/admin/appeals", "/admin/bans" })
        {
            using var closed = await avery.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, closed.StatusCode));
        }
    }

    private static string CaseOf(string page) => CaseLink().Match(page) is { Success: true } link ? link.Groups[1].Value : page[^36..];

    private static Task<HttpResponseMessage> Reveal(HttpClient browser, string page) =>
        browser.PostForm($"/admin/cases/{CaseOf(page)}?handler=Reveal", page, ("reportId", Hidden("reportId").Match(page).Groups[1].Value));

    private static Regex Hidden(string name) => new($"name=\"{name}\" value=\"([^\"]+)\"");

    private static async Task<HttpStatusCode> Status(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return answer.StatusCode;
    }

    private static async Task<string> Text(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return await answer.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("hx-get=\"([^\"]+)\"")]
    private static partial Regex Standing();

    [GeneratedRegex("<a href=\"/admin/cases/([0-9a-f-]{36})\"")]
    private static partial Regex CaseLink();
}
