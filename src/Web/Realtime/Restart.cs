using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Realtime;

/// <summary>What a restart does to people: before the first request their matches are back; before the last one they are told.</summary>
public sealed class Restart(MatchRestorer restorer, VisitorConnections connections, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OnTheWay = TimeSpan.FromSeconds(1);

    public Task StartingAsync(CancellationToken cancellationToken) => restorer.Restore(cancellationToken);

    // Whoever registers last is called first: the notice goes out before the framework closes the connections.
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(Announce);
        return Task.CompletedTask;
    }

    private void Announce()
    {
        if (connections.VisitorCount == 0)
        {
            return;
        }

        connections.PushToAll(new Notice("restarting", "We are restarting. Your chat comes back by itself.", "info")).Wait(Patience);

        // A transport does not say when what it was handed has left, and closing discards what has not.
        Thread.Sleep(OnTheWay);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
