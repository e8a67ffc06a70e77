using System.Net;
using RandomChat.Web.Hosting;

namespace RandomChat.Web.Tests.Hosting;

public sealed class RunningServerTests
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/health/live", "application/json")]
    [InlineData("/lib/signalr.min.js", "text/javascript")]
    [InlineData("/css/site.css", "text/css")]
    public async Task The_whole_server_answers_on_a_port_of_its_own(string path, string type)
    {
        await using var server = await RunningServer.Start();
        using var browser = server.NewBrowser();

        using var answer = await browser.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_process_of_its_own_starts_and_stops_when_told()
    {
        await using var server = new ServerProcess();
        await server.Start();
        using var http = new HttpClient { BaseAddress = server.Address };

        Assert.Contains("RandomChat", await http.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal(0, await server.Terminate());
    }

    [Theory]
    [InlineData("Matching:Timeout", "soon", "An example: 00:00:20")]
    [InlineData("Turn:Ttl", "x", "An example: 00:00:20")]
    [InlineData("Ledger:AnchorEvery", "x", "An example: 00:00:20")]
    [InlineData("Captcha:Cost", "abc", "It is a number.")]
    [InlineData("Captcha:Mode", "foo", "foo")]
    [InlineData("Screening:ModelCpuShare", "x", "It is a number.")]
    [InlineData("Limits:Enabled", "maybe", "It is true or false.")]
    [InlineData("Staff:RequireTwoFactor", "ja", "It is true or false.")]
    [InlineData("ConnectionStrings:EventStoreDb", "nonsense", "esdb://")]
    public async Task A_setting_that_cannot_be_read_is_named_in_a_sentence_with_what_it_may_be(string key, string value, string hint)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.Start(new Dictionary<string, string?> { [key] = value }));

        var said = StartFailure.Explain(failure);
        Assert.StartsWith("RandomChat cannot start.", said, StringComparison.Ordinal);
        Assert.Contains(key, said, StringComparison.Ordinal);
        Assert.Contains(hint, said, StringComparison.Ordinal);
    }
}
