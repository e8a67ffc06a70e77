using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Chat;

public sealed class MessageTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    [Fact]
    public async Task Typing_is_shown_and_ends_by_itself_and_when_the_box_is_emptied()
    {
        var (ada, bo) = await Meet();

        await bo.Message.PressSequentiallyAsync("hm");
        await ada.Sees("Stranger is typing");
        await bo.Message.FillAsync("");
        await ada.Sees("Connected");

        await bo.Message.PressSequentiallyAsync("well");
        await ada.Sees("Stranger is typing");
        await ada.Sees("Connected");
        await Expect(bo.Message).ToHaveValueAsync("well");
    }

    [Fact]
    public async Task Markup_arrives_as_the_text_it_is()
    {
        var (ada, bo) = await Meet();
        const string Markup = """<b>bold</b> <img src=x onerror="document.title='broken in'"> <script>alert(1)</script> &amp; {{1+1}}""";

        await ada.Say(Markup);
        await bo.Hears(Markup);
        await bo.Page.ReloadAsync();
        await bo.Hears(Markup);

        Assert.Equal([Markup], await ada.Bodies());
        Assert.Equal([Markup], await bo.Bodies());
        Assert.Equal(0, await bo.Conversation.Locator("img, script, p b").CountAsync());
        Assert.Equal("Talking with Stranger · RandomChat", await bo.Page.TitleAsync());
    }

    [Fact]
    public async Task Each_message_runs_in_the_direction_of_its_own_script()
    {
        var (ada, bo) = await Meet();

        await ada.Say("أفضل الصور تأتي بالصدفة");
        await ada.Say("The best pictures come by chance.");
        await bo.Hears("The best pictures come by chance.");

        Task<string> DirectionOf(string body) => bo.Said(body).EvaluateAsync<string>("one => getComputedStyle(one).direction");
        Assert.Equal("rtl", await DirectionOf("أفضل الصور تأتي بالصدفة"));
        Assert.Equal("ltr", await DirectionOf("The best pictures come by chance."));
        await Expect(bo.Message).ToHaveAttributeAsync("dir", "auto");
        foreach (var message in await bo.Conversation.GetByRole(AriaRole.Listitem).Locator("p").AllAsync())
        {
            await Expect(message).ToHaveAttributeAsync("dir", "auto");
        }
    }

    [Fact]
    public async Task A_message_says_when_it_is_delivered_and_only_the_partners_are_announced()
    {
        var (ada, bo) = await Meet();

        await ada.Say("are you there?");
        await bo.Say("I am");
        await ada.Hears("I am");

        var own = ada.Conversation.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "are you there?" });
        await Expect(own).ToContainTextAsync("Delivered");
        await Expect(own).ToHaveAttributeAsync("aria-live", "off");
        var theirs = ada.Conversation.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "I am" });
        await Expect(theirs).Not.ToContainTextAsync("Delivered");
        await Expect(theirs).Not.ToHaveAttributeAsync("aria-live", "off");
    }

    [Fact]
    public async Task An_emoji_is_chosen_with_the_keyboard_and_Esc_closes_the_picker_alone()
    {
        var (ada, bo) = await Meet();

        await ada.Message.FillAsync("sunny ");
        await ada.Button("Emoji").FocusAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.HasFocus(ada.Button("grinning"));
        await ada.Page.Keyboard.PressAsync("Escape");
        await ada.HasFocus(ada.Button("Emoji"));
        await Expect(ada.Button("grinning")).ToHaveCountAsync(0);
        await Expect(ada.Page.GetByText("Esc again")).ToHaveCountAsync(0);

        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.Page.Keyboard.PressAsync("ArrowRight");
        await ada.HasFocus(ada.Button("laughing eyes"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.HasFocus(ada.Message);
        await ada.Page.Keyboard.PressAsync("Enter");

        await bo.Hears("sunny 😄");
    }

    [Fact]
    public async Task No_message_causes_a_request_and_nothing_is_polled_while_connected()
    {
        var (ada, bo) = await Meet();
        await ada.Say("first");
        await bo.Hears("first");
        // What the page asks for once the panel stands is over when the network is quiet.
        await ada.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await bo.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var (before, before2) = (ada.Requests.Count, bo.Requests.Count);

        for (var turn = 0; turn < 8; turn++)
        {
            await ada.Say($"question {turn}");
            await bo.Hears($"question {turn}");
            await bo.Message.PressSequentiallyAsync("hm");
            await ada.Sees("Stranger is typing");
            await bo.Say($"answer {turn}");
            await ada.Hears($"answer {turn}");
        }

        Assert.Empty(ada.Requests.Skip(before));
        Assert.Empty(bo.Requests.Skip(before2));
        Assert.Single(ada.Sockets);
        Assert.Single(bo.Sockets);
    }

    [Fact]
    public async Task A_reload_brings_back_the_chat_its_messages_and_the_draft()
    {
        var (ada, bo) = await Meet();
        await ada.Say("one");
        await bo.Hears("one");
        await bo.Say("two");
        await ada.Hears("two");
        await ada.Message.PressSequentiallyAsync("half a thou");

        await ada.Page.ReloadAsync();

        await ada.Sees("Connected");
        Assert.Equal(["one", "two"], await ada.Bodies());
        await Expect(ada.Message).ToHaveValueAsync("half a thou");
        await ada.Say("three");
        await bo.Hears("three");
        await bo.Say("four");
        await ada.Hears("four");
        Assert.Equal(["one", "two", "three", "four"], await ada.Bodies());
        Assert.Equal(["one", "two", "three", "four"], await bo.Bodies());
    }

    [Fact]
    public async Task Two_tabs_of_one_browser_show_the_same_chat_and_end_together()
    {
        var (ada, bo) = await Meet();
        await ada.Say("from the first tab");
        var tab = await OpenTab(ada);
        await tab.Page.GotoAsync("/chat");
        await tab.Hears("from the first tab");

        await tab.Say("from the second");
        await bo.Hears("from the second");
        await ada.Hears("from the second");
        await bo.Say("to both");
        await ada.Hears("to both");
        await tab.Hears("to both");

        await tab.Button("Stop").ClickAsync();

        await tab.Sees("Chat ended");
        await ada.Sees("Chat ended");
        await Expect(ada.Conversation).ToContainTextAsync("You left the chat.");
        await Expect(bo.Conversation).ToContainTextAsync("Stranger left the chat.");
    }

    [Fact]
    public async Task Save_chat_makes_a_text_file_of_the_conversation()
    {
        var (ada, bo) = await Meet();
        await ada.Say("keep this");
        await bo.Hears("keep this");
        await bo.Say("and this: سلام");
        await ada.Hears("and this: سلام");
        await bo.Button("Stop").ClickAsync();
        await ada.Sees("Chat ended");

        var download = await ada.Page.RunAndWaitForDownloadAsync(() => ada.Button("Save chat").ClickAsync());

        Assert.Matches(@"^chat-[\d-]+\.txt$", download.SuggestedFilename);
        var lines = await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Collection(
            lines,
            line => Assert.EndsWith("] You: keep this", line, StringComparison.Ordinal),
            line => Assert.EndsWith("] Stranger: and this: سلام", line, StringComparison.Ordinal));
    }
}
