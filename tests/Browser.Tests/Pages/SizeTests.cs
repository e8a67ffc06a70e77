using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

public sealed class SizeTests(Chromium chromium, Site site) : ScreensTests(chromium, site)
{
    // Links inside a sentence are as high as its lines; everything else must have room for a finger, its label included.
    private const string SmallTargets = """
        () => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
          .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && !one.closest("[inert], .skip"))
          .filter((one) => !(one.matches("a") && getComputedStyle(one).display === "inline"))
          .map((one) => one.matches("[type=radio], [type=checkbox]") ? one.closest("label") : one)
          .filter((one) => { const box = one.getBoundingClientRect(); return box.width > 1 && (box.width < 43.5 || box.height < 43.5); })
          .map((one) => one.outerHTML.slice(0, 120))
        """;

    private const string TooWide = "() => document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth";

    private const string Moving = """
        () => document.getAnimations().filter((one) => one.playState === "running").map((one) => one.animationName ?? one.transitionProperty)
        """;

    [Fact]
    public Task At_360_pixels_nothing_scrolls_sideways_and_every_target_has_room_for_a_finger() => Check(Narrow);

    [Fact]
    public Task At_1280_pixels_nothing_scrolls_sideways_and_every_target_has_room_for_a_finger() => Check(Wide);

    private async Task Check(BrowserNewContextOptions options)
    {
        var problems = new List<string>();
        options.ReducedMotion = ReducedMotion.Reduce;
        await WalkThrough(options, async (page, screen) =>
        {
            if (await page.EvaluateAsync<bool>(TooWide))
            {
                problems.Add($"{screen} scrolls sideways");
            }

            problems.AddRange((await page.EvaluateAsync<string[]>(SmallTargets)).Select(target => $"{screen}: small {target}"));
            problems.AddRange((await page.EvaluateAsync<string[]>(Moving)).Select(motion => $"{screen}: moves {motion}"));
        });

        Assert.Empty(problems);
    }
}
