using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>What a partner's page sends is never trusted.</summary>
public sealed class SignalTests(Chromium chromium) : CallJourney(chromium)
{
    private const string Markup = """<img src=x onerror=\"window.broken = true\"><b>marked</b>""";

    private static readonly (string Type, string Payload)[] Nonsense =
    [
        ("offer", $$"""{ "type": "offer", "sdp": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns={{Markup}}\r\n" }"""),
        ("answer", $$"""{ "type": "answer", "sdp": "{{Markup}}" }"""),
        ("ice", $$"""{ "candidate": "candidate:{{Markup}}", "sdpMid": "{{Markup}}", "sdpMLineIndex": 0 }"""),
        ("offer", """{ "type": "offer", "sdp": { "toString": "no text" } }"""),
        ("ice", """{ "candidate": ["no text"] }"""),
    ];

    [Fact(Explicit = true)]
    public async Task A_signal_that_makes_no_sense_changes_nothing_on_the_page_and_in_the_call()
    {
        var (ada, bo) = await Call();
        await ada.Page.EvaluateAsync("""
            () => {
              window.added = "";
              new MutationObserver((changes) => {
                for (const { target } of changes) window.added += target.innerHTML ?? target.textContent;
              }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
            }
            """);

        for (var i = 0; i < Nonsense.Length; i++)
        {
            var before = ada.Got("signal").Count;
            Assert.Null(await Send(bo, Nonsense[i].Type, Nonsense[i].Payload));
            await bo.Say($"after it {i}");
            await ada.Hears($"after it {i}");
            Assert.True(ada.Got("signal").Count > before);
            await Task.WhenAll(ada.Call.Flows(), bo.Call.Flows());
        }

        Assert.DoesNotContain("marked", await ada.Page.EvaluateAsync<string>("window.added + document.documentElement.outerHTML"));
        Assert.False(await ada.Page.EvaluateAsync<bool>("window.broken === true"));
        await Expect(ada.Page.GetByText("marked")).ToHaveCountAsync(0);
    }

    [Fact(Explicit = true)]
    public async Task Wrong_signals_are_refused_and_nobody_notices()
    {
        var (ada, bo) = await Call();
        var before = ada.Got("signal").Count;

        Assert.Equal("invalid", await Refusal(bo, "weird", "null"));
        Assert.Equal("invalid", await Refusal(bo, "offer", "\"no object\""));
        Assert.Equal("too-large", await Refusal(bo, "ice", """{ "candidate": "x".repeat(70_000) }"""));
        Assert.Equal("not-in-match", await Refusal(bo, "ice", "null", "crypto.randomUUID()"));

        await Task.WhenAll(ada.Call.Flows(), bo.Call.Flows());
        Assert.Equal(before, ada.Got("signal").Count);
    }

    private static async Task<string> Refusal(Visitor visitor, string type, string payload, string match = OwnMatch) =>
        await Send(visitor, type, payload, match) ?? throw new InvalidOperationException("It was not refused.");

    private const string OwnMatch = """document.getElementById("main").dataset.match""";

    /// <summary>Sends over the page's own connection.</summary>
    /// <param name="payload">As JavaScript.</param>
    /// <param name="match">As JavaScript.</param>
    /// <returns>The code of the refusal, or null.</returns>
    private static Task<string?> Send(Visitor visitor, string type, string payload, string match = OwnMatch) => visitor.Page.EvaluateAsync<string?>($$"""
        async () => {
          const { call } = await import("/js/connection.js");
          return call("signal", { matchId: {{match}}, type: "{{type}}", payload: {{payload}} }).then(() => null, (error) => error.code);
        }
        """);
}
