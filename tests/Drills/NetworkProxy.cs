using System.Net;
using System.Net.Sockets;

namespace RandomChat.Drills;

/// <summary>
/// A piece of network between two programs on this machine, which can be cut (connections break and new ones are refused)
/// or go silent (nothing goes through, and nobody is told).
/// </summary>
internal sealed class NetworkProxy : IAsyncDisposable
{
    private const int BufferSize = 32 * 1024;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly Lock gate = new();
    private readonly HashSet<Socket> open = [];
    private readonly int target;
    private readonly Task accepting;
    private bool isCut;
    private TaskCompletionSource passes = Passed();

    /// <param name="target">The port on loopback that it leads to.</param>
    public NetworkProxy(int target)
    {
        this.target = target;
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Cut()
    {
        Socket[] broken;
        lock (gate)
        {
            isCut = true;
            broken = [.. open];
        }

        foreach (var socket in broken)
        {
            Break(socket);
        }
    }

    public void Silence()
    {
        lock (gate)
        {
            passes = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Heal()
    {
        lock (gate)
        {
            isCut = false;
            passes.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Stop();
        Cut();
        Heal();
        await accepting;
        over.Dispose();
    }

    private static TaskCompletionSource Passed()
    {
        var passed = new TaskCompletionSource();
        passed.SetResult();
        return passed;
    }

    /// <summary>As a cable does: with a reset, not with a goodbye.</summary>
    private static void Break(Socket socket)
    {
        try
        {
            socket.LingerState = new(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is broken already.
        }

        socket.Dispose();
    }

    private async Task Accept()
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(over.Token);
                _ = Connect(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Connect(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        lock (gate)
        {
            open.UnionWith([client, server]);
        }

        try
        {
            ObjectDisposedException.ThrowIf(isCut, this);
            await Passes();
            await server.ConnectAsync(IPAddress.Loopback, target, over.Token);
            (client.NoDelay, server.NoDelay) = (true, true);
            await await Task.WhenAny(Pump(client, server), Pump(server, client));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One of them ended, or was cut.
        }
        finally
        {
            lock (gate)
            {
                open.ExceptWith([client, server]);
            }

            Break(client);
            Break(server);
        }
    }

    private async Task Pump(Socket from, Socket to)
    {
        var buffer = new byte[BufferSize];
        while (await from.ReceiveAsync(buffer, SocketFlags.None, over.Token) is > 0 and var length)
        {
            await Passes();
            for (var sent = 0; sent < length;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None, over.Token);
            }
        }
    }

    private Task Passes()
    {
        lock (gate)
        {
            return passes.Task;
        }
    }
}
