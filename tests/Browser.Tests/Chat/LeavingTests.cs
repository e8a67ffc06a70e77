using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Chat;

public sealed class LeavingTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    private const string Armed = "Esc again to leave Stranger for good";

    [Fact]
    public async Task Esc_says_what_a_second_one_does_and_the_second_is_Next()
    {
        var (ada, bo) = await Meet();

        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = Armed })).ToBeVisibleAsync();
        await bo.Sees("Connected");
        await ada.Page.Keyboard.PressAsync("Escape");

        await ada.Sees("Looking for someone");
        await bo.Sees("Chat ended");
    }

    [Fact]
    public async Task An_Esc_long_after_another_starts_anew()
    {
        var (ada, bo) = await Meet();

        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Page.GetByText(Armed)).ToHaveCountAsync(1);
        await Expect(ada.Page.GetByText(Armed)).ToHaveCountAsync(0);
        await ada.Page.Keyboard.PressAsync("Escape");

        await Expect(ada.Page.GetByText(Armed)).ToHaveCountAsync(1);
        await ada.Sees("Connected");
        await bo.Sees("Connected");
    }

    [Fact]
    public async Task Next_meets_the_next_person_and_the_one_left_decides_for_itself()
    {
        var (ada, bo) = await Meet();
        await ada.Button("Next").ClickAsync();
        await bo.Sees("Chat ended");
        await bo.HasFocus(bo.Button("Start"));

        var cleo = await Arrive();
        await cleo.Start();

        await ada.Sees("Connected");
        await cleo.Sees("Connected");
        Assert.Empty(await ada.Bodies());
        await cleo.Say("hello, I am the next");
        await ada.Hears("hello, I am the next");
        await bo.Sees("Chat ended");
    }

    [Fact]
    public async Task After_the_end_Start_searches_again_with_the_same_request()
    {
        var (ada, bo) = await Meet();
        await bo.Button("Stop").ClickAsync();
        await bo.Sees("Chat ended");
        await Expect(bo.Conversation).ToContainTextAsync("You left the chat.");
        await ada.HasFocus(ada.Button("Start"));

        await ada.Page.Keyboard.PressAsync("Enter");

        await ada.Sees("Looking for someone");
        var cleo = await Arrive();
        await cleo.Start();
        await ada.Sees("Connected");
    }

    [Fact]
    public async Task Block_ends_the_chat_without_giving_away_why()
    {
        var (ada, bo) = await Meet();

        await ada.Button("Block").ClickAsync();

        await ada.Sees("Chat ended");
        await bo.Sees("Chat ended");
        await Expect(bo.Conversation).ToContainTextAsync("Stranger left the chat.");
    }

    [Fact]
    public async Task From_the_gate_the_page_goes_straight_to_the_search()
    {
        var ada = await Arrive();
        await ada.Page.AddInitScriptAsync("""
            document.addEventListener("DOMContentLoaded", () => {
              window.states = [];
              new MutationObserver(() => window.states.push(document.getElementById("main")?.dataset.state))
                .observe(document.getElementById("panel") ?? document.body, { childList: true });
            });
            """);

        await ada.Start();
        await ada.Page.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/chat$"));
        await ada.Button("Stop").ClickAsync();
        await ada.Sees("You have stopped");

        Assert.Equal(["searching", "idle"], (await ada.Page.EvaluateAsync<string[]>("states")).Distinct());
    }

    [Fact]
    public async Task A_stopped_search_finds_nobody_until_Start()
    {
        var ada = await Arrive();
        await ada.Start();
        await ada.Sees("Looking for someone");

        await ada.Button("Stop").ClickAsync();

        await ada.Sees("You have stopped");
        await ada.HasFocus(ada.Button("Start"));
        var bo = await Arrive();
        await bo.Start();
        await bo.Sees("Looking for someone");
        await ada.Button("Start").ClickAsync();
        await ada.Sees("Connected");
        await bo.Sees("Connected");
    }
}

public sealed class TimeoutTests(Chromium chromium) : Journey(chromium)
{
    private RunningServer? server;

    protected override Uri Address => server!.Address;

    public override async ValueTask InitializeAsync() =>
        server = await RunningServer.Start(new Dictionary<string, string?>(Site.Open) { ["Matching:Timeout"] = "00:00:01" });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server!.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public async Task Who_waits_in_vain_may_keep_waiting_or_meet_anyone()
    {
        var ada = await Arrive();
        await ada.Start(language: "en");
        await ada.Sees("No one is free in English just now");
        await ada.Button("Keep waiting").ClickAsync();
        await ada.Sees("Looking for someone");
        var bo = await Arrive();
        await bo.Start(language: "fr");
        await bo.Sees("No one is free in Français just now");
        await ada.Sees("No one is free in English just now");

        await ada.Button("Meet anyone").ClickAsync();
        await bo.Button("Meet anyone").ClickAsync();

        await ada.Sees("Connected");
        await bo.Sees("Connected");
    }
}
