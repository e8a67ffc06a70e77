using System.Net;

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
}
