using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Chat;

public sealed class ConnectionTests(Chromium chromium) : Journey(chromium)
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("randomchat-test-");
    private RunningServer? server;
    private Uri? address;

    protected override Uri Address => address!;

    public override async ValueTask InitializeAsync()
    {
        server = await RunningServer.Start(Site.Open, data.FullName);
        address = server.Address;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server!.DisposeAsync();
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task What_is_written_offline_waits_and_is_sent_once_on_return()
    {
        var (ada, bo) = await Meet();
        ada.Allow("ERR_INTERNET_DISCONNECTED");
        await ada.Say("before");
        await bo.Hears("before");

        await ada.Browser.SetOfflineAsync(true);
        await ada.Sees("You are offline. Unsent messages wait here.");
        await ada.Say("first in the tunnel");
        await ada.Say("second in the tunnel");
        await Expect(ada.Conversation).ToContainTextAsync("Waits for the connection");
        await bo.Say("are you still there?");
        await ada.Browser.SetOfflineAsync(false);

        await bo.Hears("second in the tunnel");
        await ada.Hears("are you still there?");
        await ada.Sees("Connected");
        await bo.Sees("Connected");
        await Expect(ada.Conversation.GetByText("Waits for the connection")).ToHaveCountAsync(0);
        // In one order on both sides, each once.
        var expected = new[] { "before", "are you still there?", "first in the tunnel", "second in the tunnel" };
        Assert.Equal(expected, await bo.Bodies());
        Assert.Equal(expected, await ada.Bodies());
    }

    [Fact]
    public async Task What_cannot_be_recorded_waits_beside_its_message_and_is_sent_once_when_it_can()
    {
        var outage = new Outage();
        await server!.DisposeAsync();
        server = await RunningServer.Start(Site.Open, data.FullName, outage.Install);
        address = server.Address;
        var (ada, bo) = await Meet();
        foreach (var visitor in new[] { ada, bo })
        {
            // A panel may be on its way just now; it is fetched again.
            visitor.Allow("503");
        }

        outage.IsOn = true;
        await ada.Say("kept until it can be kept");
        await Expect(ada.Conversation.GetByText("Waits for our server")).ToBeVisibleAsync();
        await Expect(ada.Page.Locator("#problem")).ToBeHiddenAsync();
        await Expect(bo.Said("kept until it can be kept")).ToHaveCountAsync(0);

        outage.IsOn = false;
        await bo.Hears("kept until it can be kept");
        await Expect(ada.Conversation.GetByText("Waits for our server")).ToHaveCountAsync(0);
        Assert.Equal(["kept until it can be kept"], await ada.Bodies());
        Assert.Equal(["kept until it can be kept"], await bo.Bodies());
    }

    [Fact(Explicit = true)]
    public async Task A_panel_that_does_not_come_is_fetched_until_it_does()
    {
        var ada = await Arrive();
        var bo = await Arrive();
        ada.Allow("503");
        await ada.Start();
        await ada.Sees("Looking");
        var missed = 0;
        await ada.Page.RouteAsync("**/chat?handler=Panel*", route =>
            ++missed <= 2 ? route.FulfillAsync(new() { Status = 503 }) : route.ContinueAsync());

        await bo.Start();

        await Expect(ada.Page.Locator("#problem")).ToContainTextAsync("We could not reach the server");
        await ada.Sees("Connected");
        await Expect(ada.Page.Locator("#problem")).ToBeHiddenAsync();
    }

    [Fact(Explicit = true)]
    public async Task A_restarted_server_brings_the_chat_back_by_itself()
    {
        var (ada, bo) = await Meet();
        foreach (var visitor in new[] { ada, bo })
        {
            visitor.Allow("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket|htmx:");
        }

        await ada.Say("before the restart");
        await bo.Hears("before the restart");

        await server!.DisposeAsync();
        await ada.Sees("Reconnecting");
        await Tells(ada, "We are restarting. Your chat comes back by itself.");
        await ada.Say("written meanwhile");
        server = await RunningServer.Start(
            new Dictionary<string, string?>(Site.Open) { ["urls"] = Address.ToString().TrimEnd('/') }, data.FullName);

        await ada.Sees("Connected");
        await bo.Sees("Connected");
        await Expect(ada.Page.Locator("#problem")).ToBeHiddenAsync();
        await bo.Hears("written meanwhile");
        await bo.Say("and here we are again");
        await ada.Hears("and here we are again");
        var expected = new[] { "before the restart", "written meanwhile", "and here we are again" };
        Assert.Equal(expected, await ada.Bodies());
        Assert.Equal(expected, await bo.Bodies());
    }

    [Fact(Explicit = true)]
    public async Task Whose_partner_vanishes_reads_that_their_place_is_kept_and_then_that_they_left()
    {
        var (ada, bo) = await Meet();

        await bo.Page.CloseAsync();

        await ada.Sees("Reconnecting");
        await Expect(ada.Page.GetByText("Stranger lost the connection.")).ToBeVisibleAsync();
        await ada.Sees("Chat ended");
        await Expect(ada.Conversation).ToContainTextAsync("Stranger left the chat.");
        await ada.HasFocus(ada.Button("Start"));
    }

    /// <summary>An information, in no colour of an error, spoken politely, and on none of what was said.</summary>
    private static async Task Tells(Visitor visitor, string words)
    {
        var notice = visitor.Page.Locator("#problem");
        await Expect(notice).ToHaveTextAsync(words);
        await Expect(notice).ToHaveClassAsync("aside");
        await Expect(visitor.Page.Locator("#alarm")).ToBeEmptyAsync();
        var last = await visitor.Conversation.GetByRole(AriaRole.Listitem).Last.BoundingBoxAsync();
        var box = await notice.BoundingBoxAsync();
        Assert.True(
            box!.Y + box.Height <= last!.Y || last.Y + last.Height <= box.Y,
            $"The notice at {box.Y} to {box.Y + box.Height} lies on the message at {last.Y} to {last.Y + last.Height}.");
    }
}
