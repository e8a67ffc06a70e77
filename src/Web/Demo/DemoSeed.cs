using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Web.Demo;

/// <summary>Makes the demo before the server listens, so that nobody walks in meanwhile, and says at the end what there is to look at.</summary>
internal sealed class DemoSeed(DemoWorld world, IServer server, IConfiguration configuration) : IHostedLifecycleService
{
    private DemoTold? told;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var data = RandomChatSettings.DataDirectory(configuration);
        await Console.Out.WriteLineAsync($"The demo is made in {data}. It takes some seconds.");
        try
        {
            told = await world.Make(line => Console.Out.WriteLineAsync($"  made: {line}"), cancellationToken);
        }
        catch (DemoException e)
        {
            throw new DemoException($"{e.Message} What was made so far lies in {data}; delete that folder before the next try.", e);
        }
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (told is null)
        {
            return;
        }

        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
        await Console.Out.WriteLineAsync($"""

            The demo is ready: {told.Visitors} visitors, and whatever they did is in the log like anything else.
              {address}/admin          the desk; sign in as the first administrator, who sees the severe lane
              {address}/admin/cases    what is open
              {address}/admin/appeals  one waits
              {address}/               the visitors' side
            """);
        foreach (var moderator in told.Moderators)
        {
            await Console.Out.WriteLineAsync($"The moderator {moderator.Name} has the password {moderator.Password}. It is not shown again.");
        }

        await Console.Out.WriteLineAsync($"The account {told.Account}, which has the badge, has the password {told.AccountPassword}. It is not shown again.");
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
