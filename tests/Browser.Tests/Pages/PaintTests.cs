using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

/// <summary>What a page shows comes from the server: nobody looks at white while scripts are on their way.</summary>
public sealed class PaintTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    private const string Painted = "() => performance.getEntriesByName('first-contentful-paint').length > 0";

    [Theory]
    [InlineData("/", "Start")]
    [InlineData("/chat?start=true", "Stop")]
    [InlineData("/account/sign-in", "Sign in")]
    [InlineData("/admin/sign-in", "Sign in")]
    public async Task Pages_are_painted_while_no_script_has_come(string path, string button)
    {
        var visitor = await Arrive();
        if (path.StartsWith("/chat", StringComparison.Ordinal))
        {
            await visitor.Start();
        }

        var held = 0;
        await visitor.Page.RouteAsync("**/*.js", _ =>
        {
            // Neither answered nor refused, so the browser goes on waiting for it.
            held++;
            return Task.CompletedTask;
        });
        await visitor.Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Commit });

        await visitor.Page.WaitForFunctionAsync(Painted, null, new() { PollingInterval = 100 });

        await visitor.Button(button).First.WaitForAsync();
        Assert.True(held > 0, "The page asks for no script.");
    }
}
