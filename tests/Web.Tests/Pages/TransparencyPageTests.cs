using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Pages;

/// <summary>The transparency report: counted for the staff, published by administrators, read by everybody.</summary>
public sealed class TransparencyPageTests
{
    [Fact]
    public async Task A_report_is_counted_published_once_by_an_administrator_and_read_by_everybody_with_small_counts_withheld()
    {
        var clock = new ShiftedClock();
        await using var server = await HubServer.With(Moderator.Unlimited, services: services => services.AddSingleton<TimeProvider>(clock));
        await using var pair = await Pair.Meet(server.Address, Wire.Json, "text");
        await pair.Report("spam");
        using (await Moderator.Another(server, "avery", StaffRoles.Analyst))
        {
        }

        using var analyst = server.NewBrowser();
        await analyst.SignIn("avery", Moderator.Password, "", null);
        using var administrator = server.NewBrowser();
        await administrator.SignIn(Moderator.Name, Moderator.Password, "", null);
        using var anybody = server.NewBrowser();

        // What goes on is counted, and not to be published before it is over.
        var now = TimeProvider.System.GetUtcNow();
        var going = $"/admin/transparency?from={now:yyyy-MM-01}&until={now.AddDays(1):yyyy-MM-dd}";
        await Wait.Until(async () => (await analyst.GetStringAsync(going)).Contains("<th scope=\"row\">Spam</th><td>1</td>", StringComparison.Ordinal));
        Assert.DoesNotContain("Publish</button>", await analyst.GetStringAsync(going), StringComparison.Ordinal);
        Assert.Contains(",reports,spam,1\r\n", await analyst.GetStringAsync($"{going}&handler=File"), StringComparison.Ordinal);
        var page = await administrator.GetStringAsync(going);
        using (var early = await administrator.PostForm("/admin/transparency?handler=Publish", page, ("from", $"{now:yyyy-MM-01}"), ("until", $"{now.AddDays(1):yyyy-MM-dd}")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, early.StatusCode);
            Assert.Contains("This period is not over yet.", await early.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Contains("lasts a year at most", await analyst.GetStringAsync("/admin/transparency?from=2026-02-01&until=2026-01-01"), StringComparison.Ordinal);

        // Nobody else publishes, and a month that is over is public for good.
        clock.Ahead = TimeSpan.FromDays(40);
        await analyst.SignIn("avery", Moderator.Password, "", null);
        await administrator.SignIn(Moderator.Name, Moderator.Password, "", null);
        var (slug, last) = ($"{now:yyyy-MM}", DateTime.DaysInMonth(now.Year, now.Month));
        (string, string)[] month = [("from", $"{slug}-01"), ("until", $"{slug}-{last}")];
        page = await administrator.GetStringAsync("/admin/transparency");
        using (var refused = await analyst.PostForm("/admin/transparency?handler=Publish", await analyst.GetStringAsync("/admin/transparency"), month))
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await anybody.GetAsync($"/transparency/{slug}")).StatusCode);
        using (var published = await administrator.PostForm("/admin/transparency?handler=Publish", page, month))
        {
            Assert.Equal(HttpStatusCode.Redirect, published.StatusCode);
        }

        // One report: who made it could be pointed at by its number.
        var shown = await anybody.GetStringAsync($"/transparency/{slug}");
        var file = await anybody.GetByteArrayAsync($"/transparency/{slug}.csv");
        Assert.Contains("<th scope=\"row\">Spam</th><td>under 3</td>", shown, StringComparison.Ordinal);
        Assert.Contains(",reports,spam,under 3\r\n", Encoding.UTF8.GetString(file), StringComparison.Ordinal);
        Assert.DoesNotContain(",reports,spam,1", Encoding.UTF8.GetString(file), StringComparison.Ordinal);
        Assert.Contains($"<code>{Convert.ToHexStringLower(SHA256.HashData(file))}</code>", shown, StringComparison.Ordinal);
        await Wait.Until(async () => (await anybody.GetStringAsync("/transparency")).Contains($"href=\"/transparency/{slug}\"", StringComparison.Ordinal));
        await Wait.Until(async () => (await analyst.GetStringAsync("/admin/audit?act=Publication")).Contains($"Published the transparency report of {slug}.", StringComparison.Ordinal));
        Assert.Contains("<a href=\"/transparency\">Transparency</a>", await anybody.GetStringAsync("/terms"), StringComparison.Ordinal);
        using (var again = await administrator.PostForm("/admin/transparency?handler=Publish", page, month))
        {
            Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        }

        Assert.Equal(file, await anybody.GetByteArrayAsync($"/transparency/{slug}.csv"));
        Assert.Equal(HttpStatusCode.NotFound, (await anybody.GetAsync("/transparency/..%2Fetc")).StatusCode);

        // While nothing is counted, the page says so, and nothing becomes public.
        const string Behind = "These numbers are behind";
        await Wait.Until(async () => !(await administrator.GetStringAsync("/admin/transparency?from=2026-02-01&until=2026-02-28")).Contains(Behind, StringComparison.Ordinal));
        await server.Services.GetServices<IHostedService>().Single(service => service.GetType().Name == "ProjectionRunner").StopAsync(default);
        await using var somebody = await HubVisitor.Enter(server.Address);
        Assert.Contains(Behind, await administrator.GetStringAsync("/admin/transparency?from=2026-02-01&until=2026-02-28"), StringComparison.Ordinal);
        using (var refused = await administrator.PostForm("/admin/transparency?handler=Publish", page, ("from", "2026-02-01"), ("until", "2026-02-28")))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains(Behind, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await anybody.GetAsync("/transparency/2026-02")).StatusCode);
    }
}
