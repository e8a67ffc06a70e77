using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>A call needs no pointer, and Esc in full screen leaves full screen only.</summary>
public sealed class StageKeyboardTests(Chromium chromium) : CallJourney(chromium)
{
    [Fact(Explicit = true)]
    public async Task From_the_preview_to_the_end_of_a_call_everything_is_reached_and_used_by_keys()
    {
        var ada = await Preview();
        await Expect(ada.Button("Join")).ToBeEnabledAsync();
        foreach (var control in new[]
        {
            ada.Button("Mute"), ada.Call.Picker("Microphone"), ada.Button("Camera"), ada.Call.Picker("Camera"),
            ada.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Always show mine" }), ada.Button("Join"),
        })
        {
            await ada.TabTo(control);
        }

        await ada.Page.Keyboard.PressAsync("Enter");
        var bo = await Preview();
        await Join(bo);
        await ada.HasFocus(ada.Message);

        await ada.TabTo(ada.Button("Show my video"));
        await ada.Page.Keyboard.PressAsync("Space");
        await Expect(ada.Button("Show my video")).ToHaveAttributeAsync("aria-pressed", "true");
        await ada.HasFocus(ada.Button("Show my video"));
        await ada.TabTo(ada.Button("Mute"));
        await ada.Page.Keyboard.PressAsync("Space");
        await Expect(ada.Button("Mute")).ToHaveAttributeAsync("aria-pressed", "true");
        await ada.TabTo(ada.Call.Picker("Microphone"));
        await ada.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(ada.Call.Picker("Microphone").Locator("option:checked")).ToHaveTextAsync("Fake Audio Input 1");
        await ada.TabTo(ada.Button("Camera"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.Button("Camera")).ToHaveAttributeAsync("aria-pressed", "false");
        await ada.TabTo(ada.Call.Picker("Camera"));
        await ada.TabTo(ada.Button("Picture in picture"));
        await ada.TabTo(ada.Button("Full screen"));

        await ada.TabTo(ada.Button("End call"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.Sees("Chat ended");
        await ada.HasFocus(ada.Button("Start"));
    }

    [Fact(Explicit = true)]
    public async Task Full_screen_is_entered_and_left_by_its_button_and_Esc_in_it_never_counts_for_Next()
    {
        var (ada, bo) = await Call();
        var full = ada.Button("Full screen");

        await full.ClickAsync();
        await Expect(full).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal("stage", await ada.Page.EvaluateAsync<string>("document.fullscreenElement.id"));
        await ada.Page.Keyboard.PressAsync("Escape");
        await ada.Page.EvaluateAsync("document.fullscreenElement && document.exitFullscreen()");
        await Expect(full).ToHaveAttributeAsync("aria-pressed", "false");
        await Expect(ada.Page.GetByText("Esc again")).ToHaveCountAsync(0);
        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Page.GetByText("Esc again")).ToBeVisibleAsync();
        await bo.Sees("Connected");

        await full.ClickAsync();
        await full.ClickAsync();
        await Expect(full).ToHaveAttributeAsync("aria-pressed", "false");
    }
}
