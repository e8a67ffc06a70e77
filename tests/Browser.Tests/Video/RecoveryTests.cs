using System.Text.RegularExpressions;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>Calls that break off and come back by themselves.</summary>
public sealed class RecoveryTests(Chromium chromium) : CallJourney(chromium)
{
    [Fact(Explicit = true)]
    public async Task A_reload_in_mid_call_brings_the_call_back_on_both_sides()
    {
        var (ada, bo) = await Call();

        await bo.Page.ReloadAsync();

        await AreInACall(ada, bo);
        Assert.Equal(1, (await ada.Call.Held()).Connections);
        Assert.Equal(1, await ada.Call.CamerasOpened());
        await ada.Page.ReloadAsync();
        await AreInACall(ada, bo);
    }

    [Fact(Explicit = true)]
    public async Task Both_reload_at_once_and_see_each_other_again()
    {
        var (ada, bo) = await Call();

        await Task.WhenAll(ada.Page.ReloadAsync(), bo.Page.ReloadAsync());

        await AreInACall(ada, bo);
        Assert.Equal(1, (await ada.Call.Held()).Connections);
        Assert.Equal(1, (await bo.Call.Held()).Connections);
    }

    [Fact(Explicit = true)]
    public async Task The_way_to_call_that_the_server_could_not_tell_is_asked_for_again()
    {
        var (ada, bo) = (await Preview(), await Preview());
        ada.Allow("status of 503");
        var isAway = true;
        await ada.Page.RouteAsync("**/api/turn", route => isAway ? route.FulfillAsync(new() { Status = 503 }) : route.ContinueAsync());
        // What the preview learnt is gone with the page.
        await ada.Page.ReloadAsync();
        await ada.Button("Join").ClickAsync();
        await bo.Button("Join").ClickAsync();
        await Expect(ada.Page.GetByText("Video could not get through your network")).ToBeVisibleAsync();

        isAway = false;
        await ada.Button("Try again").ClickAsync();

        await AreInACall(ada, bo);
        await Expect(ada.Page.GetByText("Video could not get through your network")).ToBeHiddenAsync();
    }
}

public sealed class RelayRecoveryTests(Chromium chromium) : RelayJourney(chromium)
{
    [Fact(Explicit = true)]
    public async Task A_network_that_was_cut_brings_the_call_back_without_a_reload()
    {
        var (ada, bo) = await Call();
        ada.Allow("ERR_INTERNET_DISCONNECTED");
        await ada.Page.EvaluateAsync("meters.current().isFirst = true");

        await ada.Browser.SetOfflineAsync(true);
        Turn.Stop();
        await Expect(ada.Call.Quality).ToHaveAccessibleNameAsync("Connection reconnecting");
        await Expect(bo.Call.Quality).ToHaveAccessibleNameAsync("Connection reconnecting");
        await Turn.Start();
        await ada.Browser.SetOfflineAsync(false);

        await AreInACall(ada, bo);
        await Expect(ada.Call.Quality).ToHaveAccessibleNameAsync(new Regex("^Connection good"));
        Assert.True(await ada.Page.EvaluateAsync<bool>("meters.current().isFirst"));
    }
}
