using System.Net;
using System.Net.Sockets;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>A load balancer of the simplest kind: each new connection goes to the next server that takes it.</summary>
public sealed class Balancer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly IReadOnlyList<Uri> servers;
    private readonly Task accepting;
    private int next;

    public Balancer(IEnumerable<Uri> servers)
    {
        this.servers = [.. servers];
        listener.Start();
        Address = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = Accept();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await accepting;
        closing.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Serve(await listener.AcceptTcpClientAsync(closing.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            foreach (var _ in servers)
            {
                var server = servers[Interlocked.Increment(ref next) % servers.Count];
                using var upstream = new TcpClient();
                try
                {
                    await upstream.ConnectAsync(server.Host, server.Port, closing.Token);
                }
                catch (SocketException)
                {
                    continue;
                }

                var (down, up) = (client.GetStream(), upstream.GetStream());
                try
                {
                    await await Task.WhenAny(down.CopyToAsync(up, closing.Token), up.CopyToAsync(down, closing.Token));
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // One side is gone; so is the other then.
                }

                return;
            }
        }
    }
}
