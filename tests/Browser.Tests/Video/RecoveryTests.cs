using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>Calls that break off and come back by themselves.</summary>
public sealed class RecoveryTests(Chromium chromium) : CallJourney(chromium)
{
    [Fact]
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

    [Fact]
    public async Task Both_reload_at_once_and_see_each_other_again()
    {
        var (ada, bo) = await Call();

        await Task.WhenAll(ada.Page.ReloadAsync(), bo.Page.ReloadAsync());

        await AreInACall(ada, bo);
        Assert.Equal(1, (await ada.Call.Held()).Connections);
        Assert.Equal(1, (await bo.Call.Held()).Connections);
    }
}

public sealed class RelayRecoveryTests(Chromium chromium) : RelayJourney(chromium)
{
    [Fact]
    public async Task A_network_that_was_cut_brings_the_call_back_without_a_reload()
    {
        var (ada, bo) = await Call();
        ada.Allow("ERR_INTERNET_DISCONNECTED");
        await ada.Page.EvaluateAsync("meters.current().isFirst = true");

        await ada.Browser.SetOfflineAsync(true);
        Turn.Stop();
        await Expect(ada.Page.GetByText("Reconnecting…")).ToBeVisibleAsync();
        await Expect(bo.Page.GetByText("Reconnecting…")).ToBeVisibleAsync();
        await Turn.Start();
        await ada.Browser.SetOfflineAsync(false);

        await AreInACall(ada, bo);
        await Expect(ada.Page.GetByText("Reconnecting…")).ToBeHiddenAsync();
        Assert.True(await ada.Page.EvaluateAsync<bool>("meters.current().isFirst"));
    }
}
