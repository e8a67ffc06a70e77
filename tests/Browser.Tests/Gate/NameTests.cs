using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Gate;

/// <summary>Names are screened before a stranger has to read them.</summary>
public sealed class NameTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    [Fact]
    public async Task A_name_that_nobody_should_have_to_read_is_told_at_its_field_and_every_other_entry_stays()
    {
        var ada = await Arrive();
        ada.Allow("status of 422");
        await ada.FillGate(name: "f4ggot", interests: "chess");
        await ada.Terms.CheckAsync();

        await ada.Button("Start").ClickAsync();

        var name = ada.Page.GetByRole(AriaRole.Textbox, new() { Name = "Display name" });
        await Expect(name).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(ada.Page.GetByText("Please choose something else: this looks like hate speech.")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Textbox, new() { Name = "Interests" })).ToHaveValueAsync("chess");
        await ada.HasFocus(name);
    }
}
