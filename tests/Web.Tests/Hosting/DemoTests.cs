using System.Text.Json;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Hosting;

/// <summary><c>--demo</c>, as somebody starts it who looks at the product for the first time.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task A_demo_is_made_in_an_empty_folder_for_the_desk_to_work_on_and_never_where_something_is()
    {
        await using var server = new ServerProcess(
            new Dictionary<string, string?>
            {
                // With the captcha off as well nobody would behave like a program.
                ["Captcha:Mode"] = "always",
                ["Staff:RequireTwoFactor"] = "false",
                ["Staff:Bootstrap:Username"] = Moderator.Name,
                ["Staff:Bootstrap:Password"] = Moderator.Password,
            },
            "--demo");
        await server.Start();

        using (var staff = await Moderator.SignIn(server.Address))
        {
            await Wait.Until(async () => (await staff.Reports("?limit=100")).Count(IsOpen) >= 11);
            var reports = await staff.Reports("?limit=100");
            string[] reasons = ["harassment", "hate", "nudity", "other", "spam", "threat", "underage"];
            Assert.Equal(reasons, reports.Where(IsOpen).Select(report => report.Text("reason")).Distinct().Order());
            Assert.True(reports.Where(IsOpen).Select(report => report.Text("caseId")).Distinct().Count() >= 10);
            Assert.Contains(reports, report => report.Text("status") == "dismissed");
            Assert.Single(await staff.Appeals());
            Assert.NotEmpty(await staff.Bans());
        }

        Assert.Matches("The moderator mara has the password [0-9a-f]+", server.Output);
        await server.Terminate();
        var before = Files(server.Data);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(server.Start);

        Assert.Contains("The demo is made in an empty data directory only", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Files(server.Data));

        static bool IsOpen(JsonElement report) => report.Text("status") == "open";
    }

    private static string[] Files(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{file} {new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file):O}"),
    ];
}
