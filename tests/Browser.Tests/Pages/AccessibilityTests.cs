using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

public sealed class AccessibilityTests(Chromium chromium, Site site) : ScreensTests(chromium, site)
{
    private static readonly AxeRunOptions Options = new() { ResultTypes = [ResultType.Violations] };

    [Fact]
    public Task At_360_pixels_no_screen_has_a_serious_finding_in_light_or_dark() => Check(Narrow);

    [Fact]
    public Task At_1280_pixels_no_screen_has_a_serious_finding_in_light_or_dark() => Check(Wide);

    private async Task Check(BrowserNewContextOptions options)
    {
        var findings = new List<string>();
        options.ReducedMotion = ReducedMotion.Reduce;
        await WalkThrough(options, async (page, screen) =>
        {
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                var result = await page.RunAxe(Options);
                findings.AddRange(result.Violations
                    .Where(violation => violation.Impact is "serious" or "critical")
                    .Select(violation => $"{screen}, {scheme}: {violation.Id} {violation.Help} {string.Join(" ", violation.Nodes.Select(node => node.Html))}"));
            }
        });

        Assert.Empty(findings);
    }
}
