using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Realtime;

/// <summary>What a restart does to people: before the first request their matches are back; before the last one they are told.</summary>
public sealed class Restart(MatchRestorer restorer, VisitorConnections connections, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => restorer.Restore(cancellationToken);

    // Whoever registers last is called first: the notice goes out before the framework closes the connections.
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() =>
            connections.PushToAll(new Notice("restarting", "We are restarting. Your chat comes back by itself.", "info")));
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
