using System.Net;
using System.Text.RegularExpressions;
using RandomChat.Application.Settings;
using RandomChat.Web.Pages;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Pages;

public sealed partial class RetentionTableTests
{
    [Fact]
    public void The_table_in_docs_is_that_of_the_default_settings()
    {
        var file = Path.Combine(RepositoryFolder.Path, "docs", "retention.md");
        var table = RetentionTable.Markdown(new());
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file, table);
        }

        Assert.Equal(table, File.ReadAllText(file));
    }

    [Fact]
    public async Task The_privacy_page_shows_the_times_of_its_server()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?>
        {
            ["Retention:Messages"] = "12:00:00",
            ["Retention:Visitors"] = "11.00:00:00",
            ["Retention:Cases"] = "99.00:00:00",
        });
        using var browser = server.NewBrowser();

        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/privacy"));

        var shown = Row().Matches(page).Select(row => new Retained(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value));
        var table = RetentionTable.For(new() { Messages = TimeSpan.FromHours(12), Visitors = TimeSpan.FromDays(11), Cases = TimeSpan.FromDays(99) });
        Assert.Equal(table, shown.Take(table.Count));
        Assert.Contains("can be read for 12 hours", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\b(24 hours|180 days)\b", page.Replace("at most 24 hours, and no longer than the ban", "", StringComparison.Ordinal));
    }

    [GeneratedRegex("<th scope=\"row\">([^<]*)</th><td data-label=\"Why\">([^<]*)</td><td data-label=\"How long\">([^<]*)</td>")]
    private static partial Regex Row();
}
