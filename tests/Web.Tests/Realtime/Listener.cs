using Microsoft.AspNetCore.SignalR.Client;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>Somebody who says nothing but comes back whenever the connection breaks, as a page does.</summary>
public sealed class Listener : IAsyncDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly Task staying;
    private HubVisitor visitor;

    public Listener(HubVisitor visitor, Func<HubVisitor, Task<HubVisitor>> reconnect)
    {
        this.visitor = visitor;
        staying = Stay(reconnect);
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await staying;
        await visitor.DisposeAsync();
        over.Dispose();
    }

    private async Task Stay(Func<HubVisitor, Task<HubVisitor>> reconnect)
    {
        while (!over.IsCancellationRequested)
        {
            if (visitor.Hub.State == HubConnectionState.Disconnected)
            {
                try
                {
                    visitor = await reconnect(visitor);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or System.Net.WebSockets.WebSocketException or OperationCanceledException)
                {
                    // Nobody is there yet.
                }
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }
}
