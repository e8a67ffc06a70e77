using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Chat;

public sealed class KeyboardTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    [Fact]
    public async Task The_whole_way_from_the_gate_to_a_report_needs_no_pointer()
    {
        var ada = await Arrive();
        var bo = await Arrive();
        await ada.Page.GotoAsync("/");
        await bo.Start();

        await TabTo(ada, ada.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" }));
        await TabTo(ada, ada.BirthYear);
        await ada.Page.Keyboard.TypeAsync("1990");
        await TabTo(ada, ada.Terms);
        await ada.Page.Keyboard.PressAsync("Space");
        await TabTo(ada, ada.Button("Start"));
        await ada.Page.Keyboard.PressAsync("Enter");

        await ada.Sees("Connected");
        await ada.HasFocus(ada.Message);
        await ada.Page.Keyboard.TypeAsync("typed and sent");
        await ada.Page.Keyboard.PressAsync("Enter");
        await bo.Hears("typed and sent");
        await ada.HasFocus(ada.Message);
        await TabTo(ada, ada.Button("Report"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.HasFocus(ada.Report.GetByRole(AriaRole.Radio).First);
        await ada.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(ada.Report.GetByRole(AriaRole.Radio, new() { Name = "Harassment" })).ToBeCheckedAsync();
        await TabTo(ada, ada.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }));
        await ada.Page.Keyboard.PressAsync("Enter");

        await Expect(ada.Report).ToContainTextAsync("Thanks — the user has been reported.");
        await bo.Sees("Chat ended");
        await TabTo(ada, ada.Report.GetByRole(AriaRole.Button, new() { Name = "Meet someone else" }));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.Sees("Looking for someone");
        await TabTo(ada, ada.Button("Stop"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.HasFocus(ada.Button("Start"));
    }

    /// <summary>Tab after Tab until the element has the focus.</summary>
    private static async Task TabTo(Visitor visitor, ILocator element)
    {
        for (var stops = 0; stops < 40; stops++)
        {
            await visitor.Page.Keyboard.PressAsync("Tab");
            if (await element.EvaluateAsync<bool>("one => one === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail($"Tab never reaches {element}.");
    }
}
