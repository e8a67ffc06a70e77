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

        await ada.TabTo(ada.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" }));
        await ada.TabTo(ada.BirthYear);
        await ada.Page.Keyboard.TypeAsync("1990");
        await ada.TabTo(ada.Terms);
        await ada.Page.Keyboard.PressAsync("Space");
        await ada.TabTo(ada.Button("Start"));
        await ada.Page.Keyboard.PressAsync("Enter");

        await ada.Sees("Connected");
        await ada.HasFocus(ada.Message);
        await ada.Page.Keyboard.TypeAsync("typed and sent");
        await ada.Page.Keyboard.PressAsync("Enter");
        await bo.Hears("typed and sent");
        await ada.HasFocus(ada.Message);
        await ada.TabTo(ada.Button("Report"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.HasFocus(ada.Report.GetByRole(AriaRole.Radio).First);
        await ada.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(ada.Report.GetByRole(AriaRole.Radio, new() { Name = "Harassment" })).ToBeCheckedAsync();
        await ada.TabTo(ada.Report.GetByRole(AriaRole.Button, new() { Name = "Send report" }));
        await ada.Page.Keyboard.PressAsync("Enter");

        await Expect(ada.Report).ToContainTextAsync("Thanks — the user has been reported.");
        await bo.Sees("Chat ended");
        await ada.TabTo(ada.Report.GetByRole(AriaRole.Button, new() { Name = "Meet someone else" }));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.Sees("Looking for someone");
        await ada.TabTo(ada.Button("Stop"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.HasFocus(ada.Button("Start"));
    }
}
