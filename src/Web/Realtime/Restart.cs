using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Realtime;

/// <summary>What a restart does to people: before the first request their matches are back; before the last one they are told.</summary>
public sealed class Restart(MatchRestorer restorer, VisitorConnections connections) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => restorer.Restore(cancellationToken);

    /// <summary>Runs before connections are closed; no match ends by a stop.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        connections.PushToAll(new Notice("restarting", "We are restarting. Your chat comes back by itself.", "info"));
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
