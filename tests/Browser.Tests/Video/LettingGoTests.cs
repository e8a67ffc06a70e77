using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>Nothing of a call stays behind: no connection, no track, no listener, no light.</summary>
public sealed class LettingGoTests(Chromium chromium) : CallJourney(chromium)
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?> { ["Matching:RematchWindow"] = "00:00:00" };

    [Fact(Explicit = true)]
    public async Task Ten_times_Next_hold_no_more_than_once_and_keep_the_camera_on()
    {
        var (ada, bo) = await Call();
        var (adas, bos) = (await ada.Call.Held(), await bo.Call.Held());

        for (var turn = 0; turn < 10; turn++)
        {
            await ada.Button("Next").ClickAsync();
            await bo.Sees("Chat ended");
            await bo.Button("Start").ClickAsync();
            await AreInACall(ada, bo);
        }

        Assert.Equal(adas, await ada.Call.Held());
        Assert.Equal(bos, await bo.Call.Held());
        Assert.Equal(1, await ada.Call.CamerasOpened());
    }

    [Fact]
    public async Task After_End_call_neither_side_holds_anything_and_the_light_is_out()
    {
        var (ada, bo) = await Call();
        await End();
        var (adas, bos) = (await ada.Call.Held(), await bo.Call.Held());
        Assert.All([adas, bos], held => Assert.Equal((0, 0, 0), (held.Connections, held.Tracks, held.Contexts)));

        await ada.Button("Start").ClickAsync();
        await bo.Button("Start").ClickAsync();
        await AreInACall(ada, bo);
        await End();

        Assert.Equal(adas, await ada.Call.Held());
        Assert.Equal(bos, await bo.Call.Held());

        async Task End()
        {
            await ada.Button("End call").ClickAsync();
            await ada.Sees("Chat ended");
            await bo.Sees("Chat ended");
        }
    }

    [Fact(Explicit = true)]
    public async Task A_panel_of_the_chat_that_ended_lets_nothing_go_once_Start_is_pressed()
    {
        var (ada, bo) = await Call();
        await ada.Button("End call").ClickAsync();
        await ada.Sees("Chat ended");
        await bo.Sees("Chat ended");
        await ada.Page.EvaluateAsync("""
            () => {
              const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
              const answered = new Promise((answer) => { window.answer = answer; });
              navigator.mediaDevices.getUserMedia = async (wanted) => { window.asked = true; await answered; return ask(wanted); };
            }
            """);

        await ada.Button("Start").ClickAsync();
        await ada.Page.WaitForFunctionAsync("() => window.asked");
        await ada.Page.EvaluateAsync("""
            () => {
              const old = document.getElementById("main");
              window.late = () => document.getElementById("main") !== old;
              document.body.dispatchEvent(new CustomEvent("panel"));
            }
            """);
        await ada.Page.WaitForFunctionAsync("() => window.late()");
        await ada.Page.EvaluateAsync("() => window.answer()");
        await bo.Button("Start").ClickAsync();

        await AreInACall(ada, bo);
    }

    [Fact]
    public async Task A_search_that_is_stopped_puts_the_light_out()
    {
        var ada = await Preview();
        await ada.Button("Join").ClickAsync();
        await ada.Sees("Looking for someone");
        Assert.NotEmpty(await ada.Call.Cameras());

        await ada.Button("Stop").ClickAsync();

        await ada.Sees("You have stopped");
        Assert.Equal(0, (await ada.Call.Held()).Tracks);
    }
}
