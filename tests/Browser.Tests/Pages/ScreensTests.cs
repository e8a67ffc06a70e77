using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

/// <summary>What holds for every screen, at the width of a small phone and of a desktop.</summary>
public sealed class ScreensTests(Chromium chromium, Site site) : Tour(chromium, site)
{
    private const string TooWide = "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) > innerWidth";

    // A link inside a sentence is as high as its lines; everything else has room for a finger, its label included.
    private const string SmallTargets = """
        () => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea")]
          .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".skip"))
          .filter((one) => !(one.matches("a") && getComputedStyle(one).display === "inline"))
          .map((one) => one.matches("[type=radio], [type=checkbox]") ? one.closest("label") : one)
          .filter((one) => { const box = one.getBoundingClientRect(); return box.width < 43.5 || box.height < 43.5; })
          .map((one) => one.outerHTML.slice(0, 120))
        """;

    private const string Moving = """
        () => document.getAnimations().filter((one) => one.playState === "running").map((one) => one.animationName ?? one.transitionProperty)
        """;

    private static readonly AxeRunOptions Everything = new() { ResultTypes = [ResultType.Violations] };

    /// <summary>Nothing else depends on the theme.</summary>
    private static readonly AxeRunOptions Contrast = new()
    {
        ResultTypes = [ResultType.Violations],
        RunOnly = new() { Type = "rule", Values = ["color-contrast"] },
    };

    /// <summary>One theme at one size; the long run looks at both themes at both.</summary>
    [Theory]
    [InlineData(360, 740, ColorScheme.Light)]
    public Task Every_screen_fits_gives_fingers_room_stands_still_when_asked_and_has_no_serious_finding(int width, int height, ColorScheme theme) =>
        Look(width, height, theme);

    [Theory(Explicit = true)]
    [InlineData(360, 740, ColorScheme.Dark)]
    [InlineData(1280, 800, ColorScheme.Dark)]
    [InlineData(1280, 800, ColorScheme.Light)]
    public Task Nor_has_any_at_the_other_size_or_in_the_other_theme(int width, int height, ColorScheme theme) => Look(width, height, theme);

    internal static BrowserNewContextOptions Options(int width, int height) => new()
    {
        ReducedMotion = ReducedMotion.Reduce,
        ViewportSize = new() { Width = width, Height = height },
        HasTouch = width < 900,
    };

    /// <param name="themes">Every rule is looked at in the first one; in the others what depends on the theme.</param>
    internal static Func<IPage, string, Task> Find(List<string> problems, params ColorScheme[] themes) => async (page, screen) =>
    {
        if (await page.EvaluateAsync<bool>(TooWide))
        {
            problems.Add($"{screen}: scrolls sideways");
        }

        problems.AddRange((await page.EvaluateAsync<string[]>(SmallTargets)).Select(target => $"{screen}: small {target}"));
        problems.AddRange((await page.EvaluateAsync<string[]>(Moving)).Select(motion => $"{screen}: moves {motion}"));
        foreach (var theme in themes)
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme });
            problems.AddRange((await page.RunAxe(theme == themes[0] ? Everything : Contrast)).Violations
                .Where(finding => finding.Impact is "serious" or "critical")
                .Select(finding => $"{screen} {theme}: {finding.Id} {string.Join(" ", finding.Nodes.Select(node => node.Html))}"));
        }
    };

    private async Task Look(int width, int height, ColorScheme theme)
    {
        var problems = new List<string>();

        await Walk(Options(width, height), Find(problems, theme));

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }
}

/// <summary>The same for the screens of a video chat, also on a phone that lies on its side.</summary>
[Collection("calls")]
public sealed class CallScreensTests(Chromium chromium, Site site) : Tour(chromium, site)
{
    [Theory(Explicit = true)]
    [InlineData(360, 740)]
    [InlineData(740, 360)]
    [InlineData(1280, 800)]
    public async Task Every_screen_of_a_call_fits_gives_fingers_room_stands_still_when_asked_and_has_no_serious_finding_in_either_theme(int width, int height)
    {
        var problems = new List<string>();

        await WalkCall(ScreensTests.Options(width, height), ScreensTests.Find(problems, ColorScheme.Light, ColorScheme.Dark));

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }
}
