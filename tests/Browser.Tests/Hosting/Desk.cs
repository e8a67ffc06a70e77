using System.Net;
using System.Text.RegularExpressions;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;

namespace RandomChat.Browser.Tests.Hosting;

/// <summary>What a moderator does about visitors of a site.</summary>
internal static partial class Desk
{
    /// <summary>Bans somebody for a day.</summary>
    public static async Task Ban(this ISite site, Visitor visitor, string policy, string statement)
    {
        using var morgan = await Moderator.SignIn(site.Address);
        using var answer = await morgan.Post("/api/admin/bans", new
        {
            visitorId = await IdOf(visitor),
            reason = policy,
            until = TimeProvider.System.GetUtcNow().AddDays(1),
            statement,
        });
        await answer.Json(HttpStatusCode.Created);
    }

    /// <summary>Takes back what somebody appealed against, as soon as the appeal is on the desk.</summary>
    public static async Task Overturn(this ISite site, string visitorId, string statement)
    {
        using var morgan = await Moderator.SignIn(site.Address);
        string? appeal = null;
        await Wait.Until(async () =>
        {
            using var listed = await morgan.GetAsync("/api/admin/appeals");
            appeal = (await listed.Json()).GetProperty("items").EnumerateArray()
                .Where(item => item.GetProperty("visitorId").GetString() == visitorId)
                .Select(item => item.GetProperty("appealId").GetString()).FirstOrDefault();
            return appeal is not null;
        });
        using var answer = await morgan.Post($"/api/admin/appeals/{appeal}", new { outcome = "overturned", statement });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>As <c>/my-data</c> tells it, which is open to the banned as well.</summary>
    public static async Task<string> IdOf(Visitor visitor)
    {
        var page = await visitor.Page.APIRequest.GetAsync("/my-data");
        return VisitorId().Match(await page.TextAsync()).Groups[1].Value;
    }

    [GeneratedRegex("<code>([^<]+)</code>")]
    private static partial Regex VisitorId();
}
