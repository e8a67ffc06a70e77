using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

/// <summary>Pictures for people to look at. Run by hand: <c>-explicit only -trait run=by-hand</c>.</summary>
[Trait("run", "by-hand")]
public sealed class ScreenshotTests(Chromium chromium, Site site) : Tour(chromium, site)
{
    [Fact(Explicit = true)]
    public async Task The_picture_of_the_readme_is_taken()
    {
        var options = new BrowserNewContextOptions
        {
            ViewportSize = new() { Width = 1280, Height = 800 },
            ColorScheme = ColorScheme.Light,
            TimezoneId = "Europe/Lisbon",
            Locale = "en-GB",
        };
        var ada = await Arrive(options);
        await ada.Start("Juniper", "en", "film photography, baking");
        var bo = await Arrive(options);
        await bo.Start("Rowan", "en", "film photography, baking, chess");
        await ada.Sees("Connected");
        await bo.Sees("Connected");
        await Talk(bo, ada, "hey! the shared interests got me. what do you shoot on?");
        await Talk(ada, bo, "An old rangefinder with a sticky shutter. Half of every roll is a surprise 📷");
        await Talk(ada, bo, "You?");
        await Talk(bo, ada, "a plastic toy camera, mostly. light leaks included 😄");
        await Talk(bo, ada, "أفضل الصور تأتي بالصدفة ✨");
        await Talk(ada, bo, "Had to look that one up. “The best pictures come by chance.” Lovely.");
        await ada.Message.FillAsync("Do you develop them yourself?");
        await bo.Message.PressSequentiallyAsync("so");
        await ada.Sees("Stranger is typing");

        await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(RepositoryFolder.Path, "docs", "screenshot.png") });
    }

    [Theory(Explicit = true)]
    [InlineData(360, 740, ColorScheme.Light)]
    [InlineData(360, 740, ColorScheme.Dark)]
    [InlineData(1280, 800, ColorScheme.Light)]
    [InlineData(1280, 800, ColorScheme.Dark)]
    public async Task A_picture_of_every_screen_is_taken(int width, int height, ColorScheme scheme)
    {
        var options = new BrowserNewContextOptions { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme };

        await Walk(options, Take($"{width}-{scheme}"));
    }

    internal static Func<IPage, string, Task> Take(string name)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "screens");
        var number = 0;
        return (page, screen) => page.ScreenshotAsync(new()
        {
            Path = Path.Combine(folder, $"{name}-{++number:00}-{screen.Replace('/', ' ').Trim()}.png".Replace(' ', '-')),
            Caret = ScreenshotCaret.Initial,
        });
    }

    private static async Task Talk(Visitor from, Visitor to, string body)
    {
        await from.Say(body);
        await to.Hears(body);
    }
}

[Collection("calls")]
[Trait("run", "by-hand")]
public sealed class CallScreenshotTests(Chromium chromium, Site site) : Tour(chromium, site)
{
    [Theory(Explicit = true)]
    [InlineData(360, 740, ColorScheme.Light)]
    [InlineData(360, 740, ColorScheme.Dark)]
    [InlineData(740, 360, ColorScheme.Light)]
    [InlineData(1280, 800, ColorScheme.Light)]
    [InlineData(1280, 800, ColorScheme.Dark)]
    public async Task A_picture_of_every_screen_of_a_call_is_taken(int width, int height, ColorScheme scheme)
    {
        var options = new BrowserNewContextOptions
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            HasTouch = width < 900,
        };

        await WalkCall(options, ScreenshotTests.Take($"call-{width}-{scheme}"));
    }
}
