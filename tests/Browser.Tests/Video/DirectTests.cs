using RandomChat.Browser.Tests.Hosting;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>Calls that go straight from browser to browser.</summary>
public sealed class DirectTests(Chromium chromium, ITestOutputHelper output) : CallJourney(chromium)
{
    [Fact]
    public async Task Two_strangers_see_and_hear_each_other_and_write_beside_it()
    {
        var (ada, bo) = await Call();

        foreach (var visitor in new[] { ada, bo })
        {
            var traffic = await visitor.Call.Traffic();
            Assert.Equal("connected", traffic.State);
            Assert.DoesNotContain("relay", new[] { traffic.Local, traffic.Remote });
            output.WriteLine($"First picture {await FirstPicture(visitor)} ms after the match was found");
        }

        await ada.Say("can you hear me?");
        await bo.Hears("can you hear me?");
        await bo.Say("loud and clear");
        await ada.Hears("loud and clear");
        await Task.WhenAll(ada.Call.Flows(), bo.Call.Flows());
        await ada.Button("End call").ClickAsync();
        await RecordedCall.Says(Server, "direct");
    }
}
