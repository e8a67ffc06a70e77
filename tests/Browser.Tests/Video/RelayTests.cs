using System.Text.Json;
using System.Text.RegularExpressions;
using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Video;

/// <summary>Where TURN is configured neither learns the other's address.</summary>
public sealed partial class RelayTests(Chromium chromium, ITestOutputHelper output) : RelayJourney(chromium)
{
    [Fact]
    public async Task A_call_goes_through_the_relay_at_both_ends_and_no_address_crosses_the_hub()
    {
        var ada = await Preview();
        await Expect(ada.Page.GetByText("Stranger does not learn your internet address")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByText("who can learn your internet address")).ToBeHiddenAsync();
        var bo = await Preview();
        await Join(ada, bo);

        foreach (var visitor in new[] { ada, bo })
        {
            var traffic = await visitor.Call.Traffic();
            Assert.Equal(("connected", "relay", "relay"), (traffic.State, traffic.Local, traffic.Remote));
            TellsNoAddress(visitor);
            output.WriteLine($"First picture {await FirstPicture(visitor)} ms after the match was found");
        }

        await ada.Say("through the relay");
        await bo.Hears("through the relay");
        await ada.Button("End call").ClickAsync();
        await RecordedCall.Says(Server, "relay");
    }

    [Fact(Explicit = true)]
    public async Task A_page_that_says_more_than_it_should_is_not_relayed()
    {
        var (ada, bo) = (await Preview(), await Preview());
        await bo.Page.EvaluateAsync("""
            () => {
              const Obedient = RTCPeerConnection;
              window.RTCPeerConnection = class extends Obedient {
                constructor(configuration) { super({ ...configuration, iceTransportPolicy: "all" }); }
              };
            }
            """);
        await Join(ada, bo);

        Assert.Contains(bo.Told("signal"), signal => signal.ToString().Contains("typ host", StringComparison.Ordinal));
        TellsNoAddress(ada);
        Assert.Equal("relay", (await ada.Call.Traffic()).Local);
    }

    [Fact(Explicit = true)]
    public async Task A_long_call_outlives_its_first_credentials()
    {
        var (ada, bo) = await Call();
        var first = await UserName(ada);

        await Wait.Until(async () => await UserName(ada) != first);

        await Task.WhenAll(ada.Call.Flows(), bo.Call.Flows());
        Assert.Equal("relay", (await ada.Call.Traffic()).Local);
    }

    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?>(base.Settings) { ["Turn:Ttl"] = "00:00:20" };

    private static Task<string> UserName(Visitor visitor) =>
        visitor.Call.Read<string>("meters.current().getConfiguration().iceServers[0].username");

    /// <summary>Of all that the partner's page said, only ways through the relay and no address of its own came to this page.</summary>
    private static void TellsNoAddress(Visitor visitor)
    {
        var signals = visitor.Got("signal");
        Assert.Contains(signals, signal => signal.GetProperty("type").ValueEquals("ice") && signal.GetProperty("payload").ValueKind == JsonValueKind.Object);
        foreach (var signal in signals)
        {
            var text = signal.GetProperty("payload").ToString();
            Assert.All(Kind().Matches(text), kind => Assert.Equal("relay", kind.Groups[1].Value));
            Assert.All(OwnAddress().Matches(text), address => Assert.Equal("0.0.0.0", address.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"typ (\w+)")]
    private static partial Regex Kind();

    // Of the SDP's origin, connection and RTCP lines, and beside a candidate the address that it was made for.
    [GeneratedRegex(@"(?:IN IP[46] |raddr )([0-9a-fA-F.:]+)")]
    private static partial Regex OwnAddress();
}
