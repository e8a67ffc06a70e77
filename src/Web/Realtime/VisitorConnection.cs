using Microsoft.AspNetCore.SignalR;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Realtime;

/// <summary>
/// One hub connection's way out. Sending never waits: what a slow reader has not taken yet is queued, and when the
/// queue is full the reader is dropped, so that nobody else is slowed.
/// </summary>
/// <param name="address">The public address that it comes from, keyed; null where it is none.</param>
/// <param name="began">When the session did that it was opened with.</param>
internal sealed class VisitorConnection(HubCallerContext context, ISingleClientProxy client, string? address, DateTimeOffset began, TimeProvider clock)
{
    // A transport does not say when what it was handed has left, and closing discards what has not.
    private static readonly TimeSpan OnTheWay = TimeSpan.FromSeconds(1);

    private const int MostQueued = 256;

    private readonly Lock gate = new();
    private readonly Queue<IServerEvent> queue = new();
    private Task draining = Task.CompletedTask;
    private bool sending;
    private bool dropped;
    private bool closing;

    public string Id { get; } = context.ConnectionId;

    public string? Address => address;

    public DateTimeOffset Began => began;

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

    /// <summary>Closes the connection after one last event has had time to arrive. The second time nothing happens.</summary>
    public async void Close(IServerEvent last)
    {
        lock (gate)
        {
            if (closing)
            {
                return;
            }

            closing = true;
        }

        Send(last);

        // A reader that takes nothing is not waited for.
        await Task.WhenAny(Sent, Task.Delay(OnTheWay, clock));
        await Task.Delay(OnTheWay, clock);
        context.Abort();
    }

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
