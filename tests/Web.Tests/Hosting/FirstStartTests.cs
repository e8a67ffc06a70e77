using System.Net;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>What an operator reads at the first start of all.</summary>
public sealed class FirstStartTests
{
    [Fact]
    public async Task A_server_that_starts_with_nothing_there_warns_of_nothing()
    {
        await using var server = await RunningServer.Start();
        using var http = server.NewBrowser();
        await Wait.Until(async () =>
        {
            using var ready = await http.GetAsync("/health/ready");
            return ready.StatusCode == HttpStatusCode.OK;
        });

        // The first visitor who looks for an account is the first to use its tables.
        await http.Enter();
        using var account = await http.GetAsync("/account");
        Assert.Equal(HttpStatusCode.OK, account.StatusCode);
        Assert.NotEmpty(server.Log.Lines);
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }
}
