using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Health;

/// <summary>What keeps a container running, and what takes a node out before it stops.</summary>
public sealed class HealthProbeTests
{
    [Fact]
    public async Task The_program_itself_says_whether_a_server_with_its_settings_lives()
    {
        await using var server = await RunningServer.Start();
        var port = server.Address.Port;

        var live = await Probe(("ASPNETCORE_HTTP_PORTS", $"{port}"));
        var named = await Probe(("ASPNETCORE_HTTP_PORTS", "1"), ("ASPNETCORE_URLS", $"https://*:1;http://0.0.0.0:{port}"));
        await server.Stop();
        var gone = await Probe(("ASPNETCORE_HTTP_PORTS", $"{port}"));
        var unasked = await Probe(("ASPNETCORE_URLS", "https://*:8443"));

        Assert.Equal((0, ""), live);
        Assert.Equal((0, ""), named);
        Assert.Equal(1, gone.Code);
        Assert.Contains($"http://127.0.0.1:{port}/health/live does not answer", gone.Errors, StringComparison.Ordinal);
        Assert.Equal(1, unasked.Code);
        Assert.Contains("https:8443", unasked.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stops_is_not_ready_before_it_closes_a_connection()
    {
        await using var server = await RunningServer.Start();
        using var browser = server.NewBrowser();
        await using var visitor = await HubVisitor.Enter(server.Address);
        using var asked = new ManualResetEventSlim();
        using var waiting = server.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(asked.Wait);

        var stopping = Task.Run(server.Stop);
        await Wait.Until(async () =>
        {
            using var ready = await browser.GetAsync("/health/ready");
            return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
        });
        using var said = await browser.GetAsync("/health/ready");
        var only = Assert.Single((await said.Json(HttpStatusCode.ServiceUnavailable)).GetProperty("dependencies").EnumerateArray());
        using var live = await browser.GetAsync("/health/live");
        var closedEarly = visitor.Closed.IsCompleted;
        asked.Set();
        await stopping;

        Assert.Equal(("server", "stopping"), (only.Text("name"), only.Text("state")));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.False(closedEarly);
        await visitor.Closed;
    }

    private static async Task<(int Code, string Errors)> Probe(params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RandomChat.Web.dll"), "--health"]) { RedirectStandardError = true };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var probe = Process.Start(start)!;
        var errors = await probe.StandardError.ReadToEndAsync();
        await probe.WaitForExitAsync();
        return (probe.ExitCode, errors);
    }
}
