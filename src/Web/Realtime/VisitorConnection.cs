using Microsoft.AspNetCore.SignalR;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Realtime;

/// <summary>
/// One hub connection's way out. Sending never waits: what a slow reader has not taken yet is queued, and when the
/// queue is full the reader is dropped, so that nobody else is slowed.
/// </summary>
internal sealed class VisitorConnection(HubCallerContext context, ISingleClientProxy client)
{
    private const int MostQueued = 256;

    private readonly Lock gate = new();
    private readonly Queue<IServerEvent> queue = new();
    private Task draining = Task.CompletedTask;
    private bool sending;
    private bool dropped;

    public string Id { get; } = context.ConnectionId;

    /// <summary>Whether a call's signals go to this connection.</summary>
    public bool HoldsCall { get; set; }

    public void Send(IServerEvent happened)
    {
        lock (gate)
        {
            if (dropped)
            {
                return;
            }

            if (sending)
            {
                if (queue.Count < MostQueued)
                {
                    queue.Enqueue(happened);
                    return;
                }

                dropped = true;
                queue.Clear();
            }
            else
            {
                sending = true;
            }
        }

        if (dropped)
        {
            context.Abort();
            return;
        }

        draining = Drain(happened);
    }

    /// <summary>Ends when what was sent so far has been handed to the transport.</summary>
    public Task Sent => draining;

    public void Abort() => context.Abort();

    private async Task Drain(IServerEvent? next)
    {
        while (next is not null)
        {
            try
            {
                await client.SendCoreAsync(next.EventName, [next], context.ConnectionAborted);
            }
            catch (Exception) when (context.ConnectionAborted.IsCancellationRequested)
            {
                // Whoever is gone fetches what it missed when it comes back.
            }

            lock (gate)
            {
                if (!queue.TryDequeue(out next))
                {
                    sending = false;
                }
            }
        }
    }
}
